//! Values of header fields, decoded with tolerance (RFC 2047, RFC 2231, raw UTF-8 and raw 8-bit). Encode a value from here
//! before you write it into a header.

use std::borrow::Cow;

use mail_parser::{
    Addr, ContentType, DateTime, HeaderValue, decoders::charsets::map::charset_decoder, parsers::MessageStream,
};
use time::{OffsetDateTime, UtcOffset};

use super::message::Field;

/// Octets of a value that are read; who writes a longer one does not write to people.
const LONGEST_READ: usize = 64 * 1024;

/// Octets of Content-Type and Content-Disposition that are read. The parser compares every parameter with every other one, so
/// that a longer value costs more than its size; a file name of 255 characters in RFC 2231 takes less than 3 KiB.
const LONGEST_PARAMETERS: usize = 8 * 1024;

/// One entry of an address field, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The display name.
    pub name: Option<String>,
    /// The text in the place of the address. It may be no valid address.
    pub address: Option<String>,
}

/// The text of an unstructured field.
pub fn text(field: Field<'_>) -> Option<String> {
    text_in(field, None)
}

/// The same, where octets that are no UTF-8 are of the character set of the message's text ([`super::charset`]).
pub fn text_in(field: Field<'_>, charset: Option<&str>) -> Option<String> {
    read_up_to(LONGEST_READ, field, charset, |mut stream| {
        Some(stream.parse_unstructured().into_text()?.into_owned())
    })
}

/// The display name that an address field gives to the first address that `wanted` picks; members of groups count. Octets that
/// are no UTF-8 are of `charset`.
pub fn display_name(field: Field<'_>, charset: Option<&str>, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let name = |addr: &Addr<'_>| {
        addr.address()
            .is_some_and(&wanted)
            .then(|| addr.name().map(str::to_owned))
    };
    read_up_to(LONGEST_READ, field, charset, |mut stream| {
        stream.parse_address().as_address()?.iter().find_map(name)?
    })
}

/// The addresses of an address field, without their names; members of groups count. What is no address may be among them.
pub fn addresses(field: Field<'_>) -> Vec<String> {
    let all = read(field, |mut stream| {
        let value = stream.parse_address();
        let listed = value
            .as_address()?
            .iter()
            .filter_map(|addr| addr.address().map(str::to_owned));
        Some(listed.collect())
    });
    all.unwrap_or_default()
}

/// The entries of an address field, names included; members of groups count. Either half may be missing or wrong.
pub fn address_list(field: Field<'_>) -> Vec<Listed> {
    let all = read(field, |mut stream| {
        let value = stream.parse_address();
        let listed = value.as_address()?.iter().map(|addr| Listed {
            name: addr.name().map(str::to_owned),
            address: addr.address().map(str::to_owned),
        });
        Some(listed.collect())
    });
    all.unwrap_or_default()
}

/// The message identifiers of a field, without angle brackets, in their order.
pub fn message_ids(field: Field<'_>) -> Vec<String> {
    let ids = read(field, |mut stream| match stream.parse_id() {
        HeaderValue::Text(id) => Some(vec![id.into_owned()]),
        HeaderValue::TextList(ids) => Some(ids.into_iter().map(Cow::into_owned).collect()),
        _ => None,
    });
    ids.unwrap_or_default()
}

/// The moment of a date field, with its offset, when it is one.
pub fn date(field: Field<'_>) -> Option<OffsetDateTime> {
    let date: DateTime = read(field, |mut stream| stream.parse_date().as_datetime().cloned())?;
    if !date.is_valid() {
        return None;
    }
    let minutes = i32::from(date.tz_hour) * 60 + i32::from(date.tz_minute);
    let sign = if date.tz_before_gmt { -60 } else { 60 };
    let offset = UtcOffset::from_whole_seconds(sign * minutes).ok()?;
    OffsetDateTime::from_unix_timestamp(date.to_timestamp())
        .ok()?
        .checked_to_offset(offset)
}

/// The media type of a Content-Type field and its parameters, when it has the form of one (RFC 2045 §5.1).
pub fn content_type(field: Field<'_>) -> Option<ContentType<'static>> {
    disposition(field).filter(|content_type| {
        content_type
            .c_subtype
            .as_deref()
            .is_some_and(|subtype| !subtype.is_empty())
    })
}

/// The kind of a Content-Disposition field and its parameters (RFC 2183 §2).
pub fn disposition(field: Field<'_>) -> Option<ContentType<'static>> {
    read_up_to(LONGEST_PARAMETERS, field, None, |mut stream| {
        stream.parse_content_type().into_owned().into_content_type()
    })
}

fn read<T>(field: Field<'_>, parse: impl FnOnce(MessageStream<'_>) -> Option<T>) -> Option<T> {
    read_up_to(LONGEST_READ, field, None, parse)
}

fn read_up_to<T>(
    longest: usize,
    field: Field<'_>,
    charset: Option<&str>,
    parse: impl FnOnce(MessageStream<'_>) -> Option<T>,
) -> Option<T> {
    let value = field.raw_value();
    let value = decode(&value[..value.len().min(longest)], charset)?;
    // The parser gives a value out only when it has seen the line's end.
    let line = format!("{}\r\n", value.trim_end());
    parse(MessageStream::new(line.as_bytes()))
}

/// Raw octets as text: in UTF-8 (RFC 6532); else in the character set of the message's text, as old clients write it; else in
/// Windows-1252, which HTML, too, takes such octets for.
fn decode<'v>(value: &'v [u8], charset: Option<&str>) -> Option<Cow<'v, str>> {
    // Those that begin with "ISO-2022" have ASCII's octets only, and an escape that says what they mean.
    let shifted = |charset: &&str| charset.starts_with("iso-2022") && memchr::memchr(0x1b, value).is_some();
    if let Some(decode) = charset
        .filter(shifted)
        .and_then(|charset| charset_decoder(charset.as_bytes()))
    {
        return Some(Cow::Owned(decode(value)));
    }
    match std::str::from_utf8(value) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(cut) if cut.error_len().is_none() => Some(String::from_utf8_lossy(value)),
        Err(_) => {
            let in_text = charset.filter(|charset| extends_ascii(charset));
            let decode = in_text.and_then(|charset| charset_decoder(charset.as_bytes()));
            Some(Cow::Owned(decode.or_else(|| charset_decoder(b"windows-1252"))?(value)))
        }
    }
}

/// Whether a header can be written in a character set: in those of Unicode besides UTF-8 a colon is not one octet.
fn extends_ascii(charset: &str) -> bool {
    !["utf", "ucs", "unicode", "iso-10646", "csunicode"]
        .iter()
        .any(|start| charset.starts_with(start))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::mail::message::Message;

    fn with<T>(raw: &[u8], read: impl Fn(Field<'_>) -> T) -> T {
        read(Message::parse(raw).fields().next().unwrap())
    }

    #[test]
    fn texts_are_decoded_from_every_form() {
        for (raw, expected) in [
            (&b"S: plain\r\n"[..], "plain"),
            (
                b"S: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?iso-8859-1?B?/A==?=\r\n",
                "Gr\u{fc}\u{df}e\u{fc}",
            ),
            (b"S: =?iso-2022-jp?B?GyRCRnxLXBsoQg==?=\r\n", "\u{65e5}\u{672c}"),
            (b"S: =?gb2312?B?1tDOxA==?=\r\n", "\u{4e2d}\u{6587}"),
            (b"S: Gr\xc3\xbc\xc3\x9fe\r\n", "Gr\u{fc}\u{df}e"),
            (b"S: Gr\xfc\xdfe", "Gr\u{fc}\u{df}e"),
        ] {
            assert_eq!(with(raw, text).as_deref(), Some(expected), "{raw:?}");
        }
        assert_eq!(with(b"S:\r\n", text), None);
    }

    #[test]
    fn octets_without_a_name_are_of_the_character_set_of_the_text() {
        for (raw, charset, expected) in [
            (&b"S: \xd6\xd0\xce\xc4\r\n"[..], "gbk", "\u{4e2d}\u{6587}"),
            (b"S: \xd6\xd0\xce\xc4\r\n", "gb2312", "\u{4e2d}\u{6587}"),
            (b"S: \xa4\xa4\xa4\xe5\r\n", "big5", "\u{4e2d}\u{6587}"),
            (b"S: \x93\xfa\x96{\x83\\\r\n", "shift_jis", "\u{65e5}\u{672c}\u{30bd}"),
            (
                b"S: \xf0\xd2\xc9\xd7\xc5\xd4\r\n",
                "koi8-r",
                "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}",
            ),
            (b"S: Gr\xfc\xdfe\r\n", "iso-8859-1", "Gr\u{fc}\u{df}e"),
            (b"S: \x1b$BF|K\\\x1b(B\r\n", "iso-2022-jp", "\u{65e5}\u{672c}"),
            // Text that names its own character set.
            (b"S: Gr\xc3\xbc\xc3\x9fe\r\n", "gbk", "Gr\u{fc}\u{df}e"),
            (b"S: =?utf-8?Q?=C3=BC?= \xd6\xd0\r\n", "gbk", "\u{fc} \u{4e2d}"),
            // Octets that no such text holds.
            (b"S: Gr\xfc\xdfe\r\n", "utf-8", "Gr\u{fc}\u{df}e"),
            (b"S: Gr\xfc\xdfe\r\n", "utf-16", "Gr\u{fc}\u{df}e"),
            (b"S: Gr\xfc\xdfe\r\n", "x-unknown", "Gr\u{fc}\u{df}e"),
        ] {
            let text = with(raw, |field| text_in(field, Some(charset)));
            assert_eq!(text.as_deref(), Some(expected), "{charset} {}", raw.escape_ascii());
        }
        let name = with(b"F: \xd6\xd0 <b@x.org>\r\n", |field| {
            display_name(field, Some("gbk"), |address| address == "b@x.org")
        });
        assert_eq!(name.as_deref(), Some("\u{4e2d}"));
    }

    #[test]
    fn the_name_belongs_to_the_wanted_address() {
        let of = |raw: &[u8]| with(raw, |field| display_name(field, None, |address| address == "b@x.org"));
        assert_eq!(
            of(b"F: A <a@x.org>, =?utf-8?Q?B=C3=A9?= <b@x.org>").as_deref(),
            Some("B\u{e9}")
        );
        assert_eq!(
            of(b"F: team: A <a@x.org>, \"B, Jr.\" <b@x.org>;").as_deref(),
            Some("B, Jr.")
        );
        assert_eq!(of(b"F: b@x.org"), None);
        assert_eq!(of(b"F: B <a@x.org>"), None);
    }

    #[test]
    fn all_that_is_listed_comes_with_its_name() {
        let listed = |raw: &[u8]| {
            let all = with(raw, address_list).into_iter();
            all.map(|each| (each.name.unwrap_or_default(), each.address.unwrap_or_default()))
                .collect::<Vec<_>>()
        };
        let entry = |name: &str, address: &str| (name.to_owned(), address.to_owned());
        assert_eq!(
            listed(b"T: \"A (a@x.org)\" <r@y.org>, team: b@x.org;, nobody\r\n"),
            [
                entry("A (a@x.org)", "r@y.org"),
                entry("", "b@x.org"),
                entry("nobody", "")
            ]
        );
        assert!(listed(b"T: undisclosed-recipients:;\r\n").is_empty());
    }

    #[test]
    fn a_disposition_has_parameters() {
        let disposition = with(b"D: ATTACHMENT; filename*=utf-8''%C3%BC.pdf", disposition).unwrap();
        assert!(disposition.is_attachment());
        assert_eq!(disposition.attribute("filename"), Some("\u{fc}.pdf"));
    }

    #[test]
    fn identifiers_come_in_order() {
        assert_eq!(with(b"R: <a@b>\r\n <c@d>\r\n", message_ids), ["a@b", "c@d"]);
        assert_eq!(with(b"R: bare@id\r\n", message_ids), ["bare@id"]);
        assert!(with(b"R: \r\n", message_ids).is_empty());
    }

    #[test]
    fn a_date_keeps_its_offset_or_is_none() {
        let date_of = |raw: &[u8]| with(raw, date);
        let expected = datetime!(2026-11-24 08:00:01 -3:30);
        assert_eq!(date_of(b"D: Tue, 24 Nov 2026 08:00:01 -0330\r\n"), Some(expected));
        assert_eq!(
            date_of(b"D: Tue, 24 Nov 2026 08:00:01 -0330\r\n").map(OffsetDateTime::offset),
            Some(expected.offset())
        );
        for broken in [&b"D: yesterday"[..], b"D: ", b"D: 32 Foo 1 99:99:99 +9999"] {
            assert_eq!(date_of(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn a_content_type_has_two_parts() {
        assert!(with(b"C: text/plain; charset=x", content_type).is_some());
        for broken in [&b"C: text"[..], b"C: ", b"C: /", b"C: ;;;"] {
            assert_eq!(with(broken, content_type), None, "{broken:?}");
        }
    }
}
