//! Reads the outermost layer of a MIME entity from its header: a CMS object, an OpenPGP message, signed parts, or none.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use mail_parser::{ContentType, decoders::quoted_printable::quoted_printable_decode};
use zeroize::Zeroizing;

use super::{error::OpenError, multipart};
use crate::{
    mail::{
        header::{CONTENT_DISPOSITION, CONTENT_TRANSFER_ENCODING, CONTENT_TYPE},
        message::Message,
        value,
    },
    seal::nature,
};

/// Some clients omit the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// File names of a CMS object that is the whole message.
const OBJECT_NAMES: [&str; 3] = ["smime.p7m", "smime.p7z", "smime.p7s"];

/// File names of a detached signature.
const SIGNATURE_NAMES: [&str; 1] = ["smime.p7s"];

/// The outermost layer of an entity.
pub(in crate::seal) enum Layer<'a> {
    /// A CMS object in BER: application/pkcs7-mime, or another type with the file name. Its bytes tell which object it
    /// is, and smime-type is ignored.
    Cms(Zeroizing<Vec<u8>>),
    /// multipart/encrypted of OpenPGP (RFC 3156 §4). The entity's body is the message.
    OpenPgp(Message<'a>),
    /// multipart/signed: the signed entity, and an entity whose body is the signature.
    Signed {
        protocol: Protocol,
        content: &'a [u8],
        signature: Message<'a>,
    },
    /// Anything else. It stays unchanged.
    Inner,
}

/// The protocol of multipart/signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::seal) enum Protocol {
    /// RFC 8551 §3.5.3.
    Cms,
    /// RFC 3156 §5.
    OpenPgp,
}

pub(in crate::seal) fn layer(entity: &[u8]) -> Result<Layer<'_>, OpenError> {
    let entity = Message::parse(entity);
    let Some(content_type) = content_type(&entity) else {
        return Ok(Layer::Inner);
    };
    if is(&content_type, "application", &["pkcs7-mime", "x-pkcs7-mime"]) {
        return decode_body(&entity).map(Layer::Cms);
    }
    if is_named(&entity, &content_type, &OBJECT_NAMES) {
        // Anything may have this name, so the bytes decide.
        let object = decode_body(&entity).ok().filter(|octets| nature::is_cms(octets));
        return Ok(object.map_or(Layer::Inner, Layer::Cms));
    }
    let layer = if is(&content_type, "multipart", &["signed"]) {
        read_signed(&entity, &content_type)
    } else if is(&content_type, "multipart", &["encrypted"]) {
        read_encrypted(&entity, &content_type)
    } else {
        None
    };
    Ok(layer.unwrap_or(Layer::Inner))
}

/// RFC 1847 §2.1: exactly the signed entity, then the signature.
fn read_signed<'a>(entity: &Message<'a>, content_type: &ContentType<'_>) -> Option<Layer<'a>> {
    let [content, signature] = multipart::parts(entity.body(), content_type.attribute("boundary")?)?;
    let signature = Message::parse(signature);
    let type_of_signature = self::content_type(&signature)?;
    let is_cms = is(
        &type_of_signature,
        "application",
        &["pkcs7-signature", "x-pkcs7-signature"],
    );
    let protocol = if is_cms || is_named(&signature, &type_of_signature, &SIGNATURE_NAMES) {
        Protocol::Cms
    } else if is(&type_of_signature, "application", &["pgp-signature"]) {
        Protocol::OpenPgp
    } else {
        return None;
    };
    Some(Layer::Signed {
        protocol,
        content,
        signature,
    })
}

/// RFC 3156 §4: exactly the version part, then the message.
fn read_encrypted<'a>(entity: &Message<'a>, content_type: &ContentType<'_>) -> Option<Layer<'a>> {
    let [control, message] = multipart::parts(entity.body(), content_type.attribute("boundary")?)?;
    let control = self::content_type(&Message::parse(control))?;
    is(&control, "application", &["pgp-encrypted"]).then(|| Layer::OpenPgp(Message::parse(message)))
}

/// Whether an application type that is not S/MIME's own has a file name of S/MIME (RFC 8551 §3.2.1, §3.9). Gateways and
/// old clients write application/octet-stream.
fn is_named(entity: &Message<'_>, content_type: &ContentType<'_>, names: &[&str]) -> bool {
    let is_one = |name: &str| names.iter().any(|each| each.eq_ignore_ascii_case(name.trim()));
    let disposition = entity.first(CONTENT_DISPOSITION).and_then(value::disposition);
    let file_name = disposition.as_ref().and_then(|each| each.attribute("filename"));
    content_type.c_type.eq_ignore_ascii_case("application")
        && (content_type.attribute("name").is_some_and(is_one) || file_name.is_some_and(is_one))
}

/// Whether these bytes are what mail clients sign: a MIME entity with a header of its own (RFC 8551 §3.1, RFC 3156 §5).
/// A signature made for anything else, such as a file or a clearsigned post, covers no such entity.
pub(in crate::seal) fn is_mime(entity: &[u8]) -> bool {
    content_type(&Message::parse(entity)).is_some()
}

/// The content type, if there is exactly one. If there are two, another reader may choose the other.
fn content_type(entity: &Message<'_>) -> Option<ContentType<'static>> {
    let mut fields = entity.all(CONTENT_TYPE);
    let only = fields.next().filter(|_| fields.next().is_none())?;
    value::content_type(only)
}

fn is(content_type: &ContentType<'_>, of_type: &str, subtypes: &[&str]) -> bool {
    content_type.c_type.eq_ignore_ascii_case(of_type)
        && content_type
            .subtype()
            .is_some_and(|subtype| subtypes.iter().any(|each| each.eq_ignore_ascii_case(subtype)))
}

/// Removes the transfer encoding of the body (RFC 2045 §6). Text that is not base64 is an error, so that nothing can
/// stand before or after the object.
pub(in crate::seal) fn decode_body(entity: &Message<'_>) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let encoding = entity
        .first(CONTENT_TRANSFER_ENCODING)
        .and_then(value::text)
        .unwrap_or_default();
    let octets = match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => {
            let text = Zeroizing::new(
                entity
                    .body()
                    .iter()
                    .copied()
                    .filter(|octet| !octet.is_ascii_whitespace())
                    .collect::<Vec<_>>(),
            );
            BASE64.decode(&*text).ok()
        }
        "quoted-printable" => quoted_printable_decode(entity.body()),
        "" | "7bit" | "8bit" | "binary" => Some(entity.body().to_vec()),
        _ => None,
    };
    octets.map(Zeroizing::new).ok_or(OpenError::TransferEncoding)
}
