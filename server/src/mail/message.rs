//! A received message as it lies there: header fields and body as slices of the bytes that came, nothing decoded, nothing
//! repaired (RFC 5322 §2.2, §3.5). Takes any bytes at all; [`super::value`] reads what a field says.

use std::ops::Range;

/// A message in its parts. It keeps no list of its fields: a header of nothing but colons would make one many times its own
/// size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    whole: &'a [u8],
    header: &'a [u8],
    rest: &'a [u8],
    body: &'a [u8],
}

/// One header field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    name: &'a str,
    raw: &'a [u8],
}

impl<'a> Message<'a> {
    /// Takes a message apart. Every byte ends up in a field, in the body, in the empty line between them, or in an mbox
    /// line at the very start (`From ann@example.org …`, also quoted with `>`), which is no part of a message.
    ///
    /// A line that is neither a field nor a folded one ends the header and begins the body, as it does for Postfix and
    /// sendmail: so a message without any header is all body, and no text is lost in a header that nobody shows.
    pub fn parse(message: &'a [u8]) -> Self {
        let start = &message[mbox_line(message)..];
        let mut rest = start;
        while field_name(rest).is_some() {
            rest = split_field(rest).1;
        }
        let header = &start[..start.len() - rest.len()];
        let (line, after) = split_line(rest);
        let body = if is_empty_line(line) { after } else { rest };
        Self {
            whole: start,
            header,
            rest,
            body,
        }
    }

    /// A message whose header and body are known to lie there, see [`Self::places`].
    pub(super) fn at(message: &'a [u8], header: Range<usize>, body: usize) -> Self {
        Self {
            whole: &message[header.start..],
            header: &message[header.clone()],
            rest: &message[header.end..],
            body: &message[body..],
        }
    }

    /// Where the header lies in the octets that were parsed, and where the body begins.
    pub(super) fn places(&self, all: &[u8]) -> (Range<usize>, usize) {
        let start = all.len() - self.whole.len();
        (start..start + self.header.len(), all.len() - self.body.len())
    }

    /// The fields in their order.
    pub fn fields(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let mut rest = self.header;
        std::iter::from_fn(move || {
            let name = field_name(rest)?;
            let (raw, after) = split_field(rest);
            rest = after;
            Some(Field { name, raw })
        })
    }

    /// All fields of a name, in their order; names compare without case.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = Field<'a>> + 's {
        self.fields().filter(move |field| field.is(name))
    }

    /// The first field of a name.
    pub fn first(&self, name: &str) -> Option<Field<'a>> {
        self.all(name).next()
    }

    /// How many fields of a name there are.
    pub fn count(&self, name: &str) -> usize {
        self.all(name).count()
    }

    /// Appends the message without some of its fields. All else is unchanged, except that an mbox line is dropped.
    pub fn push_without(&self, to: &mut Vec<u8>, dropped: impl Fn(&Field<'_>) -> bool) {
        for field in self.fields().filter(|field| !dropped(field)) {
            to.extend_from_slice(field.raw());
        }
        to.extend_from_slice(self.rest);
    }

    /// Header and body together, without an mbox line.
    pub fn octets(&self) -> &'a [u8] {
        self.whole
    }

    /// The body, untouched.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }
}

impl<'a> Field<'a> {
    /// One field that stands alone, with its folding. Returns `None` if the octets are anything else.
    pub fn parse(raw: &'a [u8]) -> Option<Self> {
        let name = field_name(raw)?;
        split_field(raw).1.is_empty().then_some(Self { name, raw })
    }

    /// The name as written.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Whether the field has this name.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The whole field with its folding and its last line's end, which only the last field of a message without a body
    /// can lack.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The octets after the colon, folding and line end included.
    pub fn raw_value(&self) -> &'a [u8] {
        let colon = self.raw.iter().position(|byte| *byte == b':');
        colon.map_or(&[], |at| &self.raw[at + 1..])
    }
}

/// The length of an mbox line at the very start, which is no part of a message; zero without one.
pub(super) fn mbox_line(message: &[u8]) -> usize {
    let is_one = message.starts_with(b">From ") || message.starts_with(b"From ") && field_name(message).is_none();
    if is_one { split_line(message).0.len() } else { 0 }
}

/// Whether a line, with its end, is the empty one between header and body.
pub(super) fn is_empty_line(line: &[u8]) -> bool {
    matches!(line, b"\r\n" | b"\n")
}

/// Whether the line that begins here belongs to the field above it (RFC 5322 §2.2.3).
pub(super) fn is_folded(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t'))
}

/// The name of the field that begins here: printable ASCII without a colon, and a colon. White space before the colon is
/// of RFC 822's time (RFC 5322 §4.5) and still seen.
pub(super) fn field_name(at: &[u8]) -> Option<&str> {
    let end = at.iter().position(|byte| !byte.is_ascii_graphic() || *byte == b':')?;
    let white = at[end..].iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    let name = (end > 0 && at[end + white] == b':').then_some(&at[..end])?;
    std::str::from_utf8(name).ok()
}

/// The field's lines, and what is behind them.
fn split_field(at: &[u8]) -> (&[u8], &[u8]) {
    let mut end = split_line(at).0.len();
    while is_folded(&at[end..]) {
        end += split_line(&at[end..]).0.len();
    }
    at.split_at(end)
}

/// The first line with its end, and what is behind it.
pub(super) fn split_line(at: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(b'\n', at).map_or(at.len(), |lf| lf + 1);
    at.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_support::work::assert_linear;

    fn names(message: &[u8]) -> Vec<&str> {
        Message::parse(message).fields().map(|field| field.name()).collect()
    }

    #[test]
    fn fields_and_body_are_the_bytes_that_came() {
        let bytes = b"Subject: a\r\n  b\r\nX-Raw:\xff\r\n\r\nbody\r\n\r\n";
        let message = Message::parse(bytes);
        let fields: Vec<_> = message.fields().map(|field| (field.name(), field.raw())).collect();
        assert_eq!(
            fields,
            [
                ("Subject", &b"Subject: a\r\n  b\r\n"[..]),
                ("X-Raw", &b"X-Raw:\xff\r\n"[..])
            ]
        );
        assert_eq!(message.body(), b"body\r\n\r\n");
        assert_eq!(
            message.first("subject").map(|field| field.raw_value()),
            Some(&b" a\r\n  b\r\n"[..])
        );
    }

    #[test]
    fn what_is_no_header_is_body() {
        for (message, body) in [
            (&b""[..], &b""[..]),
            (b"\r\n", b""),
            (b"x", b"x"),
            (b"just text\r\n", b"just text\r\n"),
            (b" folded: first\r\n\r\n", b" folded: first\r\n\r\n"),
            (b": no name\r\n", b": no name\r\n"),
            (b"N\xc3\xa4me: x\r\n", b"N\xc3\xa4me: x\r\n"),
            (b"\r\nSubject: no\r\n", b"Subject: no\r\n"),
        ] {
            let parsed = Message::parse(message);
            assert_eq!((parsed.fields().count(), parsed.body()), (0, body), "{message:?}");
        }
    }

    #[test]
    fn a_broken_line_begins_the_body() {
        let message = Message::parse(b"From: a@b.org\r\nbroken\r\nSubject: x\r\n\r\ntext");
        assert_eq!(message.count("From"), 1);
        assert_eq!(message.body(), b"broken\r\nSubject: x\r\n\r\ntext");
    }

    #[test]
    fn an_mbox_line_is_no_part_of_a_message() {
        assert_eq!(names(b">From ann Mon Jan 1\r\nTo: x\r\n\r\n"), ["To"]);
        assert_eq!(names(b"From ann@example.org\r\nTo: x\r\n\r\n"), ["To"]);
        assert_eq!(names(b"From : ann@example.org\r\nTo: x\r\n\r\n"), ["From", "To"]);
        assert_eq!(names(b"To : x\r\nFrom\t: y\r\n\r\n"), ["To", "From"]);
    }

    #[test]
    fn a_header_without_end_has_no_body() {
        let message = Message::parse(b"Subject: x\r\nTo: y");
        assert_eq!(message.fields().map(|field| field.raw()).last(), Some(&b"To: y"[..]));
        assert_eq!(message.body(), b"");
    }

    #[test]
    fn what_is_dropped_leaves_the_rest_as_it_is() {
        for (message, expected) in [
            (
                &b"A: 1\r\nB: 2\r\n 3\r\nb: 4\r\nC: 5\r\n\r\nB: body"[..],
                &b"A: 1\r\nC: 5\r\n\r\nB: body"[..],
            ),
            (b"B: 2\r\nbroken\r\n", b"broken\r\n"),
            (b"A: 1\r\nB: 2", b"A: 1\r\n"),
            (b"\n\r\n", b"\n\r\n"),
        ] {
            let without = |dropped: fn(&Field<'_>) -> bool| {
                let mut rest = Vec::new();
                Message::parse(message).push_without(&mut rest, dropped);
                rest
            };
            assert_eq!(without(|field| field.is("B")), expected);
            assert_eq!(without(|_| false), message);
        }
    }

    #[test]
    fn a_header_of_megabytes_takes_linear_time() {
        let folded = |factor| [b"Subject: x\r\n".to_vec(), b" y\r\n".repeat(60_000 * factor)].concat();
        assert_linear(folded, |text| assert_eq!(Message::parse(text).count("Subject"), 1));
        let many = |factor| b"A: b\r\n".repeat(30_000 * factor);
        assert_linear(many, |text| assert_eq!(Message::parse(text).count("a"), text.len() / 6));
        let long = |factor| [b"X".repeat(250_000 * factor), b": y\r\n\r\nbody".to_vec()].concat();
        assert_linear(long, |text| assert_eq!(Message::parse(text).body(), b"body"));
    }
}
