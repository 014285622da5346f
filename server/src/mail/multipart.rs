//! Splits a multipart body into its parts (RFC 2046 §5.1.1).
//!
//! Done here and not by mail-parser, which takes a boundary for seen wherever its text stands, also at the start of a
//! longer one.

use std::ops::Range;

use memchr::memmem;

use super::message::split_line;

/// Why a body was not taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// There is no boundary, or it does not stand in the body.
    #[error("the body has no parts")]
    NoParts,
    /// There are more parts than asked for.
    #[error("the body has too many parts")]
    TooMany,
}

/// A line that separates or ends the parts of a body.
pub struct Delimiter {
    /// The range of the line in the body, with its own line end.
    pub line: Range<usize>,
    /// Whether it ends the parts.
    pub closes: bool,
}

/// Finds out whether a line is a delimiter. `find` looks a boundary up. Returns what it found, and whether the line ends
/// the parts.
pub(super) fn delimiter<T>(line: &[u8], find: impl Fn(&[u8]) -> Option<T>) -> Option<(T, bool)> {
    let text = without_padding(line.strip_prefix(b"--")?);
    // A boundary may end in dashes itself, so all of the text is looked up first.
    match find(text) {
        Some(found) => Some((found, false)),
        None => Some((find(text.strip_suffix(b"--")?)?, true)),
    }
}

/// Finds the delimiters of a body. A line that only begins with the boundary is none.
pub fn delimiters<'a>(body: &'a [u8], boundary: &'a str) -> impl Iterator<Item = Delimiter> + use<'a> {
    let dashed = format!("--{boundary}");
    let boundary = boundary.as_bytes();
    // The padding of a line hides white space at the end of a boundary, which RFC 2046 does not allow.
    let is_boundary = move |text: &[u8]| (text == boundary || text == without_padding(boundary)).then_some(());
    let found = memmem::find_iter(body, dashed.as_bytes()).into_owned();
    found.filter_map(move |at| {
        // First, as a long line may hold the boundary any number of times.
        if at > 0 && body[at - 1] != b'\n' {
            return None;
        }
        let line = split_line(&body[at..]).0;
        let ((), closes) = delimiter(line, is_boundary)?;
        Some(Delimiter {
            line: at..at + line.len(),
            closes,
        })
    })
}

/// Returns where the parts lie between the delimiters, at most `most` of them.
pub fn split(body: &[u8], boundary: &str, most: usize) -> Result<Vec<Range<usize>>, SplitError> {
    if boundary.is_empty() {
        return Err(SplitError::NoParts);
    }
    let mut parts = Vec::new();
    let mut start = None;
    for Delimiter { line, closes } in delimiters(body, boundary) {
        if let Some(start) = start {
            parts.push(start..start + without_line_end(&body[start..line.start]).len());
            if parts.len() > most {
                return Err(SplitError::TooMany);
            }
        }
        if closes {
            return Ok(parts);
        }
        start = Some(line.end);
    }
    // The last line was lost on the way; the text in front of it was not.
    parts.push(start.ok_or(SplitError::NoParts)?..body.len());
    Ok(parts)
}

/// RFC 2046 §5.1.1 allows blanks behind a boundary. A CR stands among them after a gateway made two line ends of one.
fn without_padding(text: &[u8]) -> &[u8] {
    let is_padding = |octet: &u8| matches!(octet, b' ' | b'\t' | b'\r' | b'\n');
    let end = text.iter().rposition(|octet| !is_padding(octet));
    &text[..end.map_or(0, |last| last + 1)]
}

/// The line end in front of a delimiter belongs to the delimiter.
pub fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use test_support::work::assert_linear;

    use super::*;

    fn parts<'a>(body: &'a str, boundary: &str) -> Vec<&'a str> {
        let parts = split(body.as_bytes(), boundary, 10).unwrap();
        parts.into_iter().map(|part| &body[part]).collect()
    }

    #[test]
    fn a_body_is_split_at_lines_that_are_the_boundary() {
        assert_eq!(
            parts(
                "pre\r\n--x\r\na\r\n--x--y\r\n--xy\r\n --x\r\n--x \t\r\n\r\nb\r\n\r\n--x--\r\npost\r\n--x\r\n",
                "x"
            ),
            ["a\r\n--x--y\r\n--xy\r\n --x", "\r\nb\r\n"]
        );
        assert_eq!(parts("--x\n--x\n\nb\n--x", "x"), ["", "\nb", ""]);
        assert_eq!(parts("--x\r\nlost end\r\n", "x"), ["lost end\r\n"]);
        assert!(parts("--x--", "x").is_empty());
        for (body, boundary) in [("", "x"), ("a --x\r\n", "x"), ("--\r\n", "")] {
            assert_eq!(split(body.as_bytes(), boundary, 10), Err(SplitError::NoParts));
        }
        assert_eq!(split(b"--x\n--x\n--x\n--x--", "x", 2), Err(SplitError::TooMany));
    }

    #[test]
    fn only_a_whole_line_is_a_delimiter() {
        let known = |line: &str, boundary: &str| {
            let find = |text: &[u8]| (text == boundary.as_bytes()).then_some(());
            delimiter(line.as_bytes(), find).map(|((), closes)| closes)
        };
        for (line, boundary, expected) in [
            ("--x", "x", Some(false)),
            ("--x \t\r\n", "x", Some(false)),
            ("--x\r\r\n", "x", Some(false)),
            ("--x-- \n", "x", Some(true)),
            ("--x--", "x--", Some(false)),
            ("--x----", "x--", Some(true)),
            ("-x", "x", None),
            (" --x", "x", None),
            ("--xy", "x", None),
            ("--x y", "x", None),
            ("--x-", "x", None),
            ("--x --", "x", None),
            ("--x\u{c}\r\n", "x", None),
        ] {
            assert_eq!(known(line, boundary), expected, "{line:?}");
        }
    }

    #[test]
    fn a_line_of_boundaries_takes_linear_time() {
        let line = |factor| [b"--x\r\n\r\n".to_vec(), b"--x".repeat(100_000 * factor)].concat();
        assert_linear(line, |body| assert_eq!(split(body, "x", 10).unwrap().len(), 1));
        let lines = |factor| b"--x-\r\n".repeat(50_000 * factor);
        assert_linear(lines, |body| assert_eq!(delimiters(body, "x").count(), 0));
    }
}
