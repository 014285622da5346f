//! Opens a message as a mail client wrote it: the MIME entity inside, and what its layers prove.
//!
//! Pure like all of sealing, and it does not know who the message came from or what will become of it. From the outside in:
//!
//! | stage | module | why |
//! | --- | --- | --- |
//! | what the header says the body is; the two parts of multipart/signed | [`layer`], [`multipart`] | one CMS object is the whole body, or nothing is opened (EFAIL) |
//! | BER to definite lengths, limits on octets, depth and values | [`ber`] | one pass before anything else reads the bytes |
//! | signatures and one compression off, layer by layer | [`unwrap_signatures`], [`signed`], [`verify`], [`compressed`] | only signers that the caller names count, and only over a MIME entity |
//! | forms that are not read, in words | [`unsupported`] | decided before any key is looked for |
//! | recipient, content key, content | [`enveloped`], [`transport`], [`cbc`], [`authenticated`] | one answer, and the same work, for a wrong key and a wrong padding |
//!
//! Only one layer may be encrypted: what stands beside or within something encrypted stays closed. A signature outside of the
//! encryption does not count, as its maker need not know what is inside. A cipher that notices no change (EnvelopedData) is opened only for
//! a signature of the person's over all of it: else its plaintext does not leave this module, and a broken padding has the same
//! error as everything else behind decryption (EFAIL, and no padding oracle).

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

/// A certificate of ours that a message may be encrypted to, with its key.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// Its key, PKCS#8 DER.
    pub key: &'a [u8],
}

/// An opened message: its content, and how it was protected.
pub struct Opened {
    /// The MIME entity inside all layers, header fields first; of a message without any, its own.
    pub entity: Zeroizing<Vec<u8>>,
    /// How it was encrypted, if it was.
    pub encryption: Option<Encryption>,
    /// A signature by one of the signers that holds over all of `entity`, and stood within the encryption if there was
    /// one.
    pub signature: Option<Signature>,
    /// The marks that tell it when it comes again.
    pub marks: Marks,
}

/// How a message was encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// With a cipher alone (EnvelopedData): anybody could have changed it on its way, so that it opens only when it is signed.
    Malleable,
    /// With a cipher that notices changes (AuthEnvelopedData, RFC 5083). It does not tell who wrote it.
    Authenticated,
}

/// A signature that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Whose it is: the certificate in DER, or the fingerprint of the OpenPGP certificate.
    pub signer: Vec<u8>,
    /// SHA-256 of what only this signature has, to know it again: its value, or with OpenPGP the digest that was signed.
    pub digest: [u8; 32],
    /// When the signer claims to have signed (RFC 5652 §11.3, RFC 9580 §5.2.3.11).
    pub signing_time: Option<OffsetDateTime>,
}

/// The content of an encrypted layer, and whether it deciphered as it should. Nothing may depend on that before everything
/// has been done that would be done with a sound one.
struct Deciphered {
    content: Zeroizing<Vec<u8>>,
    sound: Choice,
    encryption: Encryption,
    /// See [`Marks::key`].
    key: [u8; 32],
}

/// Opens a received message with the keys of `recipients`. Only signatures by `signers` count: any other, and one that does
/// not hold, is none. [`OpenError::Malleable`] for an EnvelopedData without one, whether it deciphers or not.
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
    // A signature outside says who sent the ciphertext on, and not who knew what is in it: it does not count.
    let deciphered = enveloped::decipher(&envelope, recipients, rng)?;
    drop(envelope);
    let encryption = deciphered.encryption;
    let opened = within(deciphered, &signers);
    match encryption {
        Encryption::Authenticated => opened.ok_or(OpenError::Undecipherable),
        // Without a signature the plaintext stays here: anybody could have put words around what somebody else wrote.
        Encryption::Malleable => opened
            .filter(|opened| opened.signature.is_some())
            .ok_or(OpenError::Malleable),
    }
}

/// Opens a message that is not encrypted; refuses one of which a part is.
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

/// Opens the content of an encrypted layer. Content that is not sound takes the same steps: a stranger who sends a ciphertext
/// again and again with a changed end must not learn from the time whether its padding held.
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

/// Opens content that was encrypted. Returns `None` if it is no entity or if something in it is encrypted again.
pub(super) fn inside<E>(unwrapped: Unwrapped<E>, encryption: Encryption, closed: Nature) -> Option<Opened> {
    let open = unwrapped.envelope.is_none() && is_entity(&unwrapped.entity) && nature(&unwrapped.entity) != closed;
    open.then_some(Opened {
        entity: unwrapped.entity,
        encryption: Some(encryption),
        signature: unwrapped.signature,
        marks: unwrapped.marks,
    })
}

/// The message's MIME fields and its body: what a client shows as its content.
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

/// Whether it begins as an entity does: with a field, or with the end of an empty header.
fn is_entity(entity: &[u8]) -> bool {
    entity.starts_with(b"\r\n") || Message::parse(entity).fields().next().is_some()
}
