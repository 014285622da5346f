//! Decodes the transfer encoding of a part (RFC 2045 §6).

use std::{borrow::Cow, ops::Deref};

use mail_parser::{decoders::base64::base64_decode, parsers::MessageStream};
use zeroize::Zeroize;

use super::{message::Field, value};

/// A transfer encoding that nobody knows, or content that breaks its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the transfer encoding cannot be undone")]
pub struct EncodingError;

/// Octets of an entity, or decoded from it and then wiped.
pub struct Content<'a>(Cow<'a, [u8]>);

impl<'a> Content<'a> {
    /// Decodes the body of a part by its Content-Transfer-Encoding.
    pub fn decode(body: &'a [u8], encoding: Option<Field<'_>>) -> Result<Self, EncodingError> {
        decode(body, encoding).map(Self)
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

/// Whether a Content-Transfer-Encoding leaves the body as it is (RFC 2045 §6.2).
pub fn is_identity(encoding: Option<Field<'_>>) -> bool {
    matches!(&*name(encoding), "" | "7bit" | "8bit" | "binary")
}

fn name(encoding: Option<Field<'_>>) -> String {
    let encoding = encoding.and_then(value::text).unwrap_or_default();
    let name = encoding.split(['(', ';']).next().unwrap_or_default();
    name.trim().to_ascii_lowercase()
}

/// Broken base64 and quoted-printable are read as clients do.
fn decode<'a>(body: &'a [u8], encoding: Option<Field<'_>>) -> Result<Cow<'a, [u8]>, EncodingError> {
    if is_identity(encoding) {
        return Ok(Cow::Borrowed(body));
    }
    match &*name(encoding) {
        "base64" => base64(body).map(Cow::Owned),
        "quoted-printable" => match MessageStream::new(body).decode_quoted_printable_mime(b"") {
            (usize::MAX, _) => Err(EncodingError),
            (_, octets) => Ok(octets),
        },
        _ => Err(EncodingError),
    }
}

fn base64(body: &[u8]) -> Result<Vec<u8>, EncodingError> {
    base64_decode(body)
        .or_else(|| {
            // RFC 2045 §6.8: what is not of the alphabet is passed over.
            let digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
            base64_decode(&body.iter().copied().filter(digit).collect::<Vec<_>>())
        })
        .ok_or(EncodingError)
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
            ("x-uuencode", "x", Err(EncodingError)),
        ] {
            let field = format!("Content-Transfer-Encoding: {encoding}\r\n");
            let message = Message::parse(field.as_bytes());
            let decoded = decode(body.as_bytes(), message.fields().next());
            assert_eq!(
                decoded.as_deref(),
                expected.map(str::as_bytes).as_ref().map(|e| *e),
                "{encoding}"
            );
        }
    }
}
