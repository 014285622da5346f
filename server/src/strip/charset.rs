//! Decodes text to Unicode. A text that cannot be decoded cannot be searched, so it stops the reply.

use html5gum::{StartTag, Token, Tokenizer};
use mail_parser::decoders::charsets::map::charset_decoder;
use zeroize::Zeroizing;

use super::error::StripError;

/// Labels that mean that the character set is unknown.
const NO_LABEL: [&str; 8] = [
    "",
    "8bit",
    "binary",
    "default",
    "none",
    "unknown",
    "unknown-8bit",
    "x-unknown",
];

/// Labels of UTF-8 and of its subset ASCII.
const UTF_8: [&str; 6] = [
    "utf-8",
    "utf8",
    "us-ascii",
    "ascii",
    "ansi_x3.4-1968",
    "iso-10646-utf-8",
];

/// The character set that browsers assume if a text names none and is not UTF-8.
const FALLBACK: &str = "windows-1252";

/// Octets at the start of HTML in which it may name its character set (HTML §13.2.3.2).
const HTML_HEAD: usize = 1024;

/// Decodes the text of a part. `label` is its charset parameter. If `html` is true, a `<meta>` may name the charset
/// instead.
pub fn decode_text(octets: &[u8], label: Option<&str>, html: bool) -> Result<Zeroizing<String>, StripError> {
    let label = label.map(|label| label.trim().trim_matches(['"', '\'']).to_ascii_lowercase());
    let label = label.filter(|label| !NO_LABEL.contains(&&**label));
    if let Some(text) = decode_marked(octets) {
        return Ok(text);
    }
    let is_utf_8 = label.as_deref().is_none_or(|label| UTF_8.contains(&label));
    let label = label.or_else(|| in_meta(octets).filter(|_| html));
    if is_utf_8 && let Ok(text) = std::str::from_utf8(octets) {
        // UTF-7 and similar encodings look like ASCII, and a `<meta>` may name one.
        if label
            .as_deref()
            .is_none_or(|label| UTF_8.contains(&label) || !text.is_ascii())
        {
            return Ok(Zeroizing::new(text.to_owned()));
        }
    }
    let label = match label.as_deref() {
        None | Some("us-ascii" | "ascii") => FALLBACK,
        Some(label) => label,
    };
    let decode = charset_decoder(label.as_bytes()).ok_or(StripError::Charset)?;
    Ok(Zeroizing::new(decode(octets)))
}

/// Decodes a text that begins with a byte order mark. The mark overrides any label.
fn decode_marked(octets: &[u8]) -> Option<Zeroizing<String>> {
    let (label, rest) = match octets {
        [0xef, 0xbb, 0xbf, rest @ ..] => ("utf-8", rest),
        [0xff, 0xfe, rest @ ..] => ("utf-16le", rest),
        [0xfe, 0xff, rest @ ..] => ("utf-16be", rest),
        _ => return None,
    };
    charset_decoder(label.as_bytes()).map(|decode| Zeroizing::new(decode(rest)))
}

/// Returns the character set that a `<meta>` names (HTML §4.2.5), in its own attribute or as a parameter of the content
/// type.
fn in_meta(octets: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&octets[..octets.len().min(HTML_HEAD)]);
    let tokens = Tokenizer::new(&*head).flatten();
    let mut labels = tokens.filter_map(|token| match token {
        Token::StartTag(tag) if tag.name.as_slice() == b"meta" => label_of(&tag),
        _ => None,
    });
    labels.next()
}

fn label_of(meta: &StartTag<()>) -> Option<String> {
    let value_of = |name: &[u8]| {
        let value = meta.attributes.get(name)?;
        Some(String::from_utf8_lossy(value).trim().to_ascii_lowercase())
    };
    let label = value_of(b"charset").or_else(|| {
        let content = value_of(b"content")?;
        let (_, label) = content.split_once("charset")?;
        Some(label.trim_start().strip_prefix('=')?.to_owned())
    })?;
    // Some programs write more after the label, such as `utf-8/` or `utf-8;`.
    let label = label.trim_start().trim_start_matches(['"', '\'']);
    let end = label.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c));
    Some(label[..end.unwrap_or(label.len())].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_or_refused() {
        for (octets, label, html, expected) in [
            (&b"caf\xc3\xa9"[..], None, false, Some("caf\u{e9}")),
            (b"caf\xe9", None, false, Some("caf\u{e9}")),
            (b"caf\xe9", Some("US-ASCII"), false, Some("caf\u{e9}")),
            (b"caf\xe9", Some("unknown-8bit"), false, Some("caf\u{e9}")),
            (b"a", Some("x-martian"), false, None),
            (b"a\0n\0", Some("utf-16le"), false, Some("an")),
            (b"\xff\xfea\0", Some("utf-8"), false, Some("a")),
            (b"ann+AEA-x", Some("utf-7"), false, Some("ann@x")),
            (
                b"<META http-equiv=x content='text/html; charset=iso-8859-5'>\xe9",
                None,
                true,
                Some("\u{449}"),
            ),
            (
                b"<meta name=viewport content='a>b'><meta charset=iso-8859-5>\xe9",
                None,
                true,
                Some("\u{449}"),
            ),
            (
                b"<!-- <meta charset=x-martian> --><meta title=\"a>b\" charset='iso-8859-5'>\xe9",
                None,
                true,
                Some("\u{449}"),
            ),
            (
                b"<meta http-equiv=x content='text/html; charset=\"iso-8859-5\"; x'>\xe9",
                None,
                true,
                Some("\u{449}"),
            ),
            (b"<meta charset=utf-8/>a", None, true, Some("a")),
            (b"<meta charset=\"iso-8859-5;\">\xe9", None, true, Some("\u{449}")),
            (b"<meta content='text/html; charset=utf-8,x'>a", None, true, Some("a")),
            (b"<p title='<meta charset=x-martian>'>\xe9", None, true, Some("\u{e9}")),
            (b"<meta charset=\"x-martian\">\xe9", None, true, None),
            (b"<meta charset=utf-7>+AEA-", None, true, Some("@")),
            (b"<meta charset=utf-7>+AEA-", None, false, Some("+AEA-")),
        ] {
            let text = decode_text(octets, label, html);
            match expected {
                Some(expected) => assert!(text.unwrap().ends_with(expected), "{expected}"),
                None => assert_eq!(text.err(), Some(StripError::Charset)),
            }
        }
    }
}
