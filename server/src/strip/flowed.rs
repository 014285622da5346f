//! Joins the lines of `format=flowed; delsp=yes` (RFC 3676). They may break anywhere, even within an address.

/// The line before a signature. It ends in a space but does not flow (RFC 3676 §4.3).
const SIGNATURE: &str = "-- ";

/// Puts each paragraph on one line. The result is fixed text in the same format, quoted and space-stuffed, but without
/// `delsp`.
pub fn join_lines(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    // The quote depth of an unfinished paragraph.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let content = line.trim_start_matches('>');
        let depth = line.len() - content.len();
        let content = content.strip_prefix(' ').unwrap_or(content);
        if open.is_some_and(|open| open != depth || content == SIGNATURE) {
            joined.push_str("\r\n");
            open = None;
        }
        if open.is_none() {
            joined.push_str(&">".repeat(depth));
            let stuffed = depth > 0 || content.starts_with([' ', '>']) || content.starts_with("From ");
            joined.push_str(if stuffed { " " } else { "" });
        }
        match content.strip_suffix(' ').filter(|_| content != SIGNATURE) {
            Some(content) => {
                joined.push_str(content);
                open = Some(depth);
            }
            None => {
                joined.push_str(content);
                joined.push_str("\r\n");
                open = None;
            }
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_is_one_line() {
        for (text, expected) in [
            ("ann@exa \r\nmple.org \r\n\r\nnext\r\n", "ann@example.org\r\nnext\r\n"),
            ("two  \r\nwords\r\n", "two words\r\n"),
            ("> quo \r\n> ted\r\nown\r\n", "> quoted\r\nown\r\n"),
            ("> quo \r\nown\r\n", "> quo\r\nown\r\n"),
            ("text \r\n-- \r\nAnn\r\n", "text\r\n-- \r\nAnn\r\n"),
            ("  stuffed\r\n", "  stuffed\r\n"),
        ] {
            assert_eq!(join_lines(text), expected, "{text:?}");
        }
    }
}
