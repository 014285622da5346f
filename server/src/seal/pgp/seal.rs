//! Seals with OpenPGP: signs, then encrypts, in one message (RFC 3156 §6.2).

use std::{io::Write, time::SystemTime};

use base64::{Engine, engine::general_purpose::STANDARD};
use mail_builder::headers::raw::Raw;
use rand_core::CryptoRng;
use sequoia_openpgp::{
    armor::Kind,
    cert::{Preferences, ValidCert},
    serialize::stream::{Armorer, Encryptor, LiteralWriter, Message, Recipient, Signer},
    types::{AEADAlgorithm, Features, HashAlgorithm, SymmetricAlgorithm},
};
use time::OffsetDateTime;

use super::{
    Cause, ContactKey, PersonKey,
    armor::{self, Crlf},
    key_policy, moment, payload, policy,
};
use crate::{
    mail::{
        header::{AUTOCRYPT, CONTENT_TYPE, Header},
        mime,
        rewritten::Rewritten,
    },
    seal::{SealError, Sealed},
};

/// Room for headers, the parts of OpenPGP around the content, a DKIM signature on top, and tag and nonce of the queue at the
/// end. The buffer must not grow, because a large message would be in memory twice more.
const ROOM: usize = 16 << 10;

/// Octets that are encrypted at a time.
const PIECE: usize = 64 << 10;

/// Octets in a base64 line of a header field.
const FIELD_LINE: usize = 76;

/// Signs a rewritten message with the contact key and encrypts it for a person. Fails if the person's key cannot be
/// used at `now`. The public packets of other contacts are attached after the contact's own. `rng` makes the
/// boundaries.
pub fn seal(
    rewritten: Rewritten,
    (signer, others): (&ContactKey, &[Vec<u8>]),
    recipient: &PersonKey,
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    recipient.usable_at(now).map_err(SealError::Person)?;
    let Rewritten { outer, inner, .. } = rewritten;
    let mut public = signer.public_bytes()?;
    public.extend(others.iter().flatten());
    let key = armor::public_key(&public).map_err(|error| SealError::OpenPgp(error.into()))?;
    let payload = payload::with_key(inner, &key, &signer.fingerprint(), rng);
    let mut header = outer;
    header.push(AUTOCRYPT, Raw::new(autocrypt(signer)?));
    // Armor holds no `=_`, with which a boundary begins.
    let boundary = mime::boundary(&[], rng);
    // Armor has 66 octets for 48.
    let mut message = Vec::with_capacity(header.as_bytes().len() + payload.len() / 10 * 14 + ROOM);
    push_top(&mut message, header, &boundary);
    let mut message = encrypt_content(message, &payload, signer, recipient, moment(now)).map_err(SealError::OpenPgp)?;
    message.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(Sealed(message))
}

/// Appends the armored message: a one-pass signature around a literal without name and date, encrypted.
fn encrypt_content(
    to: Vec<u8>,
    payload: &[u8],
    signer: &ContactKey,
    recipient: &PersonKey,
    now: SystemTime,
) -> Result<Vec<u8>, Cause> {
    let policy = policy(now);
    let aead = aead(&recipient.cert().with_policy(&policy, now)?);
    let keys: Vec<_> = key_policy::usable_keys(recipient.cert(), &policy, now).collect();
    let recipients = keys.iter().map(|key| {
        let features = match aead {
            Some(_) => Features::empty().set_seipdv2(),
            None => Features::empty().set_seipdv1(),
        };
        Recipient::new(features, Some(key.key().key_handle()), key.key())
    });
    let mut armored = Crlf(to);
    let stack = Armorer::new(Message::new(&mut armored)).kind(Kind::Message).build()?;
    let stack = Encryptor::for_recipients(stack, recipients).symmetric_algo(SymmetricAlgorithm::AES256);
    let stack = match aead {
        Some(algorithm) => stack.aead_algo(algorithm).build()?,
        None => stack.build()?,
    };
    let signer = Signer::new(stack, signer.pair()?)?
        .hash_algo(HashAlgorithm::SHA512)?
        .creation_time(now)
        .add_intended_recipient(recipient.cert())
        .build()?;
    let mut literal = LiteralWriter::new(signer).build()?;
    // The library holds a few copies of whatever it is given at a time.
    for piece in payload.chunks(PIECE) {
        literal.write_all(piece)?;
    }
    literal.finalize()?;
    Ok(armored.0)
}

/// Chooses the AEAD mode, if the person's programs announce version 2 of encrypted data (RFC 9580 §5.2.3.32). It is
/// OCB, which all of them must support, or a mode that the key prefers if the library lacks OCB. Without version 2, the
/// message has a modification detection code.
fn aead(recipient: &ValidCert<'_>) -> Option<AEADAlgorithm> {
    if !recipient.features().is_some_and(|features| features.supports_seipdv2()) {
        return None;
    }
    let preferred = recipient.preferred_aead_ciphersuites().unwrap_or_default().iter();
    let with_aes256 = preferred.filter(|(cipher, _)| *cipher == SymmetricAlgorithm::AES256);
    std::iter::once(AEADAlgorithm::OCB)
        .chain(with_aes256.map(|(_, mode)| *mode))
        .find(AEADAlgorithm::is_supported)
}

/// Autocrypt Level 1 §2.1.
fn autocrypt(signer: &ContactKey) -> Result<String, SealError> {
    let key = STANDARD.encode(signer.bare_public_bytes()?);
    let mut field = format!("addr={}; prefer-encrypt=mutual; keydata=", signer.address()?);
    for line in key.as_bytes().chunks(FIELD_LINE) {
        field.push(' ');
        field.extend(line.iter().copied().map(char::from));
    }
    Ok(field)
}

/// RFC 3156 §4, up to the encrypted message.
fn push_top(message: &mut Vec<u8>, mut header: Header, boundary: &str) {
    header.push(
        CONTENT_TYPE,
        Raw::new(format!(
            "multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"{boundary}\""
        )),
    );
    message.extend_from_slice(header.as_bytes());
    message.extend_from_slice(
        format!(
            "\r\n--{boundary}\r\n\
             Content-Type: application/pgp-encrypted\r\n\
             Content-Description: PGP/MIME version identification\r\n\r\n\
             Version: 1\r\n\
             \r\n--{boundary}\r\n\
             Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n\
             Content-Description: OpenPGP encrypted message\r\n\
             Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n"
        )
        .as_bytes(),
    );
}
