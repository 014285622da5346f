//! Parses the paths of MAIL and RCPT (RFC 5321 §4.1.2): the text between the angle brackets. It does not check whether the
//! address exists.

/// The longest path in octets without the angle brackets (RFC 5321 §4.5.3.1.3).
const MAX_PATH: usize = 254;

/// The text is not a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed path")]
pub(super) struct PathError;

/// Splits `<path> parameters` into the mailbox (empty for `<>`) and the text after the bracket. A source route is ignored,
/// as RFC 5321 §4.1.1.3 says.
pub(super) fn split(text: &str) -> Result<(&str, &str), PathError> {
    // A space after the colon is no longer allowed but still common.
    let inside = text.trim_start_matches(' ').strip_prefix('<').ok_or(PathError)?;
    let end = closing_bracket(inside)?;
    let (path, rest) = (&inside[..end], &inside[end + 1..]);
    if path.len() > MAX_PATH || !(rest.is_empty() || rest.starts_with(' ')) {
        return Err(PathError);
    }
    let mailbox = match path.strip_prefix('@') {
        Some(route) => route.split_once(':').ok_or(PathError)?.1,
        None => path,
    };
    if mailbox.is_empty() && !path.is_empty() {
        return Err(PathError);
    }
    Ok((mailbox, rest))
}

/// Whether both sides of the last `@` are non-empty.
pub(super) fn has_domain(mailbox: &str) -> bool {
    mailbox
        .rsplit_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.ends_with('"'))
}

/// The position of the closing bracket, outside quoted strings.
fn closing_bracket(inside: &str) -> Result<usize, PathError> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, char) in inside.char_indices() {
        match char {
            _ if char.is_control() => return Err(PathError),
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return Ok(at),
            '<' | ' ' if !quoted => return Err(PathError),
            _ => {}
        }
    }
    Err(PathError)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths() {
        for (text, expected) in [
            ("<>", Ok(("", ""))),
            (" <a@b.c>", Ok(("a@b.c", ""))),
            ("<a@b.c> SIZE=1 BODY=7BIT", Ok(("a@b.c", " SIZE=1 BODY=7BIT"))),
            ("<@one,@two:a@b.c>", Ok(("a@b.c", ""))),
            ("<Postmaster>", Ok(("Postmaster", ""))),
            (r#"<"a > \" b"@c.d>"#, Ok((r#""a > \" b"@c.d"#, ""))),
            ("<jürgen@bücher.example>", Ok(("jürgen@bücher.example", ""))),
            ("a@b.c", Err(PathError)),
            ("<a@b.c", Err(PathError)),
            ("<a@b.c>SIZE=1", Err(PathError)),
            ("<a b@c>", Err(PathError)),
            ("<<a@b>>", Err(PathError)),
            ("<@one>", Err(PathError)),
            ("<@one:>", Err(PathError)),
            ("<a\0@b>", Err(PathError)),
            ("", Err(PathError)),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
        assert_eq!(split(&format!("<{}@b>", "a".repeat(300))), Err(PathError));
    }

    #[test]
    fn domains() {
        assert!(has_domain("a@b") && has_domain(r#""a@b"@c"#) && has_domain("a@[192.0.2.1]"));
        assert!(!has_domain("a") && !has_domain("a@") && !has_domain("@b") && !has_domain(r#""a@b""#));
    }

    proptest! {
        #[test]
        fn never_panics(text in "[<>@:\"\\\\ a-ü]{0,20}") {
            let _ = split(&text);
        }
    }
}
