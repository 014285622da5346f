//! HTML: the little that is changed beside addresses. No rewriting of its structure, which would be a second sanitiser.

use std::borrow::Cow;

use super::escape;

/// What marks a `<meta>` that names the program that wrote it, or a character set that is no longer the one.
const META: [&str; 4] = ["generator", "originator", "progid", "charset"];

/// Longest identifier that is looked for.
const LONGEST_ID: usize = 256;

/// Without the elements that name the client's program.
pub fn without_meta(html: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut done = 0;
    while let Some((start, end)) = next_meta(html, done) {
        let names_program = {
            let element = html[start..end].to_ascii_lowercase();
            META.iter().any(|mark| element.contains(mark))
        };
        kept.push_str(&html[done..if names_program { start } else { end }]);
        done = end;
    }
    if done == 0 {
        return Cow::Borrowed(html);
    }
    kept.push_str(&html[done..]);
    Cow::Owned(kept)
}

/// Where the next `<meta …>` begins and ends.
fn next_meta(html: &str, from: usize) -> Option<(usize, usize)> {
    let octets = html.as_bytes();
    let is_meta = |at: &usize| {
        octets
            .get(at + 1..at + 5)
            .is_some_and(|name| name.eq_ignore_ascii_case(b"meta"))
            && octets
                .get(at + 5)
                .is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'/')
    };
    let start = memchr::memchr_iter(b'<', &octets[from..])
        .map(|at| from + at)
        .find(is_meta)?;
    let end = memchr::memchr(b'>', &octets[start..])?;
    Some((start, start + end + 1))
}

/// What a reference of RFC 2392 refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// `cid:`. Clients write it into plain text, too.
    Part,
    /// `mid:`, in the `<blockquote cite>` of every message that was ever quoted.
    Message,
}

/// The identifier of each reference as `rename` says.
pub fn rename_references<'t>(text: &'t str, mut rename: impl FnMut(Target, &str) -> Option<String>) -> Cow<'t, str> {
    let mut renamed = String::new();
    let mut done = 0;
    for colon in memchr::memchr_iter(b':', text.as_bytes()) {
        let Some((target, id)) = reference(text, colon).filter(|_| colon >= done) else {
            continue;
        };
        let original = String::from_utf8_lossy(&escape::unpercent(id.as_bytes())).into_owned();
        if let Some(other) = rename(target, &original) {
            renamed.push_str(&text[done..=colon]);
            renamed.push_str(&other);
            done = colon + 1 + id.len();
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    renamed.push_str(&text[done..]);
    Cow::Owned(renamed)
}

/// The identifier behind a colon that is the one of such a reference.
fn reference(text: &str, colon: usize) -> Option<(Target, &str)> {
    let before = &text.as_bytes()[..colon];
    let (rest, scheme) = before.split_at_checked(before.len().checked_sub(3)?)?;
    let target = match scheme.to_ascii_lowercase().as_slice() {
        b"cid" => Target::Part,
        b"mid" => Target::Message,
        _ => return None,
    };
    if rest.last().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let behind = &text[colon + 1..];
    let ends = |(_, c): &(usize, char)| c.is_whitespace() || "\"'<>()[]&".contains(*c);
    let mut read = behind.char_indices().take(LONGEST_ID);
    let end = match read.find(ends) {
        Some((end, _)) => end,
        None if behind.len() <= LONGEST_ID => behind.len(),
        None => return None,
    };
    (end > 0).then(|| (target, &behind[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_that_name_the_program_go() {
        for (html, expected) in [
            (
                "<head><META Name=\"Generator\" content=\"Word 15\"><title>",
                "<head><title>",
            ),
            ("<meta http-equiv=x content='text/html; CHARSET=x'/>a", "a"),
            ("<meta name=ProgId content=Word.Document><p>", "<p>"),
            ("<meta name=viewport content=x>", "<meta name=viewport content=x>"),
            ("<metamorphosis generator>", "<metamorphosis generator>"),
            ("a<meta generator", "a<meta generator"),
            ("generator", "generator"),
        ] {
            assert_eq!(without_meta(html), expected);
        }
    }

    #[test]
    fn references_are_renamed_wherever_they_stand() {
        let rename = |target, id: &str| match target {
            Target::Part => (id == "a@b").then(|| "new".to_owned()),
            Target::Message => Some(format!("m-{id}")),
        };
        for (text, expected) in [
            (
                "<img src=\"cid:a@b\"><img src=CID:a%40b>",
                "<img src=\"cid:new\"><img src=CID:new>",
            ),
            (
                "url(&quot;cid:a@b&quot;) [cid:a@b]",
                "url(&quot;cid:new&quot;) [cid:new]",
            ),
            ("cid:other cid: a@b acid:a@b cid:", "cid:other cid: a@b acid:a@b cid:"),
            ("cid:a@b", "cid:new"),
            (
                "<blockquote cite='mid:a%40b'>humid:",
                "<blockquote cite='mid:m-a@b'>humid:",
            ),
            ("\u{e9}:", "\u{e9}:"),
        ] {
            assert_eq!(rename_references(text, rename), expected);
        }
    }
}
