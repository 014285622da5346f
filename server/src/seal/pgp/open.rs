//! Opening PGP/MIME (RFC 3156): the layers as [`crate::seal::open`] takes them off, with OpenPGP's signatures and
//! encryption.

use sequoia_openpgp::Fingerprint;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{ContactKey, PersonKey, decipher, judge::Judge};
use crate::seal::{
    nature::Nature,
    open::{
        self, Encryption, OpenError, Opened,
        layer::{Layer, Protocol, decoded, layer},
        peel::{Peeled, Step, layers},
    },
};

/// Whether the whole body of a message is encrypted or signed as PGP/MIME has it.
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

/// Opens a received message with the keys of `recipients`. Only signatures by `signers` count, and only those made when
/// the key could sign: any other, and one that does not hold, is none. Whatever goes wrong behind decryption is
/// [`OpenError::Undecipherable`].
pub fn open(
    message: &[u8],
    recipients: &[&ContactKey],
    signers: &[&PersonKey],
    now: OffsetDateTime,
) -> Result<Opened, OpenError> {
    let judge = Judge::new(signers, now);
    let outside = peel(open::own_entity(message), &judge, None)?;
    let Some(envelope) = outside.envelope else {
        return open::unencrypted(outside, Nature::PgpEncrypted);
    };
    // A signature outside says who sent the ciphertext on, and not who knew what is in it: it does not count.
    let deciphered = decipher::decipher(&envelope, recipients, judge.policy())?;
    drop(envelope);
    let recipient = deciphered.recipient.clone();
    let (content, signature) = judge.content(deciphered).ok_or(OpenError::Undecipherable)?;
    let within = peel(content, &judge, Some(&recipient)).map(|peeled| Peeled {
        signature: peeled.signature.or(signature),
        ..peeled
    });
    within
        .ok()
        .and_then(|peeled| open::inside(peeled, Encryption::Authenticated, Nature::PgpEncrypted))
        .ok_or(OpenError::Undecipherable)
}

/// Takes the signatures of OpenPGP off, whether they hold or not.
fn peel(
    entity: Zeroizing<Vec<u8>>,
    judge: &Judge<'_>,
    recipient: Option<&Fingerprint>,
) -> Result<Peeled<Zeroizing<Vec<u8>>>, OpenError> {
    layers(entity, |entity| match layer(entity)? {
        Layer::OpenPgp(message) => decoded(&message).map(Step::Encrypted),
        Layer::Signed {
            protocol: Protocol::OpenPgp,
            content,
            signature,
        } => {
            let signature = decoded(&signature).ok();
            let signature = signature.and_then(|signature| judge.detached(&signature, content, recipient));
            Ok(Step::Signed(Zeroizing::new(content.to_vec()), signature))
        }
        Layer::Inner | Layer::Cms(_) | Layer::Signed { .. } => Ok(Step::Content),
    })
}
