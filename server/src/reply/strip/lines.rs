//! Lines of text: their ends, and the folded ones of calendars and address cards.

use std::borrow::Cow;

use zeroize::Zeroizing;

/// Octets of a folded line without its end (RFC 5545 §3.1).
const LONGEST_FOLDED: usize = 75;

/// With CRLF at the end of every line, and without control characters that no text holds.
pub fn canonical(text: &str) -> Zeroizing<String> {
    let mut lines = Zeroizing::new(String::with_capacity(text.len() + text.len() / 32));
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' => {
                characters.next_if_eq(&'\n');
                lines.push_str("\r\n");
            }
            '\n' => lines.push_str("\r\n"),
            '\t' | '\u{c}' => lines.push(c),
            c if c.is_control() => {}
            c => lines.push(c),
        }
    }
    lines
}

/// Folded lines joined.
pub fn unfolded(text: &str) -> String {
    text.replace("\r\n ", "")
        .replace("\r\n\t", "")
        .replace("\n ", "")
        .replace("\n\t", "")
}

/// Long lines folded, between characters.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + text.len() / 16);
    for line in text.split_inclusive('\n') {
        let mut length = 0;
        for c in line.chars() {
            if !matches!(c, '\r' | '\n') && length + c.len_utf8() > LONGEST_FOLDED {
                folded.push_str("\r\n ");
                length = 1;
            }
            folded.push(c);
            length += c.len_utf8();
        }
    }
    folded
}

/// Unfolded lines without public keys (RFC 6350 §6.8.1) and the calendar's own time zone, and without the name of the program in
/// the property that says it, which a calendar must have (RFC 5545 §3.7.3). Who takes part and `is_own` loses the parameters
/// that a client fills in by itself, the name above all (RFC 5545 §3.2.2).
pub fn anonymous(text: &str, is_own: impl Fn(&str) -> bool) -> String {
    let rewritten = |line| match property(line).as_str() {
        "KEY" | "X-WR-TIMEZONE" => Cow::Borrowed(""),
        "PRODID" => Cow::Borrowed("PRODID:-//Sealpost//Relay//EN\r\n"),
        "ATTENDEE" | "ORGANIZER" if is_own(line) => Cow::Owned(without_name(line)),
        _ => Cow::Borrowed(line),
    };
    text.split_inclusive('\n').map(rewritten).collect()
}

/// A property without the parameters CN, DIR, EMAIL and X-…, whose values may be quoted (RFC 5545 §3.1).
fn without_name(line: &str) -> String {
    let (mut kept, mut parameter) = (String::with_capacity(line.len()), String::new());
    let mut quoted = false;
    for (at, c) in line.char_indices() {
        quoted ^= c == '"';
        if quoted || !matches!(c, ';' | ':') {
            parameter.push(c);
            continue;
        }
        push_parameter(&mut kept, &parameter);
        parameter.clear();
        if c == ':' {
            kept.push_str(&line[at..]);
            return kept;
        }
        parameter.push(c);
    }
    // Without a value it is no property that anybody reads.
    line.to_owned()
}

fn push_parameter(kept: &mut String, parameter: &str) {
    let name = parameter.trim_start_matches(';').split('=').next().unwrap_or_default();
    let name = name.trim().to_ascii_uppercase();
    if !matches!(name.as_str(), "CN" | "DIR" | "EMAIL" | "SENT-BY") && !name.starts_with("X-") {
        kept.push_str(parameter);
    }
}

/// The name of the property on a line, without its group, in capitals.
fn property(line: &str) -> String {
    let name = line.split([':', ';']).next().unwrap_or_default();
    name.rsplit('.').next().unwrap_or_default().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_one_way() {
        assert_eq!(*canonical("a\nb\r\nc\rd\0\u{1b}\t\u{85}"), "a\r\nb\r\nc\r\nd\t");
    }

    #[test]
    fn folding_is_undone_and_done() {
        assert_eq!(unfolded("a:b\r\n c\n\td\r\ne\r\n"), "a:bcd\r\ne\r\n");
        let long = format!("a:{}\r\nb:c\r\n", "\u{e9}".repeat(100));
        let folded = folded(&long);
        assert!(folded.lines().all(|line| line.len() <= LONGEST_FOLDED), "{folded}");
        assert_eq!(unfolded(&folded), long);
    }

    #[test]
    fn keys_and_programs_go() {
        assert_eq!(
            anonymous(
                "FN:Ann\r\nKEY;TYPE=PGP:x\r\nitem1.key:data\r\nKEYS:x\r\nprodid:-//Client//\r\nX-WR-TIMEZONE:Asia/Kolkata\r\n",
                |_| false
            ),
            "FN:Ann\r\nKEYS:x\r\nPRODID:-//Sealpost//Relay//EN\r\n"
        );
    }

    #[test]
    fn who_takes_part_and_is_the_person_has_no_name() {
        let own = |line: &str| line.contains("ann@");
        for (line, expected) in [
            (
                "ATTENDEE;CN=\"Lee; Ann: me\";PARTSTAT=ACCEPTED;X-NUM-GUESTS=0:mailto:ann@x\r\n",
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@x\r\n",
            ),
            ("organizer;cn=Ann Lee:mailto:ann@x\r\n", "organizer:mailto:ann@x\r\n"),
            ("ATTENDEE;CN=Bob:mailto:bob@x\r\n", "ATTENDEE;CN=Bob:mailto:bob@x\r\n"),
            ("ATTENDEE;CN=\"ann@x\r\n", "ATTENDEE;CN=\"ann@x\r\n"),
            ("SUMMARY;CN=x:ann@x\r\n", "SUMMARY;CN=x:ann@x\r\n"),
        ] {
            assert_eq!(anonymous(line, own), expected, "{line}");
        }
    }
}
