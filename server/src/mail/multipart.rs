//! Splits a multipart body into its parts (RFC 2046 §5.1.1).
//!
//! Done here and not by mail-parser, which takes a boundary for seen wherever its text stands, also at the start of a
//! longer one.

use std::ops::Range;

use memchr::memmem;

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

/// Where the parts lie between the lines that are the boundary, without what is before and behind; at most `most`.
pub fn split(body: &[u8], boundary: &str, most: usize) -> Result<Vec<Range<usize>>, SplitError> {
    if boundary.is_empty() {
        return Err(SplitError::NoParts);
    }
    let line = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut start = None;
    for at in memmem::find_iter(body, line.as_bytes()) {
        let behind = &body[at + line.len()..];
        let is_last = behind.starts_with(b"--");
        let padding = if is_last { &behind[2..] } else { behind };
        let Some(end) = padding_end(padding).filter(|_| at == 0 || body[at - 1] == b'\n') else {
            continue;
        };
        if let Some(start) = start {
            let part = &body[start..at.max(start)];
            parts.push(start..start + without_line_end(part).len());
            if parts.len() > most {
                return Err(SplitError::TooMany);
            }
        }
        if is_last {
            return Ok(parts);
        }
        start = Some(body.len() - padding.len() + end);
    }
    // The last line was lost on the way; the text in front of it was not.
    parts.push(start.ok_or(SplitError::NoParts)?..body.len());
    Ok(parts)
}

/// The end of a line that holds only white space.
fn padding_end(line: &[u8]) -> Option<usize> {
    match line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r')) {
        Some(at) => (line[at] == b'\n').then_some(at + 1),
        None => Some(line.len()),
    }
}

/// The line end in front of a boundary belongs to the boundary.
pub(super) fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

#[cfg(test)]
mod tests {
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
}
