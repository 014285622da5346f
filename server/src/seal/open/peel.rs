//! Takes the signatures off an entity, layer by layer, until there is content or something encrypted.

use const_oid::db::rfc5911::{ID_CT_AUTH_ENVELOPED_DATA, ID_ENVELOPED_DATA, ID_SIGNED_DATA};
use zeroize::Zeroizing;

use super::{
    Signature,
    content_info::Object,
    error::OpenError,
    identity::Signer,
    layer::{Layer, decoded, layer},
    signed,
};

/// Layers of signatures that are taken off; clients write one, gateways may add another.
const MOST_LAYERS: usize = 3;

/// An entity that is not signed, or not any more.
pub(super) struct Peeled {
    pub entity: Zeroizing<Vec<u8>>,
    /// The innermost signature that holds: those outside of it are over what it is in, and so over the entity as well.
    pub signature: Option<Signature>,
    /// The encrypted object that is all of the entity's body.
    pub envelope: Option<Object>,
}

/// Takes the signatures off, whether they hold or not.
pub(super) fn peel(entity: Zeroizing<Vec<u8>>, signers: &[Signer<'_>]) -> Result<Peeled, OpenError> {
    let mut peeled = Peeled {
        entity,
        signature: None,
        envelope: None,
    };
    for _ in 0..MOST_LAYERS {
        let Some((content, signature)) = signed_layer(&mut peeled, signers)? else {
            break;
        };
        peeled.entity = content;
        peeled.signature = signature.or(peeled.signature);
    }
    Ok(peeled)
}

type Content = (Zeroizing<Vec<u8>>, Option<Signature>);

/// The content of a signed entity, and its signature when it holds. An encrypted object is kept.
fn signed_layer(peeled: &mut Peeled, signers: &[Signer<'_>]) -> Result<Option<Content>, OpenError> {
    match layer(&peeled.entity)? {
        Layer::Inner => Ok(None),
        Layer::Signed { content, signature } => {
            let signature = decoded(&signature).and_then(|ber| Object::from_ber(&ber)).ok();
            let signature =
                signature.and_then(|object| signed::detached(object.content_info().ok()?, content, signers));
            Ok(Some((Zeroizing::new(content.to_vec()), signature)))
        }
        Layer::Cms(ber) => {
            let object = Object::from_ber(&ber)?;
            drop(ber);
            let content_info = object.content_info()?;
            match content_info.content_type {
                ID_SIGNED_DATA => signed::opaque(content_info, signers).map(Some),
                ID_ENVELOPED_DATA | ID_CT_AUTH_ENVELOPED_DATA => {
                    peeled.envelope = Some(object);
                    Ok(None)
                }
                other => Err(OpenError::Unsupported(other)),
            }
        }
    }
}
