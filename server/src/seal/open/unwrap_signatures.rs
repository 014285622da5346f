//! Removes signatures and compression from an entity, layer by layer, until it reaches content or something encrypted.

use const_oid::db::{
    rfc5911::{ID_CT_AUTH_ENVELOPED_DATA, ID_ENVELOPED_DATA, ID_SIGNED_DATA},
    rfc6268::ID_CT_COMPRESSED_DATA,
};
use zeroize::Zeroizing;

use super::{
    Marks, Signature, compressed,
    content_info::Object,
    error::OpenError,
    identity::Signer,
    layer::{Layer, Protocol, decode_body, is_mime, layer},
    signed,
    unsupported::Unsupported,
};

/// Most layers that are removed. Clients write one signature and may compress (RFC 8551 §3.6), and gateways may add a
/// signature.
const MOST_LAYERS: usize = 3;

/// An entity without its signatures.
pub(in crate::seal) struct Unwrapped<E> {
    pub entity: Zeroizing<Vec<u8>>,
    /// The innermost valid signature. Signatures outside it cover its whole layer, and so the entity as well.
    pub signature: Option<Signature>,
    /// The marks of all valid signatures.
    pub marks: Marks,
    /// The encrypted object, if it is the whole body of the entity.
    pub envelope: Option<E>,
}

/// The result of removing the outermost layer.
pub(in crate::seal) enum Step<E> {
    /// It was signed. Holds the content and the valid signatures.
    Signed(Zeroizing<Vec<u8>>, Vec<Signature>),
    /// It was compressed. Holds the content.
    Compressed(Zeroizing<Vec<u8>>),
    /// It is encrypted.
    Encrypted(E),
    /// It was neither.
    Content,
}

/// Removes layers one by one while they are signatures or one compression.
pub(in crate::seal) fn layers<E>(
    entity: Zeroizing<Vec<u8>>,
    step: impl Fn(&[u8]) -> Result<Step<E>, OpenError>,
) -> Result<Unwrapped<E>, OpenError> {
    let mut unwrapped = Unwrapped {
        entity,
        ..Unwrapped::default()
    };
    let mut was_compressed = false;
    for _ in 0..MOST_LAYERS {
        match step(&unwrapped.entity)? {
            Step::Signed(content, signatures) => unwrapped.sign(content, signatures),
            // Each layer may multiply the content of the layer outside it.
            Step::Compressed(_) if was_compressed => return Err(OpenError::Bomb),
            Step::Compressed(content) => {
                was_compressed = true;
                unwrapped.entity = content;
            }
            Step::Encrypted(envelope) => {
                unwrapped.envelope = Some(envelope);
                break;
            }
            Step::Content => break,
        }
    }
    Ok(unwrapped)
}

impl<E> Default for Unwrapped<E> {
    fn default() -> Self {
        Self {
            entity: Zeroizing::default(),
            signature: None,
            marks: Marks::default(),
            envelope: None,
        }
    }
}

impl<E> Unwrapped<E> {
    /// Continues with the content of signatures. They count only over mail.
    pub fn sign(&mut self, content: Zeroizing<Vec<u8>>, signatures: Vec<Signature>) {
        if is_mime(&content) {
            self.marks.note(&content, &signatures);
            self.signature = signatures.into_iter().next().or(self.signature.take());
        }
        self.entity = content;
    }
}

/// Removes CMS signatures, valid or not.
pub(super) fn unwrap(entity: Zeroizing<Vec<u8>>, signers: &[Signer<'_>]) -> Result<Unwrapped<Object>, OpenError> {
    layers(entity, |entity| step(entity, signers))
}

fn step(entity: &[u8], signers: &[Signer<'_>]) -> Result<Step<Object>, OpenError> {
    match layer(entity)? {
        Layer::Signed {
            protocol: Protocol::Cms,
            content,
            signature,
        } => {
            let signature = decode_body(&signature).and_then(|ber| Object::from_ber(&ber)).ok();
            let signatures =
                signature.and_then(|object| Some(signed::detached(object.content_info().ok()?, content, signers)));
            Ok(Step::Signed(
                Zeroizing::new(content.to_vec()),
                signatures.unwrap_or_default(),
            ))
        }
        Layer::Cms(ber) => {
            let object = Object::from_ber(&ber)?;
            drop(ber);
            let content_info = object.content_info()?;
            match content_info.content_type {
                ID_SIGNED_DATA => {
                    signed::opaque(content_info, signers).map(|(content, signatures)| Step::Signed(content, signatures))
                }
                ID_ENVELOPED_DATA | ID_CT_AUTH_ENVELOPED_DATA => Ok(Step::Encrypted(object)),
                ID_CT_COMPRESSED_DATA => compressed::content(content_info).map(Step::Compressed),
                other => Err(Unsupported::ContentType(other).into()),
            }
        }
        Layer::Inner | Layer::OpenPgp(_) | Layer::Signed { .. } => Ok(Step::Content),
    }
}
