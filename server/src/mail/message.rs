//! A raw message cut into header fields and body (RFC 5322 §2.1), byte for byte: putting the parts together again gives
//! what was cut. It takes anything; what looks like no header field begins the body's side of the cut only when an empty
//! line does.

/// One header field with its folding and its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// All octets, CRLF included.
    pub raw: &'a [u8],
    colon: usize,
}

impl<'a> Field<'a> {
    /// The name; what follows it in older mail (white space) is not part of it. Empty when the line has no colon.
    pub fn name(&self) -> &'a [u8] {
        self.raw[..self.colon].trim_ascii_end()
    }

    /// Whether this is the name, without regard to case.
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name.as_bytes())
    }

    /// Whether it has the form of RFC 5322 §2.2: a name of printable ASCII and a colon.
    pub fn is_well_formed(&self) -> bool {
        let name = self.name();
        !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
    }

    /// What stands behind the colon, as it is.
    pub fn value(&self) -> &'a [u8] {
        self.raw.get(self.colon + 1..).unwrap_or_default()
    }
}

/// A message in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Header fields in order, broken ones included.
    pub fields: Vec<Field<'a>>,
    /// What follows the empty line.
    pub body: &'a [u8],
}

impl<'a> Message<'a> {
    /// Cuts a message; never fails.
    pub fn parse(raw: &'a [u8]) -> Self {
        let mut fields = Vec::new();
        let mut rest = raw;
        while !rest.is_empty() {
            if let Some(body) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")) {
                return Self { fields, body };
            }
            let (field, behind) = rest.split_at(field_length(rest));
            let colon = field.iter().position(|&octet| octet == b':');
            fields.push(Field {
                raw: field,
                colon: colon.unwrap_or_default(),
            });
            rest = behind;
        }
        Self { fields, body: &[] }
    }

    /// How many fields have this name.
    pub fn count(&self, name: &str) -> usize {
        self.fields.iter().filter(|field| field.is(name)).count()
    }

    /// The first field of this name.
    pub fn field(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.is(name))
    }
}

/// Octets up to the end of the field: its line and those that continue it (RFC 5322 §2.2.3).
fn field_length(raw: &[u8]) -> usize {
    let mut end = 0;
    loop {
        let line = raw[end..].iter().position(|&octet| octet == b'\n');
        end = line.map_or(raw.len(), |line| end + line + 1);
        if !matches!(raw.get(end), Some(b' ' | b'\t')) {
            return end;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folding_belongs_to_its_field() {
        let message = Message::parse(b"Subject: a\r\n b\r\nfrom : x\r\n\r\nbody\r\n\r\nmore");
        assert_eq!(message.fields.len(), 2);
        assert_eq!(message.fields[0].raw, b"Subject: a\r\n b\r\n");
        assert!(message.fields[1].is("From"));
        assert_eq!(message.body, b"body\r\n\r\nmore");
    }

    #[test]
    fn what_is_no_field_is_kept_and_known() {
        let message = Message::parse(b"From nobody\r\nA: b\r\n: c\r\n");
        let well_formed: Vec<_> = message.fields.iter().map(Field::is_well_formed).collect();
        assert_eq!(well_formed, [false, true, false]);
        assert_eq!(message.body, b"");
    }

    #[test]
    fn a_header_of_megabytes_takes_linear_time() {
        let raw = b"A: b\r\n c\r\n".repeat(1 << 18);
        assert_eq!(Message::parse(&raw).fields.len(), 1 << 18);
    }

    proptest! {
        #[test]
        fn the_parts_make_up_the_whole(raw in "([A-Za-z :\r\n\t\\x80-\\xff]|\r\n){0,200}") {
            let message = Message::parse(raw.as_bytes());
            let mut whole: Vec<u8> = message.fields.iter().flat_map(|field| field.raw.to_vec()).collect();
            prop_assert!(raw.as_bytes().starts_with(&whole));
            whole.extend_from_slice(message.body);
            let cut = raw.len() - whole.len();
            prop_assert!(cut <= 2, "only the empty line between is left out");
        }
    }
}
