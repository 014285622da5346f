//! Builds the sealed payload: the rewritten entity and the contact's public key, for mail clients that do not know
//! Autocrypt.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::mail::{
    header::{CONTENT_PREFIX, CONTENT_TYPE},
    message::{Field, Message},
    mime, value,
};

/// Room for three boundaries and two headers.
const AROUND: usize = 1024;

/// Puts an entity and an armored public key into a multipart/mixed. The body stays byte for byte, and the Content
/// fields move to it. All other fields stay on top, where protected ones belong (RFC 9788 §2.1).
pub(super) fn with_key(
    entity: Zeroizing<Vec<u8>>,
    armored_key: &[u8],
    fingerprint: &str,
    rng: &mut impl CryptoRng,
) -> Zeroizing<Vec<u8>> {
    let message = Message::parse(&entity);
    let boundary = mime::boundary(&entity, rng);
    let mut payload = Zeroizing::new(Vec::with_capacity(entity.len() + armored_key.len() + AROUND));
    for field in message.fields().filter(|field| !describes_body(field)) {
        push_field(&mut payload, field);
    }
    let protection = header_protection(&message);
    payload.extend_from_slice(
        format!("{CONTENT_TYPE}: multipart/mixed; boundary=\"{boundary}\"{protection}\r\n\r\n--{boundary}\r\n")
            .as_bytes(),
    );
    for field in message.fields().filter(describes_body) {
        push_field(&mut payload, field);
    }
    payload.extend_from_slice(b"\r\n");
    payload.extend_from_slice(message.body());
    let name = format!("OpenPGP_0x{fingerprint}.asc");
    payload.extend_from_slice(
        format!(
            "\r\n--{boundary}\r\n\
             Content-Type: application/pgp-keys; name=\"{name}\"\r\n\
             Content-Description: OpenPGP public key\r\n\
             Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n"
        )
        .as_bytes(),
    );
    payload.extend_from_slice(armored_key);
    payload.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    payload
}

/// Whether a field describes the encoding of the body (RFC 2045 §3).
fn describes_body(field: &Field<'_>) -> bool {
    let start = field.name().get(..CONTENT_PREFIX.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(CONTENT_PREFIX))
}

/// The parameters that mark a protected header. They are repeated because they count only on the outermost part (RFC
/// 9788 §2.1.1). Thunderbird follows the predecessor (draft-autocrypt-lamps-protected-headers).
fn header_protection(message: &Message<'_>) -> String {
    let content_type = message.first(CONTENT_TYPE).and_then(value::content_type);
    let says = |name: &str| content_type.as_ref().and_then(|each| each.attribute(name));
    [("hp", "cipher"), ("hp", "clear"), ("protected-headers", "v1")]
        .into_iter()
        .filter(|(name, value)| says(name) == Some(value))
        .map(|(name, value)| format!("; {name}=\"{value}\""))
        .collect()
}

fn push_field(payload: &mut Vec<u8>, field: Field<'_>) {
    payload.extend_from_slice(field.raw());
    if !field.raw().ends_with(b"\n") {
        payload.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use getrandom::SysRng;
    use rand_core::UnwrapErr;

    use super::*;

    fn payload(entity: &str) -> String {
        let payload = with_key(
            entity.as_bytes().to_vec().into(),
            b"KEY\r\n",
            "ABCD",
            &mut UnwrapErr(SysRng),
        );
        let text = String::from_utf8(payload.to_vec()).unwrap();
        let (_, from) = text.split_once("boundary=\"").unwrap();
        let boundary = &from[..from.find('"').unwrap()];
        text.replace(boundary, "B")
    }

    #[test]
    fn fields_of_the_message_stay_on_top_and_those_of_the_body_move() {
        assert_eq!(
            payload(
                "Subject: s\r\ncontent-type: text/plain\r\nMIME-Version: 1.0\r\nContent-Foo: x\r\n y\r\n\r\nbody\r\n\r\n"
            ),
            "Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"B\"\r\n\r\n--B\r\n\
             content-type: text/plain\r\nContent-Foo: x\r\n y\r\n\r\nbody\r\n\r\n\r\n--B\r\n\
             Content-Type: application/pgp-keys; name=\"OpenPGP_0xABCD.asc\"\r\n\
             Content-Description: OpenPGP public key\r\n\
             Content-Disposition: attachment; filename=\"OpenPGP_0xABCD.asc\"\r\n\r\nKEY\r\n--B--\r\n"
        );
    }

    #[test]
    fn header_protection_is_told_on_the_outermost_part() {
        for (entity, expected) in [
            (
                "Content-Type: text/plain; hp=cipher\r\n\r\n",
                "boundary=\"B\"; hp=\"cipher\"\r\n",
            ),
            (
                "Content-Type: text/plain; HP=\"clear\"\r\n\r\n",
                "boundary=\"B\"; hp=\"clear\"\r\n",
            ),
            (
                "Content-Type: text/plain; hp=\"cipher\"; protected-headers=\"v1\"\r\n\r\n",
                "boundary=\"B\"; hp=\"cipher\"; protected-headers=\"v1\"\r\n",
            ),
            ("Content-Type: text/plain; hp=\"x\"\r\n\r\n", "boundary=\"B\"\r\n"),
            ("\r\n", "boundary=\"B\"\r\n"),
        ] {
            assert!(payload(entity).contains(expected), "{entity}");
        }
    }

    #[test]
    fn a_header_without_line_end_gets_one() {
        assert!(payload("Subject: s").starts_with("Subject: s\r\nContent-Type: multipart/mixed"));
    }
}
