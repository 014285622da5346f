//! Characters that are written in some other way: percent-encoding (RFC 3986 §2.1) and character references of HTML.

/// References that have a name and matter in an address.
const NAMED: [(&[u8], u8); 6] = [
    (b"amp", b'&'),
    (b"apos", b'\''),
    (b"quot", b'"'),
    (b"lt", b'<'),
    (b"gt", b'>'),
    (b"commat", b'@'),
];

/// Longest reference that is read, `&` and `;` included.
const LONGEST_REFERENCE: usize = 8;

/// The last character of a text, and how many octets it is written with. A character beyond ASCII is read octet by octet.
pub fn last(text: &[u8]) -> Option<(u8, usize)> {
    let raw = *text.last()?;
    if raw == b';' {
        let from = text.len().saturating_sub(LONGEST_REFERENCE);
        let start = from
            + text[from..]
                .iter()
                .rposition(|byte| *byte == b'&')
                .unwrap_or(text.len() - from);
        let name = text.get(start + 1..text.len() - 1).unwrap_or_default();
        if let Some(byte) = reference(name) {
            return Some((byte, text.len() - start));
        }
    }
    if let [.., b'%', high, low] = text
        && let Some(byte) = hex_octet(*high, *low)
    {
        return Some((byte, 3));
    }
    // Encoded twice: a link in a link.
    if let [.., b'%', b'2', b'5', high, low] = text
        && let Some(byte) = hex_octet(*high, *low)
    {
        return Some((byte, 5));
    }
    Some((raw, 1))
}

/// How many octets behind a backslash belong to its escape: `n` of iCalendar, `u003c` of JSON.
pub fn letters(text: &[u8]) -> usize {
    match text {
        [b'u', digits @ ..] if digits.len() >= 4 && digits[..4].iter().all(u8::is_ascii_hexdigit) => 5,
        [b'n' | b'N' | b'r' | b't', ..] => 1,
        _ => 0,
    }
}

/// The text percent-encoded, but for what RFC 3986 §2.3 leaves as it is.
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

/// The text as it may stand in HTML, attributes included.
pub fn html(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' | '<' | '>' | '"' | '\'' => format!("&#{};", u32::from(c)),
            c => c.to_string(),
        })
        .collect()
}

fn reference(name: &[u8]) -> Option<u8> {
    let number = |digits: &[u8], radix| u8::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok();
    match name {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        name => NAMED
            .iter()
            .find(|(each, _)| each.eq_ignore_ascii_case(name))
            .map(|(_, byte)| *byte),
    }
    .filter(u8::is_ascii)
}

fn hex_octet(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_character_is_read_in_every_form() {
        for (text, expected) in [
            (&b"a"[..], Some((b'a', 1))),
            (b"%2b", Some((b'+', 3))),
            (b"%252b", Some((b'+', 5))),
            (b"2b", Some((b'b', 1))),
            (b"x&lt;", Some((b'<', 4))),
            (b"&#39;", Some((b'\'', 5))),
            (b"&#x2B;", Some((b'+', 6))),
            (b"&none;", Some((b';', 1))),
            (b"& long and far;", Some((b';', 1))),
            (b";", Some((b';', 1))),
            (b"&;", Some((b';', 1))),
            (b"", None),
        ] {
            assert_eq!(last(text), expected, "{text:?}");
        }
    }

    #[test]
    fn percent_encoding_goes_both_ways() {
        assert_eq!(percent("a+b~\u{e9}"), "a%2Bb~%C3%A9");
        assert_eq!(unpercent(percent("a+b~\u{e9}").as_bytes()), "a+b~\u{e9}".as_bytes());
        assert_eq!(unpercent(b"%4"), b"%4");
        assert_eq!(unpercent(b"%zz%"), b"%zz%");
        assert_eq!(html("o'<b>"), "o&#39;&#60;b&#62;");
    }
}
