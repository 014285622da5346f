//! Decodes text parts and replaces the addresses in them.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::{
    addresses::Addresses,
    calendar, card, charset,
    error::StripError,
    flowed, html, legacy, lines, pgp, quoted,
    tree::{Leaf, Placed, UNKNOWN_TYPES},
    units::Syntax,
    url::{self, Target},
};

/// Text types besides `text/…`, and suffixes of such types (RFC 6839).
const TEXT_TYPES: [&str; 14] = [
    "application/ics",
    "application/vcard",
    "application/json",
    "application/ld+json",
    "application/x-ndjson",
    "application/xml",
    "application/javascript",
    "application/x-javascript",
    "application/xhtml+xml",
    "application/yaml",
    "application/x-yaml",
    "application/sql",
    "application/rtf",
    "application/csv",
];
const TEXT_SUFFIXES: [&str; 2] = ["+json", "+xml"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text that people write, and any other text.
    Plain,
    /// HTML, or text that looks like it.
    Html,
    /// A calendar (RFC 5545).
    Calendar,
    /// Address cards (RFC 6350).
    Card,
}

/// A text part that leaves.
pub enum Text<'a> {
    /// A piece of the message in UTF-8 with CRLF line ends.
    Written(Zeroizing<String>),
    /// A file in UTF-8 with its addresses replaced.
    Changed(Zeroizing<String>),
    /// The alias's card instead of the person's.
    Card(Zeroizing<String>),
    /// A file in its original bytes and character set.
    Octets(&'a [u8]),
}

/// Whether a part is text, by its type or because its bytes look like text.
pub fn is_text(media: &str, octets: &[u8]) -> bool {
    let plain = |octets: &[u8]| std::str::from_utf8(octets).is_ok() && memchr::memchr(0, octets).is_none();
    media.starts_with("text/")
        || TEXT_TYPES.contains(&media)
        || TEXT_SUFFIXES.iter().any(|suffix| media.ends_with(suffix))
        || UNKNOWN_TYPES.contains(&media) && plain(octets)
}

/// Returns the format of a text, by its type and its file name.
pub fn format(media: &str, file: &str) -> Format {
    let file = file.to_ascii_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| file.ends_with(end));
    match media {
        "text/html" | "text/x-amp-html" | "text/watch-html" | "application/xhtml+xml" => Format::Html,
        "text/calendar" | "application/ics" => Format::Calendar,
        "text/vcard" | "text/x-vcard" | "text/directory" | "application/vcard" => Format::Card,
        _ if ends(&[".html", ".htm", ".xhtml"]) => Format::Html,
        _ if ends(&[".ics", ".ifb", ".vcs"]) => Format::Calendar,
        _ if ends(&[".vcf", ".vcard"]) => Format::Card,
        _ => Format::Plain,
    }
}

impl Format {
    /// Describes the format for the person.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain text",
            Self::Html => "HTML",
            Self::Calendar => "calendar",
            Self::Card => "address card",
        }
    }
}

/// Rewrites a text part. `rename` returns the new identifier of a reference.
pub fn text<'l>(
    leaf: &'l Leaf<'_>,
    addresses: &Addresses<'_>,
    rename: &mut dyn FnMut(Target, &str) -> Option<String>,
) -> Result<Text<'l>, StripError> {
    let format = format(&leaf.media, leaf.labels.file.as_deref().unwrap_or_default());
    let original = charset::decode_text(&leaf.octets, leaf.parameter("charset"), format == Format::Html)?;
    let written = |text: String| Text::Written(lines::canonical(&Zeroizing::new(text)));
    let changed = |text: String| match text == *original {
        true => Text::Octets(&leaf.octets),
        false => Text::Changed(Zeroizing::new(text)),
    };
    Ok(match format {
        // Even if a client gave its body a file name, it is still the body.
        Format::Html if leaf.labels.placed != Some(Placed::Attachment) => {
            let body = legacy::remove_from_html(&original, leaf);
            let rebuilt = html::rebuild(&body, addresses, rename);
            written(quoted::rewrite(&rebuilt, Syntax::Html, addresses))
        }
        Format::Html if html::names_person(&original, addresses) => {
            changed(html::rebuild(&original, addresses, rename))
        }
        Format::Html => Text::Octets(&leaf.octets),
        Format::Calendar => changed(calendar::rewrite(&original, addresses)),
        Format::Card => match card::rewrite(&original, addresses) {
            (cards, true) => Text::Card(Zeroizing::new(lines::fold(&cards))),
            (cards, false) if cards == lines::unfold(&original) => Text::Octets(&leaf.octets),
            (cards, false) => Text::Changed(Zeroizing::new(lines::fold(&cards))),
        },
        Format::Plain if !leaf.is_file() && leaf.media.starts_with("text/") => {
            let body = legacy::remove_from_plain(&original, leaf);
            let body = whole_lines(body, leaf);
            let body = url::rename_references(&body, rename);
            let body = addresses.replace_in(&url::without_local(&body));
            written(quoted::rewrite(&body, Syntax::Plain, addresses))
        }
        Format::Plain => changed(addresses.replace_in(&original)),
    })
}

/// Removes a signature's armor, and joins lines if a line end could split an address.
fn whole_lines<'t>(text: &'t str, leaf: &Leaf<'_>) -> Cow<'t, str> {
    let text = pgp::remove_signature(text);
    let says = |name: &str, value: &str| leaf.parameter(name).is_some_and(|it| it.eq_ignore_ascii_case(value));
    if says("format", "flowed") && says("delsp", "yes") {
        Cow::Owned(flowed::join_lines(&text))
    } else {
        text
    }
}
