//! Decrypts the content key (key transport, RFC 5652 §6.2.1).
//!
//! There is no decryption oracle. If the padding is wrong, or the key has another length, an unpredictable key of the
//! right length takes its place (RFC 3218 §2.3.2), without a branch. The message then fails to decrypt later, as with
//! any wrong key.

use const_oid::db::rfc5912::{
    ID_MGF_1, ID_P_SPECIFIED, ID_RSAES_OAEP, ID_SHA_1, ID_SHA_256, ID_SHA_384, ID_SHA_512, RSA_ENCRYPTION,
};
use der::asn1::OctetStringRef;
use rand_core::CryptoRng;
use spki::AlgorithmIdentifierOwned;
use zeroize::Zeroizing;

use super::{
    super::parameters::OaepParameters,
    error::OpenError,
    rsa_decryption::{DecryptionKey, Oaep},
    unsupported::Unsupported,
};

/// How the content key was encrypted.
#[derive(Clone, Copy)]
pub(super) enum Scheme {
    /// RFC 3370 §4.2.1.
    Pkcs1,
    /// RFC 3560.
    Oaep(Oaep),
}

impl Scheme {
    /// Reads the algorithm.
    pub fn of(algorithm: &AlgorithmIdentifierOwned) -> Result<Self, OpenError> {
        match algorithm.oid {
            RSA_ENCRYPTION => Ok(Self::Pkcs1),
            ID_RSAES_OAEP => Self::oaep(algorithm),
            other => Err(Unsupported::KeyTransport(other).into()),
        }
    }

    /// Decrypts the content key of `length` octets, or returns the rejection key.
    pub fn content_key(
        self,
        encrypted: &[u8],
        key: &[u8],
        length: usize,
        rng: &mut impl CryptoRng,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let key = DecryptionKey::new(key);
        match self {
            Self::Pkcs1 => key.pkcs1(encrypted, length, rng),
            Self::Oaep(hash) => key.oaep(hash, encrypted, length),
        }
    }

    /// Omitted parameters mean SHA-1 and an empty label.
    fn oaep(algorithm: &AlgorithmIdentifierOwned) -> Result<Self, OpenError> {
        let OaepParameters { hash, mask, label } = match &algorithm.parameters {
            Some(parameters) => parameters.decode_as()?,
            None => OaepParameters::default(),
        };
        if label.is_some_and(|label| label.oid != ID_P_SPECIFIED || !is_empty(&label)) {
            return Err(Unsupported::OaepLabel.into());
        }
        let hash = hash.map_or(ID_SHA_1, |hash| hash.oid);
        let mask_hash = match mask {
            Some(mask) if mask.oid == ID_MGF_1 => {
                let hash: AlgorithmIdentifierOwned = mask.parameters.ok_or(OpenError::Parameters)?.decode_as()?;
                hash.oid
            }
            Some(other) => return Err(Unsupported::KeyTransport(other.oid).into()),
            None => ID_SHA_1,
        };
        // RFC 8017 §7.1 recommends one hash for both, and the interface of AWS-LC allows no other.
        if hash != mask_hash {
            return Err(Unsupported::OaepHashes(mask_hash).into());
        }
        match hash {
            ID_SHA_1 => Ok(Self::Oaep(Oaep::Sha1)),
            ID_SHA_256 => Ok(Self::Oaep(Oaep::Sha256)),
            ID_SHA_384 => Ok(Self::Oaep(Oaep::Sha384)),
            ID_SHA_512 => Ok(Self::Oaep(Oaep::Sha512)),
            other => Err(Unsupported::OaepHashes(other).into()),
        }
    }
}

fn is_empty(label: &AlgorithmIdentifierOwned) -> bool {
    label
        .parameters
        .as_ref()
        .is_none_or(|label| label.decode_as::<&OctetStringRef>().is_ok_and(OctetStringRef::is_empty))
}
