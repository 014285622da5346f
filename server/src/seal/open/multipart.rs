//! Splits multipart/signed into its two parts, exact to the octet (RFC 2046 §5.1.1).

/// A line that separates or ends the parts.
struct Delimiter {
    /// Where its line begins, the line end before it included: it belongs to the delimiter.
    start: usize,
    /// Behind its line end.
    end: usize,
    closes: bool,
}

/// The parts of a multipart body that has two of them and an end. What stands before the first delimiter and behind the
/// last is no part.
pub(super) fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<[&'a [u8]; 2]> {
    let mut delimiters = delimiters(body, boundary);
    let (first, second, last) = (delimiters.next()?, delimiters.next()?, delimiters.next()?);
    let two = !first.closes && !second.closes && last.closes;
    // A part without a line end between two delimiters would begin behind its own end.
    let part = |from: &Delimiter, to: &Delimiter| body.get(from.end..to.start);
    two.then_some([part(&first, &second)?, part(&second, &last)?])
}

fn delimiters<'a>(body: &'a [u8], boundary: &str) -> impl Iterator<Item = Delimiter> + use<'a> {
    let dashed = format!("--{boundary}").into_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(found) = memchr::memmem::find(&body[from..], &dashed) {
            let at = from + found;
            from = at + dashed.len();
            if let Some(delimiter) = delimiter(body, at, from) {
                return Some(delimiter);
            }
        }
        None
    })
}

/// Whether dashes and boundary from `at` to `behind` make a line of their own: a longer boundary may begin with this one.
fn delimiter(body: &[u8], at: usize, behind: usize) -> Option<Delimiter> {
    let before = &body[..at];
    let start = match before {
        [] => 0,
        [.., b'\r', b'\n'] => at - 2,
        [.., b'\n'] => at - 1,
        _ => return None,
    };
    let rest = &body[behind..];
    let (closes, rest) = rest.strip_prefix(b"--").map_or((false, rest), |rest| (true, rest));
    let padding = rest.iter().take_while(|octet| matches!(octet, b' ' | b'\t')).count();
    let line_end = match &rest[padding..] {
        [] => 0,
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => return None,
    };
    let end = body.len() - rest.len() + padding + line_end;
    Some(Delimiter { start, end, closes })
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
