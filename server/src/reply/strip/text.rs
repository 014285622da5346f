//! Parts of text: decoded, addresses in them replaced, and what of them shall be written.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;
use zeroize::Zeroizing;

use super::{
    addresses::{Addresses, Syntax},
    flowed,
    html::{self, Target},
    legacy, lines, pgp,
    tree::{Leaf, Placed},
};

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// What people write, and anything that is not of the others.
    Plain,
    /// HTML, or what looks like it.
    Html,
    /// Lines that are folded (RFC 5545 §3.1, RFC 6350 §3.2): calendars and address cards.
    Folded,
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

/// Rewrites a part of text. `rename` gives the new identifier of a reference.
pub fn text<'l>(
    leaf: &'l Leaf<'_>,
    addresses: &Addresses<'_>,
    rename: impl FnMut(Target, &str) -> Option<String>,
) -> Text<'l> {
    let Some(original) = decoded(&leaf.octets, leaf.parameter("charset")) else {
        return Text::Octets(addresses.replace(&leaf.octets, Syntax::Plain));
    };
    let written = |text: String| Text::Written(lines::canonical(&Zeroizing::new(text)));
    match format(&leaf.media) {
        // A client may name the file that it keeps the body in, and it is the body all the same.
        Format::Html if leaf.labels.placed != Some(Placed::Attachment) => {
            let body = legacy::without_html(&original, leaf);
            let body = html::without_meta(&body);
            written(addresses.replace_html(&html::rename_references(&body, rename)))
        }
        Format::Plain if !leaf.is_file() => {
            let body = legacy::without_plain(&original, leaf);
            let body = whole_lines(body, leaf);
            written(addresses.replace_in(&html::rename_references(&body, rename)))
        }
        format => match changed(&original, format, addresses) {
            Some(changed) => Text::Changed(Zeroizing::new(changed)),
            None => Text::Octets(Cow::Borrowed(&leaf.octets)),
        },
    }
}

fn format(media: &str) -> Format {
    match media {
        "text/html" | "text/x-amp-html" | "text/watch-html" => Format::Html,
        "text/calendar" | "text/vcard" | "text/x-vcard" | "text/directory" | "application/ics" => Format::Folded,
        _ => Format::Plain,
    }
}

/// A file with its addresses replaced, if there are any.
fn changed(original: &str, format: Format, addresses: &Addresses<'_>) -> Option<String> {
    match format {
        Format::Plain => Some(addresses.replace_in(original)).filter(|text| text != original),
        Format::Html => {
            let replaced = addresses.replace_html(original);
            // The character set that a `<meta>` names is no longer the one.
            (replaced != original).then(|| html::without_meta(&replaced).into_owned())
        }
        Format::Folded => {
            let unfolded = lines::unfolded(original);
            let anonymous = lines::anonymous(&unfolded, |line| addresses.name_mailbox(line));
            let replaced = addresses.replace_in(&anonymous);
            (replaced != unfolded).then(|| lines::folded(&replaced))
        }
    }
}

/// Without the armor of a signature around it, and on whole lines where a line's end could part an address.
fn whole_lines<'t>(text: &'t str, leaf: &Leaf<'_>) -> Cow<'t, str> {
    let text = pgp::without_signature(text);
    let says = |name: &str, value: &str| leaf.parameter(name).is_some_and(|it| it.eq_ignore_ascii_case(value));
    if says("format", "flowed") && says("delsp", "yes") {
        Cow::Owned(flowed::joined(&text))
    } else {
        text
    }
}

/// The text of a part. US-ASCII, and what names no character set, is UTF-8 where it can be.
fn decoded(octets: &[u8], charset: Option<&str>) -> Option<Zeroizing<String>> {
    let charset = charset.map(|charset| charset.trim().to_ascii_lowercase());
    if matches!(charset.as_deref(), None | Some("us-ascii" | "ascii" | "utf-8" | "utf8"))
        && let Ok(text) = std::str::from_utf8(octets)
    {
        return Some(Zeroizing::new(text.to_owned()));
    }
    charset_decoder(charset?.as_bytes()).map(|decode| Zeroizing::new(decode(octets)))
}
