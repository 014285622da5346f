//! Characters that are written in some other way: percent-encoding (RFC 3986 §2.1) and references of HTML.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// The unreserved characters of RFC 3986 §2.3 stay as they are.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a text.
pub fn percent(text: &str) -> String {
    utf8_percent_encode(text, &RESERVED).to_string()
}

/// Returns the octets of a percent-encoded text. Text that is no escape stays.
pub fn unpercent(text: &[u8]) -> Vec<u8> {
    percent_decode(text).collect()
}

/// The text as it may stand in HTML, in values of attributes between double quotes, too.
pub fn html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoding_goes_both_ways() {
        assert_eq!(percent("a+b~\u{e9}"), "a%2Bb~%C3%A9");
        assert_eq!(unpercent(percent("a+b~\u{e9}").as_bytes()), "a+b~\u{e9}".as_bytes());
        assert_eq!(unpercent(b"%4"), b"%4");
        assert_eq!(unpercent(b"%zz%"), b"%zz%");
        assert_eq!(html("o'<b>\"&"), "o'&lt;b&gt;&quot;&amp;");
    }
}
