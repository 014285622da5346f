//! Characters that are written in some other way: percent-encoding (RFC 3986 §2.1) and references of HTML.

/// The text percent-encoded, except what RFC 3986 §2.3 leaves as it is.
pub fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// The octets of a percent-encoded text; what is no escape stays.
pub fn unpercent(text: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        if *first == b'%'
            && let [high, low, ..] = behind
            && let Some(octet) = hex_octet(*high, *low)
        {
            octets.push(octet);
            rest = &behind[2..];
        } else {
            octets.push(*first);
        }
    }
    octets
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

fn hex_octet(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
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
