//! Opens a message as a mail client wrote it. Returns the MIME entity inside, and what its layers prove.
//!
//! It is pure like all of sealing. It does not know who sent the message or what happens to it next. From the outside
//! in:
//!
//! | stage | module | why |
//! | --- | --- | --- |
//! | type of the body by its header, and the two parts of multipart/signed | [`layer`], [`multipart`] | a CMS object is opened only if it is the whole body (EFAIL) |
//! | BER to definite lengths, with limits on octets, depth and values | [`ber`] | one pass, before anything else reads the bytes |
//! | removal of signatures and one compression, layer by layer | [`unwrap_signatures`], [`signed`], [`verify`], [`compressed`] | only signatures by the caller's signers over a MIME entity count |
//! | names of unsupported forms | [`unsupported`] | decided before any key is looked up |
//! | recipient, content key, content | [`enveloped`], [`transport`], [`cbc`], [`authenticated`] | a wrong key and a wrong padding cost the same work and give the same answer |
//!
//! Only one layer may be encrypted. Anything beside or within it that is encrypted stays closed. A signature outside
//! the encryption does not count, because its maker need not know the content.
//!
//! A cipher that does not detect changes (EnvelopedData) is opened only if the person signed all of the content.
//! Otherwise the plaintext does not leave this module, and a wrong padding gives the same error as any other failure
//! after decryption. That prevents EFAIL and padding oracles.

mod attributes;
mod authenticated;
mod ber;
mod cbc;
mod compressed;
mod content_info;
pub mod detach;
mod enveloped;
mod error;
mod identity;
pub(super) mod layer;
mod marks;
mod multipart;
mod rsa_decryption;
mod signed;
mod transport;
mod unsupported;
pub(super) mod unwrap_signatures;
mod verify;

use app::pki::certificate::Certificate;
pub use error::{BerError, OpenError};
pub use marks::{Marks, SignedText};
use rand_core::CryptoRng;
use subtle::Choice;
use time::OffsetDateTime;
pub use unsupported::Unsupported;
use unwrap_signatures::Unwrapped;
use zeroize::Zeroizing;

use super::nature::{Nature, nature};
use crate::mail::{header, message::Message};

/// One of our certificates that a message may be encrypted to, with its key.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// Its key, PKCS#8 DER.
    pub key: &'a [u8],
}

/// An opened message: its content, and how it was protected.
pub struct Opened {
    /// The MIME entity inside all layers, header fields first. If there are no layers, it is the message's own.
    pub entity: Zeroizing<Vec<u8>>,
    /// How the message was encrypted, or `None` if it was not.
    pub encryption: Option<Encryption>,
    /// A signature by one of the signers that covers all of `entity`. If the message was encrypted, it was inside the
    /// encryption.
    pub signature: Option<Signature>,
    /// Marks that recognise the message if it is repeated.
    pub marks: Marks,
}

/// How a message was encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// With a cipher alone (EnvelopedData). Anybody could have changed it in transit, so it opens only if it is signed.
    Malleable,
    /// With a cipher that detects changes (AuthEnvelopedData, RFC 5083). It does not tell who wrote the message.
    Authenticated,
}

/// A valid signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The signer: the certificate in DER, or the fingerprint of the OpenPGP certificate.
    pub signer: Vec<u8>,
    /// SHA-256 of something that only this signature has. It is the value, or the signed digest with OpenPGP.
    pub digest: [u8; 32],
    /// When the signer claims to have signed (RFC 5652 §11.3, RFC 9580 §5.2.3.11).
    pub signing_time: Option<OffsetDateTime>,
}

/// The content of an encrypted layer, and whether decryption succeeded. Until all work is done that sound content would
/// need, nothing may depend on the result.
struct Deciphered {
    content: Zeroizing<Vec<u8>>,
    sound: Choice,
    encryption: Encryption,
    /// See [`Marks::key`].
    key: [u8; 32],
}

/// Opens a received message with the keys of `recipients`. Only valid signatures by `signers` count. Returns
/// [`OpenError::Malleable`] for an EnvelopedData without one, whether it decrypts or not.
pub fn open(
    message: &[u8],
    recipients: &[Recipient<'_>],
    signers: &[&Certificate],
    rng: &mut impl CryptoRng,
) -> Result<Opened, OpenError> {
    let signers = identity::signers(signers)?;
    let outside = unwrap_signatures::unwrap(own_entity(message), &signers)?;
    let Some(envelope) = outside.envelope else {
        return unencrypted(outside, Nature::SmimeEncrypted);
    };
    // A signature outside shows who forwarded the ciphertext, not who knew its content. It does not count.
    let deciphered = enveloped::decipher(&envelope, recipients, rng)?;
    drop(envelope);
    let encryption = deciphered.encryption;
    let opened = within(deciphered, &signers);
    match encryption {
        Encryption::Authenticated => opened.ok_or(OpenError::Undecipherable),
        // Without a signature the plaintext stays here, because anybody could have put text around somebody else's
        // words.
        Encryption::Malleable => opened
            .filter(|opened| opened.signature.is_some())
            .ok_or(OpenError::Malleable),
    }
}

/// Returns a message that is not encrypted. Fails if a part of it is.
pub(super) fn unencrypted<E>(outside: Unwrapped<E>, closed: Nature) -> Result<Opened, OpenError> {
    if nature(&outside.entity) == closed {
        return Err(OpenError::Mixed);
    }
    Ok(Opened {
        entity: outside.entity,
        encryption: None,
        signature: outside.signature,
        marks: outside.marks,
    })
}

/// Opens the content of an encrypted layer. Unsound content takes the same steps. Otherwise a stranger who sends
/// changed ciphertexts could learn from the time if the padding was right.
fn within(deciphered: Deciphered, signers: &[identity::Signer<'_>]) -> Option<Opened> {
    let Deciphered {
        content,
        sound,
        encryption,
        key,
    } = deciphered;
    let mut unwrapped = unwrap_signatures::unwrap(content, signers).ok()?;
    unwrapped.marks.key = Some(key);
    let opened = inside(unwrapped, encryption, Nature::SmimeEncrypted);
    opened.filter(|_| sound.into())
}

/// Opens decrypted content. Returns `None` if it is no entity or if something in it is encrypted again.
pub(super) fn inside<E>(unwrapped: Unwrapped<E>, encryption: Encryption, closed: Nature) -> Option<Opened> {
    let open = unwrapped.envelope.is_none() && is_entity(&unwrapped.entity) && nature(&unwrapped.entity) != closed;
    open.then_some(Opened {
        entity: unwrapped.entity,
        encryption: Some(encryption),
        signature: unwrapped.signature,
        marks: unwrapped.marks,
    })
}

/// Returns the message's MIME fields and body, which a client shows as its content.
pub(super) fn own_entity(message: &[u8]) -> Zeroizing<Vec<u8>> {
    let message = Message::parse(message);
    let fields = message
        .fields()
        .filter(|field| header::place(field.name()) == header::Place::Mime);
    let mut entity = Zeroizing::new(Vec::with_capacity(message.body().len() + 1024));
    for field in fields {
        entity.extend_from_slice(field.raw());
    }
    entity.extend_from_slice(b"\r\n");
    entity.extend_from_slice(message.body());
    entity
}

/// Whether `entity` begins as one does, with a field or with the end of an empty header.
fn is_entity(entity: &[u8]) -> bool {
    entity.starts_with(b"\r\n") || Message::parse(entity).fields().next().is_some()
}
