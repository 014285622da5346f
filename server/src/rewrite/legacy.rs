//! Repeats hidden header fields at the top of the text: the legacy display element (RFC 9788 §5.2.2).
//!
//! It is for clients that do not know protected headers, which are most of those that read S/MIME. It goes into every
//! main body part. These are text/plain and text/html parts that are no attachments, in each form of
//! multipart/alternative and in the first part of other multiparts. Parts that somebody else signed or encrypted stay
//! unchanged, and so does text in an unknown encoding or character set. A reader who sees another part instead, such as
//! an invitation (text/calendar), a picture or a preferred form, would see no element. [`push_part`] then returns
//! `false`.

use std::ops::Range;

use mail_parser::decoders::charsets::map::charset_decoder;
use zeroize::Zeroizing;

use super::part::{Changes, push_line, push_mime};
use crate::mail::{
    content::{self, Content},
    header::{self, Place},
    message::{Field, Message},
    mime::push_base64,
    multipart::split,
    value,
};

/// Fields that readers see (RFC 9788 §1.1.2) and that stand outside, in the order in which they are repeated.
const USER_FACING: [&str; 5] = [header::SUBJECT, header::FROM, header::TO, header::CC, header::DATE];

/// RFC 9788 §5.2.2.
const PARAMETER: (&str, &str) = ("hp-legacy-display", "1");

/// Deepest nesting of multiparts that is searched.
const DEEPEST: usize = 20;

/// Most parts of one multipart that are searched.
const MOST_PARTS: usize = 500;

/// Longest line in an unencoded entity (RFC 5322 §2.1.1), with room to spare.
const LONGEST_LINE: usize = 900;

/// The lines at the top of the text.
pub struct Display {
    lines: String,
}

/// The kind of a text part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TextKind {
    Plain,
    Html,
}

impl Display {
    /// Returns the fields of `told` that `outer` lacks or changes, or `None` if there are none.
    pub fn of(told: &Message<'_>, outer: &Message<'_>) -> Option<Self> {
        let raw = |field: Option<Field<'_>>| field.map(|field| field.raw_value().to_vec());
        let lines: String = USER_FACING
            .iter()
            .filter(|name| raw(told.first(name)) != raw(outer.first(name)))
            .filter_map(|name| {
                told.first(name)
                    .and_then(display_value)
                    .map(|text| format!("{name}: {text}\r\n"))
            })
            .collect();
        (!lines.is_empty()).then_some(Self { lines })
    }

    /// Returns the lines for plain text. They end at the first empty line.
    pub fn plain(&self) -> String {
        format!("{}\r\n", self.lines)
    }

    /// Returns one ASCII element, so that it fits any character set (RFC 9788 §5.2.3).
    fn html(&self) -> String {
        let mut escaped = String::new();
        for c in self.lines.trim_end().chars() {
            match c {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                c if c.is_ascii() => escaped.push(c),
                c => escaped.push_str(&format!("&#{};", u32::from(c))),
            }
        }
        format!("<div class=\"header-protection-legacy-display\">\r\n<pre>{escaped}</pre>\r\n</div>\r\n")
    }
}

/// Returns a value as a reader sees it, on one line.
fn display_value(field: Field<'_>) -> Option<String> {
    if !field.is(header::FROM) {
        return value::text(field);
    }
    let from = value::address_list(field).into_iter().next()?;
    Some(match (from.name, from.address) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (_, address) => address?,
    })
}

/// Appends an entity's fields and body with the element in its main body parts. `changes` apply to the outermost
/// Content-Type. Returns `false` and appends nothing if the reader may see a part without the element.
pub fn push_part(entity: &mut Vec<u8>, message: &Message<'_>, changes: &Changes, display: &Display) -> bool {
    let before = entity.len();
    let is_shown = match kind(message) {
        Some(kind) => push_text(entity, message, kind, changes.clone(), display),
        None => push_multipart(entity, message, changes, display),
    };
    if !is_shown {
        entity.truncate(before);
    }
    is_shown
}

fn push_multipart(entity: &mut Vec<u8>, message: &Message<'_>, changes: &Changes, display: &Display) -> bool {
    let mut texts = Vec::new();
    if !find_texts(message, 0, 0, &mut texts) {
        return false;
    }
    push_mime(entity, message, changes);
    entity.extend_from_slice(b"\r\n");
    let body = message.body();
    let mut done = 0;
    for text in texts {
        entity.extend_from_slice(&body[done..text.start]);
        if !push_inner_text(entity, &body[text.clone()], display) {
            return false;
        }
        done = text.end;
    }
    entity.extend_from_slice(&body[done..]);
    true
}

/// Finds the main body parts in the body of the outermost multipart, in order. `at` is where this multipart's body
/// begins there. Returns whether one of them is what a reader sees first. Of alternatives that is the last, which
/// clients prefer (RFC 2046 §5.1.4).
fn find_texts(multipart: &Message<'_>, at: usize, depth: usize, found: &mut Vec<Range<usize>>) -> bool {
    let Some(content_type) = multipart.first(header::CONTENT_TYPE).and_then(value::content_type) else {
        return false;
    };
    let subtype = content_type.subtype().unwrap_or_default().to_ascii_lowercase();
    let is_multipart = content_type.ctype().eq_ignore_ascii_case("multipart");
    // RFC 2046 §5.1.5: the parts of a digest are other people's messages.
    if !is_multipart || depth > DEEPEST || matches!(&*subtype, "signed" | "encrypted" | "digest") {
        return false;
    }
    let boundary = content_type.attribute("boundary").unwrap_or_default();
    let mut parts = split(multipart.body(), boundary, MOST_PARTS).unwrap_or_default();
    if subtype != "alternative" {
        parts.truncate(1);
    }
    let mut is_seen = false;
    for part in parts {
        let octets = &multipart.body()[part.clone()];
        let child = Message::parse(octets);
        if kind(&child).is_some() {
            found.push(at + part.start..at + part.end);
            is_seen = true;
        } else {
            let body_at = part.start + octets.len() - child.body().len();
            is_seen = find_texts(&child, at + body_at, depth + 1, found);
        }
    }
    is_seen
}

/// Returns the kind of a text part that belongs to the message itself.
fn kind(part: &Message<'_>) -> Option<TextKind> {
    let disposition = part.first(header::CONTENT_DISPOSITION).and_then(value::disposition);
    if disposition.is_some_and(|disposition| disposition.is_attachment()) {
        return None;
    }
    let Some(field) = part.first(header::CONTENT_TYPE) else {
        return Some(TextKind::Plain);
    };
    // RFC 2045 §5.2, as the part is written.
    let Some(content_type) = value::content_type(field) else {
        return Some(TextKind::Plain);
    };
    let subtype = content_type.subtype().unwrap_or_default();
    if !content_type.ctype().eq_ignore_ascii_case("text") {
        None
    } else if subtype.eq_ignore_ascii_case("plain") {
        Some(TextKind::Plain)
    } else if subtype.eq_ignore_ascii_case("html") {
        Some(TextKind::Html)
    } else {
        None
    }
}

/// A text that is a part of the outermost entity. Returns `false` if the element cannot be put in.
fn push_inner_text(entity: &mut Vec<u8>, octets: &[u8], display: &Display) -> bool {
    let part = Message::parse(octets);
    for field in part.fields().filter(|field| header::place(field.name()) != Place::Mime) {
        push_line(entity, field.raw());
    }
    let kind = kind(&part).unwrap_or(TextKind::Plain);
    push_text(entity, &part, kind, Changes::default(), display)
}

/// Writes a text with the element. Returns `false` and writes nothing if that is not possible.
fn push_text(
    entity: &mut Vec<u8>,
    part: &Message<'_>,
    kind: TextKind,
    mut changes: Changes,
    display: &Display,
) -> bool {
    let encoding = part.first(header::CONTENT_TRANSFER_ENCODING);
    let Ok(content) = Content::decode(part.body(), encoding) else {
        return false;
    };
    let content_type = part.first(header::CONTENT_TYPE).and_then(value::content_type);
    let charset = content_type.as_ref().and_then(|parsed| parsed.attribute("charset"));
    let inserted = match kind {
        TextKind::Plain => display.plain(),
        TextKind::Html => display.html(),
    };
    let written = text_as(&content, charset, &inserted);
    let octets: &[u8] = match &written {
        Written::Converted(text) => text.as_bytes(),
        Written::Not => return false,
        Written::AsItIs | Written::Utf8 => &content,
    };
    if matches!(written, Written::Utf8 | Written::Converted(_)) {
        changes.parameters.push(("charset", "utf-8"));
    }
    changes.parameters.push(PARAMETER);
    let at = match kind {
        TextKind::Plain => 0,
        TextKind::Html => start_of_html(octets),
    };
    let fits = inserted.is_ascii() && inserted.lines().all(|line| line.len() <= LONGEST_LINE);
    changes.base64 = !fits || !content::is_identity(encoding) || matches!(written, Written::Converted(_));
    push_mime(entity, part, &changes);
    entity.extend_from_slice(b"\r\n");
    let pieces = [&octets[..at], inserted.as_bytes(), &octets[at..]];
    if changes.base64 {
        push_base64(&Zeroizing::new(pieces.concat()), entity);
    } else {
        pieces.iter().for_each(|piece| entity.extend_from_slice(piece));
    }
    true
}

/// The character set of a text after the insertion.
enum Written {
    /// Its own character set.
    AsItIs,
    /// Its own character set, labelled as UTF-8 from now on because it is UTF-8 or a part of it.
    Utf8,
    /// UTF-8, into which it was converted.
    Converted(Zeroizing<String>),
    /// None, because its character set is unknown.
    Not,
}

fn text_as(content: &[u8], charset: Option<&str>, inserted: &str) -> Written {
    let charset = charset.map(|charset| charset.trim().to_ascii_lowercase());
    let name = charset.as_deref().unwrap_or("us-ascii");
    let wide = ["utf-16", "utf-32", "utf-7", "ucs-", "iso-10646"];
    if inserted.is_ascii() && !wide.iter().any(|each| name.starts_with(each)) {
        return Written::AsItIs;
    }
    match name {
        "utf-8" | "utf8" => Written::AsItIs,
        "us-ascii" | "ascii" if std::str::from_utf8(content).is_ok() => Written::Utf8,
        name => charset_decoder(name.as_bytes()).map_or(Written::Not, |decode| {
            Written::Converted(Zeroizing::new(decode(content)))
        }),
    }
}

/// The place after the tag that opens the body, outside comments; otherwise after the head, otherwise the start.
fn start_of_html(html: &[u8]) -> usize {
    let mut behind_head = 0;
    let mut at = 0;
    while let Some(next) = memchr::memchr(b'<', &html[at..]) {
        at += next;
        let rest = &html[at..];
        if rest.starts_with(b"<!--") {
            let end = memchr::memmem::find(rest, b"-->");
            at += end.map_or(rest.len(), |end| end + 3);
        } else if opens(rest, b"body") {
            return at + end_of_tag(rest);
        } else if opens(rest, b"/head") {
            at += end_of_tag(rest);
            behind_head = at;
        } else {
            at += 1;
        }
    }
    behind_head
}

fn opens(tag: &[u8], name: &[u8]) -> bool {
    let named = tag.get(1..=name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
    named && matches!(tag.get(name.len() + 1), Some(b'>' | b' ' | b'\t' | b'\r' | b'\n'))
}

/// Returns the place after the tag. A `>` between quotes does not end it.
fn end_of_tag(tag: &[u8]) -> usize {
    let mut quote = None;
    for (at, byte) in tag.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    tag.len()
}
