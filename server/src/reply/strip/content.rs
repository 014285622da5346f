//! The content of a part, without its transfer encoding (RFC 2045 §6).

use std::{borrow::Cow, ops::Deref};

use mail_parser::{decoders::base64::base64_decode, parsers::MessageStream};
use zeroize::Zeroize;

use super::error::StripError;
use crate::mail::{message::Field, value};

/// Octets of the entity, or decoded from it and then wiped.
pub struct Content<'a>(Cow<'a, [u8]>);

impl<'a> Content<'a> {
    /// Decodes the body of a part by its Content-Transfer-Encoding.
    pub fn decoded(body: &'a [u8], encoding: Option<Field<'_>>) -> Result<Self, StripError> {
        decoded(body, encoding).map(Self)
    }
}

impl Deref for Content<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Content<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(octets) = &mut self.0 {
            octets.zeroize();
        }
    }
}

/// Broken base64 and quoted-printable are read as clients do.
fn decoded<'a>(body: &'a [u8], encoding: Option<Field<'_>>) -> Result<Cow<'a, [u8]>, StripError> {
    let encoding = encoding.and_then(value::text).unwrap_or_default();
    let name = encoding
        .split(['(', ';'])
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match &*name {
        "" | "7bit" | "8bit" | "binary" => Ok(Cow::Borrowed(body)),
        "base64" => base64(body).map(Cow::Owned),
        "quoted-printable" => match MessageStream::new(body).decode_quoted_printable_mime(b"") {
            (usize::MAX, _) => Err(StripError::Encoding),
            (_, octets) => Ok(octets),
        },
        _ => Err(StripError::Encoding),
    }
}

fn base64(body: &[u8]) -> Result<Vec<u8>, StripError> {
    base64_decode(body)
        .or_else(|| {
            // RFC 2045 §6.8: what is not of the alphabet is passed over.
            let digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
            base64_decode(&body.iter().copied().filter(digit).collect::<Vec<_>>())
        })
        .ok_or(StripError::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::message::Message;

    #[test]
    fn content_is_decoded_as_clients_do() {
        for (encoding, body, expected) in [
            ("base64", "YW\r\nJj*ZA==\r\n", Ok("abcd")),
            ("BASE64 (x)", "YWJj", Ok("abc")),
            ("quoted-printable", "a=\r\nb=3D=zz", Ok("ab==zz")),
            ("8bit", "=3D", Ok("=3D")),
            ("x-uuencode", "x", Err(StripError::Encoding)),
        ] {
            let field = format!("Content-Transfer-Encoding: {encoding}\r\n");
            let message = Message::parse(field.as_bytes());
            let decoded = decoded(body.as_bytes(), message.fields().next());
            assert_eq!(
                decoded.as_deref(),
                expected.map(str::as_bytes).as_ref().map(|e| *e),
                "{encoding}"
            );
        }
    }
}
