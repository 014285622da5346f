//! Parts of text: decoded, addresses in them replaced, and what of them shall be written.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;
use zeroize::Zeroizing;

use super::{
    addresses::{Addresses, Syntax},
    flowed, html, lines, pgp,
    tree::Leaf,
};

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// What people write.
    Plain,
    /// HTML, or what looks like it.
    Html,
    /// Lines that are folded (RFC 5545 §3.1, RFC 6350 §3.2): calendars and address cards.
    Folded,
    /// Anything else.
    Other,
}

/// A part of text that leaves.
pub enum Text<'a> {
    /// A piece of the message, in UTF-8, lines ended by CRLF.
    Written(Zeroizing<String>),
    /// A file in which addresses were replaced; in UTF-8.
    Changed(Zeroizing<String>),
    /// A file as it was, in the character set that it was in; or one whose character set nobody knows.
    Octets(Cow<'a, [u8]>),
}

/// Whether a part is one of text.
pub fn is_text(media: &str) -> bool {
    media.starts_with("text/") || media == "application/ics"
}

/// Rewrites a part of text. `rename` gives the new identifier of a `cid:` reference.
pub fn text<'a>(leaf: &Leaf<'a>, addresses: &Addresses<'_>, rename: impl FnMut(&str) -> Option<String>) -> Text<'a> {
    let format = format(&leaf.media);
    let Some(original) = decoded(&leaf.octets, leaf.parameter("charset")) else {
        return Text::Octets(Cow::Owned(addresses.replace(&leaf.octets, Syntax::Plain).into_owned()));
    };
    if leaf.is_file() || matches!(format, Format::Folded | Format::Other) {
        let changed = rewritten(&original, format, addresses, rename);
        return if *changed == *original {
            Text::Octets(leaf.octets.clone())
        } else {
            Text::Changed(changed)
        };
    }
    let prepared = match format {
        Format::Plain => prepared(&original, leaf),
        _ => original,
    };
    let changed = rewritten(&prepared, format, addresses, rename);
    Text::Written(Zeroizing::new(lines::canonical(&changed)))
}

fn format(media: &str) -> Format {
    match media {
        "text/plain" | "text/enriched" | "text/markdown" => Format::Plain,
        "text/html" | "text/x-amp-html" | "text/watch-html" => Format::Html,
        "text/calendar" | "text/vcard" | "text/x-vcard" | "text/directory" | "application/ics" => Format::Folded,
        _ => Format::Other,
    }
}

fn rewritten(
    text: &str,
    format: Format,
    addresses: &Addresses<'_>,
    rename: impl FnMut(&str) -> Option<String>,
) -> Zeroizing<String> {
    Zeroizing::new(match format {
        Format::Html => {
            let text = html::without_meta(text);
            addresses.replace_html(&html::rename_references(&text, rename))
        }
        Format::Plain => addresses.replace_in(&html::rename_references(text, rename)),
        Format::Folded => {
            let unfolded = lines::without_keys(&lines::unfolded(text));
            let replaced = addresses.replace_in(&unfolded);
            if replaced == lines::unfolded(text) {
                text.to_owned()
            } else {
                lines::folded(&replaced)
            }
        }
        Format::Other => addresses.replace_in(text),
    })
}

/// What people wrote, without the armor of a signature around it, and on whole lines where one could part an address.
fn prepared<'t>(text: &'t str, leaf: &Leaf<'_>) -> Cow<'t, str> {
    let text = pgp::without_signature(text);
    let says = |name: &str, value: &str| leaf.parameter(name).is_some_and(|it| it.eq_ignore_ascii_case(value));
    if says("format", "flowed") && says("delsp", "yes") {
        Cow::Owned(flowed::joined(&text))
    } else {
        text
    }
}

/// The text of a part. US-ASCII, and what names no character set, is UTF-8 where it can be.
fn decoded<'t>(octets: &'t [u8], charset: Option<&str>) -> Option<Cow<'t, str>> {
    let charset = charset.map(|charset| charset.trim().to_ascii_lowercase());
    if matches!(charset.as_deref(), None | Some("us-ascii" | "ascii" | "utf-8" | "utf8"))
        && let Ok(text) = std::str::from_utf8(octets)
    {
        return Some(Cow::Borrowed(text));
    }
    let decode = charset_decoder(charset?.as_bytes())?;
    Some(Cow::Owned(decode(octets)))
}
