//! Opens PGP/MIME (RFC 3156) with the layers of [`crate::seal::open`] and the signatures and encryption of OpenPGP.

use sequoia_openpgp::Fingerprint;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{ContactKey, PersonKey, decipher, judge::Judge};
use crate::seal::{
    nature::Nature,
    open::{
        self, Encryption, OpenError, Opened,
        layer::{Layer, Protocol, decode_body, layer},
        unwrap_signatures::{self, Step, layers},
    },
};

/// An entity without its signatures, and the encrypted message if it is one.
type Unwrapped = unwrap_signatures::Unwrapped<Zeroizing<Vec<u8>>>;

/// Whether the whole body of a message is encrypted or signed as PGP/MIME.
pub fn is_openpgp(message: &[u8]) -> bool {
    matches!(
        layer(message),
        Ok(Layer::OpenPgp(_)
            | Layer::Signed {
                protocol: Protocol::OpenPgp,
                ..
            })
    )
}

/// Opens a received message with the keys of `recipients`. Only valid signatures by `signers` count, and only those
/// made while the key could sign. Every failure after decryption is [`OpenError::Undecipherable`].
pub fn open(
    message: &[u8],
    recipients: &[&ContactKey],
    signers: &[&PersonKey],
    now: OffsetDateTime,
) -> Result<Opened, OpenError> {
    let judge = Judge::new(signers, now);
    let outside = unwrap_layers(open::own_entity(message), &judge, None)?;
    let Some(envelope) = outside.envelope else {
        return open::unencrypted(outside, Nature::PgpEncrypted);
    };
    // A signature outside shows who forwarded the ciphertext, not who knew its content. It does not count.
    let deciphered = decipher::decipher(&envelope, recipients, judge.policy())?;
    drop(envelope);
    let recipient = deciphered.recipient.clone();
    let mut around = Unwrapped::default();
    around.marks.key = Some(deciphered.key);
    let (content, signatures) = judge.content(deciphered).ok_or(OpenError::Undecipherable)?;
    around.sign(content, signatures);
    within(around, &judge, &recipient)
        .and_then(|unwrapped| open::inside(unwrapped, Encryption::Authenticated, Nature::PgpEncrypted))
        .ok_or(OpenError::Undecipherable)
}

/// Removes signatures inside that use MIME parts instead of packets.
fn within(around: Unwrapped, judge: &Judge<'_>, recipient: &Fingerprint) -> Option<Unwrapped> {
    let Unwrapped {
        entity,
        signature,
        mut marks,
        ..
    } = around;
    let unwrapped = unwrap_layers(entity, judge, Some(recipient)).ok()?;
    marks.extend(unwrapped.marks);
    Some(Unwrapped {
        signature: unwrapped.signature.or(signature),
        marks,
        ..unwrapped
    })
}

/// Removes OpenPGP signatures, valid or not.
fn unwrap_layers(
    entity: Zeroizing<Vec<u8>>,
    judge: &Judge<'_>,
    recipient: Option<&Fingerprint>,
) -> Result<Unwrapped, OpenError> {
    layers(entity, |entity| match layer(entity)? {
        Layer::OpenPgp(message) => decode_body(&message).map(Step::Encrypted),
        Layer::Signed {
            protocol: Protocol::OpenPgp,
            content,
            signature,
        } => {
            let signature = decode_body(&signature).ok();
            let signatures = signature.map(|signature| judge.detached(&signature, content, recipient));
            Ok(Step::Signed(
                Zeroizing::new(content.to_vec()),
                signatures.unwrap_or_default(),
            ))
        }
        Layer::Inner | Layer::Cms(_) | Layer::Signed { .. } => Ok(Step::Content),
    })
}
