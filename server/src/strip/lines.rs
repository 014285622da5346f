//! Normalises line ends, and folds and unfolds the lines of calendars and address cards.

use zeroize::Zeroizing;

/// Most octets of a folded line without its end (RFC 5545 §3.1).
const LONGEST_FOLDED: usize = 75;

/// Ends every line with CRLF and removes control characters that no text contains.
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

/// Joins folded lines.
pub fn unfold(text: &str) -> String {
    text.replace("\r\n ", "")
        .replace("\r\n\t", "")
        .replace("\n ", "")
        .replace("\n\t", "")
}

/// Folds long lines between characters.
pub fn fold(text: &str) -> String {
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

/// Returns the name of the property on a line in capitals, without its group.
pub fn property(line: &str) -> String {
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
        assert_eq!(unfold("a:b\r\n c\n\td\r\ne\r\n"), "a:bcd\r\ne\r\n");
        let long = format!("a:{}\r\nb:c\r\n", "\u{e9}".repeat(100));
        let folded = fold(&long);
        assert!(folded.lines().all(|line| line.len() <= LONGEST_FOLDED), "{folded}");
        assert_eq!(unfold(&folded), long);
    }
}
