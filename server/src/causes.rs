//! Errors with all their causes, on one line, for the log and for people.

/// The longest text of others that is logged, in characters: as long as the longest sensible SMTP answer.
const LONGEST: usize = 500;

/// Returns an error and all its causes, joined by colons.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Returns a text of another host on one line, shortened, without characters that a terminal obeys or that change the order in
/// which others are read.
pub fn one_line(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    joined.chars().filter(|&c| !is_obeyed(c)).take(LONGEST).collect()
}

/// Returns a text of which a part may come from another host, with an escape in the place of each character that [`one_line`] leaves
/// out, so that it can be seen, and shortened.
pub fn printable(text: &str) -> String {
    let shown = text.chars().take(LONGEST).map(|c| match is_obeyed(c) {
        true => c.escape_unicode().to_string(),
        false => c.to_string(),
    });
    let cut = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    shown.collect::<String>() + cut
}

/// Control characters (C0, DEL, C1), and the marks of Unicode that turn the direction of writing or break lines (UAX #9).
fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns the answer of another host as the log may have it: on one line, and each word that may hold an address replaced.
pub fn without_addresses(text: &str) -> String {
    let words = text.split_whitespace().map(|word| match may_hold_address(word) {
        true => "(an address)",
        false => word,
    });
    one_line(&words.collect::<Vec<_>>().join(" "))
}

/// Besides the sign itself, its forms in URLs and in return paths.
fn may_hold_address(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    ["@", "%40", "=40"].iter().any(|sign| word.contains(sign))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] io::Error);

    #[test]
    fn every_cause_is_told() {
        let error = Outer(io::Error::other("inner"));
        assert_eq!(chain(&error), "outer: inner");
    }

    #[test]
    fn no_address_and_no_second_line_is_left() {
        let answer =
            "550 5.1.1\r\n<ann@example.org>: unknown,\x1b[2J see https://example.org/?who=ann%40example.org or ann=40b";
        let told = without_addresses(answer);
        assert_eq!(
            told,
            "550 5.1.1 (an address) unknown,[2J see (an address) or (an address)"
        );
        assert_eq!(one_line(&"x".repeat(600)).len(), LONGEST);
    }

    #[test]
    fn a_terminal_obeys_nothing_that_another_host_said() {
        let said = "v=spf1 \x1b]0;x\x07\n\u{9b}2J \u{202e}good";
        assert_eq!(printable(said), r"v=spf1 \u{1b}]0;x\u{7}\u{a}\u{9b}2J \u{202e}good");
        assert!(!one_line(said).chars().any(is_obeyed));
        assert_eq!(printable(&"x".repeat(600)).chars().count(), LONGEST + 1);
    }
}
