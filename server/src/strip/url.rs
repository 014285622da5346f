//! Decides which links and references a contact can follow, and renames references.

use std::borrow::Cow;

use super::escape;

/// Link schemes that may leave.
const LINKS: [&str; 6] = ["http", "https", "mailto", "tel", "sms", "ftp"];

/// Image types that may leave within HTML. None of them is text.
const IMAGES: [&str; 5] = ["png", "jpeg", "jpg", "gif", "webp"];

/// Schemes of objects on the person's machine or in the mailbox. Clients write them into plain text as well.
const LOCAL: [&str; 14] = [
    "file",
    "imap",
    "imaps",
    "mailbox",
    "mailbox-message",
    "imap-message",
    "ews",
    "owl",
    "pop",
    "pop3",
    "nntp",
    "x-apple-data-detectors",
    "applewebdata",
    "outlook",
];

/// Longest identifier that is searched.
const LONGEST_ID: usize = 256;

/// The target of a reference (RFC 2392).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// `cid:`, which clients write into plain text as well.
    Part,
    /// `mid:`, which stands in the `<blockquote cite>` of every quoted message.
    Message,
}

type Rename<'a> = &'a mut dyn FnMut(Target, &str) -> Option<String>;

/// Returns the link as it may leave, or `None` if its scheme may not.
pub fn link(value: &str, rename: Rename<'_>) -> Option<String> {
    let value = plain(value);
    if value.starts_with("//") {
        return Some(format!("https:{value}"));
    }
    match scheme(&value)?.as_str() {
        "cid" => rename_url(&value, Target::Part, rename),
        "mid" => rename_url(&value, Target::Message, rename),
        scheme => LINKS.contains(&scheme).then_some(value),
    }
}

/// Returns the URL of an image as it may leave, or `None` if its scheme may not.
pub fn image(value: &str, rename: Rename<'_>) -> Option<String> {
    let value = plain(value);
    if value.starts_with("//") {
        return Some(format!("https:{value}"));
    }
    match scheme(&value)?.as_str() {
        "http" | "https" => Some(value),
        "cid" => rename_url(&value, Target::Part, rename),
        "data" => is_image(&value).then_some(value),
        _ => None,
    }
}

/// Returns the message that a quotation is from.
pub fn message(value: &str, rename: Rename<'_>) -> Option<String> {
    let value = plain(value);
    (scheme(&value)? == "mid").then(|| rename_url(&value, Target::Message, rename))?
}

/// Removes white space at the ends and all control characters, as browsers do.
fn plain(value: &str) -> String {
    value.trim().chars().filter(|c| !c.is_control()).collect()
}

/// RFC 3986 §3.1.
fn scheme(value: &str) -> Option<String> {
    let (scheme, _) = value.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    is_scheme.then(|| scheme.to_ascii_lowercase())
}

fn rename_url(value: &str, target: Target, rename: Rename<'_>) -> Option<String> {
    let (scheme, id) = value.split_once(':')?;
    let id = String::from_utf8_lossy(&escape::unpercent(id.as_bytes())).into_owned();
    Some(format!("{}:{}", scheme.to_ascii_lowercase(), rename(target, &id)?))
}

/// Whether a URL is an image in base64 (RFC 2397).
fn is_image(value: &str) -> bool {
    let image = || {
        let (kind, octets) = value.get("data:".len()..)?.split_once(',')?;
        let kind = kind.to_ascii_lowercase();
        let kind = kind.strip_prefix("image/")?.strip_suffix(";base64")?.to_owned();
        Some(IMAGES.contains(&&*kind) && octets.chars().all(|c| c.is_ascii_alphanumeric() || "+/= %".contains(c)))
    };
    image().unwrap_or_default()
}

/// Removes links to the person's machine or mailbox.
pub fn without_local(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut done = 0;
    for colon in memchr::memchr_iter(b':', text.as_bytes()) {
        let before = &text.as_bytes()[done.min(colon)..colon];
        let length = before
            .iter()
            .rev()
            .take(32)
            .take_while(|byte| is_scheme(**byte))
            .count();
        let scheme = text[colon - length..colon].to_ascii_lowercase();
        // `outlook:` and `file:` are words as well.
        if !LOCAL.contains(&&*scheme) || !text[colon + 1..].starts_with('/') && scheme != "x-apple-data-detectors" {
            continue;
        }
        let behind = &text[colon..];
        let end = behind
            .find(|c: char| c.is_whitespace() || "\"'<>()[]".contains(c))
            .unwrap_or(behind.len());
        kept.push_str(&text[done..colon - length]);
        done = colon + end;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(&text[done..]);
    Cow::Owned(kept)
}

fn is_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+.-".contains(&byte)
}

/// Renames the identifier of each reference in plain text.
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

/// Returns the identifier after the colon of a reference.
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
    fn references_are_renamed_wherever_they_stand() {
        let rename = |target, id: &str| match target {
            Target::Part => (id == "a@b").then(|| "new".to_owned()),
            Target::Message => Some(format!("m-{id}")),
        };
        for (text, expected) in [
            ("cid:a@b CID:a%40b [cid:a@b]", "cid:new CID:new [cid:new]"),
            ("cid:other cid: a@b acid:a@b cid:", "cid:other cid: a@b acid:a@b cid:"),
            ("<mid:a%40b> humid:", "<mid:m-a@b> humid:"),
            ("\u{e9}:", "\u{e9}:"),
        ] {
            assert_eq!(rename_references(text, rename), expected);
        }
    }

    #[test]
    fn links_to_the_persons_machine_go() {
        for (text, expected) in [
            ("a <file:///C:/Users/ann/b.pdf> c", "a <> c"),
            ("IMAP://ann@x/INBOX", ""),
            ("mailbox:///home/ann/x?y (z)", " (z)"),
            (
                "the file: x, profile:///x, https://x/",
                "the file: x, profile:///x, https://x/",
            ),
            ("x-apple-data-detectors:0", ""),
        ] {
            assert_eq!(without_local(text), expected);
        }
    }
}
