//! Splits multipart/signed into its two parts, exact to the octet (RFC 2046 §5.1.1).

use crate::mail::multipart::{Delimiter, delimiters, without_line_end};

/// The parts of a multipart body that has two of them and an end. What stands before the first delimiter and behind the
/// last is no part.
pub(super) fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<[&'a [u8]; 2]> {
    let mut delimiters = delimiters(body, boundary);
    let (first, second, last) = (delimiters.next()?, delimiters.next()?, delimiters.next()?);
    let two = !first.closes && !second.closes && last.closes;
    let part = |from: &Delimiter, to: &Delimiter| {
        let lines = &body[from.line.end..to.line.start];
        // Between two delimiters in a row there is no line end that could belong to the second.
        lines.ends_with(b"\n").then(|| without_line_end(lines))
    };
    two.then_some([part(&first, &second)?, part(&second, &last)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn has(body: &str, expected: Option<[&str; 2]>) {
        assert_eq!(
            parts(body.as_bytes(), "b"),
            expected.map(|parts| parts.map(str::as_bytes)),
            "{body:?}"
        );
    }

    #[test]
    fn the_line_end_before_a_delimiter_is_no_content() {
        has(
            "--b\r\nA: x\r\n\r\ntext\r\n--b\r\nsecond\r\n--b--\r\n",
            Some(["A: x\r\n\r\ntext", "second"]),
        );
        has(
            "--b\r\ntext\r\n\r\n--b\r\nsecond\r\n--b--",
            Some(["text\r\n", "second"]),
        );
        has("--b\ntext\n--b\nsecond\n--b--\n", Some(["text", "second"]));
        has("--b\r\n\r\n--b\r\n\r\n--b--", Some(["", ""]));
    }

    #[test]
    fn what_is_around_is_no_part() {
        has(
            "before\r\n--b \t\r\none\r\n--b\r\ntwo\r\n--b-- \r\nbehind",
            Some(["one", "two"]),
        );
    }

    #[test]
    fn only_a_whole_line_is_a_delimiter() {
        has(
            "--b\r\n--bb\r\n --b\r\nx--b\r\n--b-\r\n--b x\r\n--b\r\ntwo\r\n--b--",
            Some(["--bb\r\n --b\r\nx--b\r\n--b-\r\n--b x", "two"]),
        );
    }

    #[test]
    fn it_must_be_two_parts_and_an_end() {
        for body in [
            "",
            "--b",
            "--b\r\none\r\n--b\r\ntwo\r\n",
            "--b\r\none\r\n--b--\r\n",
            "--b\r\none\r\n--b\r\ntwo\r\n--b\r\nthree\r\n--b--",
            "--b--\r\none\r\n--b\r\ntwo\r\n--b--",
            "--b\r\n--b\r\n--b--",
        ] {
            has(body, None);
        }
    }
}
