//! Key transport (RFC 5652 §6.2.1): the content key out of RSA.
//!
//! No decryption oracle: whatever comes out of a padding that does not hold, or out of one that holds and has another
//! length, is replaced by a random key of the right length (RFC 3218 §2.3.2), chosen without a branch, and the message turns
//! out undecipherable later, as with any wrong key.
//!
//! PKCS#1 v1.5 is removed by the `rsa` crate, blinded, as it rejects implicitly and in constant time
//! (draft-irtf-cfrg-rsa-guidance-10 §7.2), where AWS-LC, though faster, has an error for a padding that does not hold.

use const_oid::{
    ObjectIdentifier,
    db::rfc5912::{ID_MGF_1, ID_P_SPECIFIED, ID_RSAES_OAEP, ID_SHA_1, ID_SHA_256, RSA_ENCRYPTION},
};
use der::asn1::OctetStringRef;
use pkcs8::DecodePrivateKey;
use rand_core::CryptoRng;
use rsa::{Oaep, Pkcs1v15Encrypt, PrivateKey};
use sha1::Sha1;
use sha2::Sha256;
use spki::AlgorithmIdentifierOwned;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::{super::parameters::OaepParameters, error::OpenError};

/// How the content key was encrypted.
#[derive(Clone, Copy)]
enum Scheme {
    /// RFC 3370 §4.2.1.
    Pkcs1,
    /// RFC 3560, with the hash of its label and that of MGF1.
    Oaep { hash: Hash, mask: Hash },
}

/// The hashes that clients use in OAEP.
#[derive(Clone, Copy)]
enum Hash {
    Sha1,
    Sha256,
}

/// The content key of `length` octets, or a random one.
pub(super) fn content_key(
    algorithm: &AlgorithmIdentifierOwned,
    encrypted: &[u8],
    key: &[u8],
    length: usize,
    rng: &mut impl CryptoRng,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let scheme = Scheme::of(algorithm)?;
    let key = PrivateKey::from_pkcs8_der(key).map_err(OpenError::Key)?;
    let mut content_key = Zeroizing::new(vec![0; length]);
    rng.fill_bytes(&mut content_key);
    // An error tells of the ciphertext's length and size, which everybody sees, or of an OAEP padding.
    let decrypted = Zeroizing::new(scheme.decrypt(&key, encrypted, rng).unwrap_or_default());
    let fits = decrypted.len().ct_eq(&length);
    for (index, octet) in content_key.iter_mut().enumerate() {
        octet.conditional_assign(decrypted.get(index).unwrap_or(&0), fits);
    }
    Ok(content_key)
}

impl Scheme {
    fn of(algorithm: &AlgorithmIdentifierOwned) -> Result<Self, OpenError> {
        match algorithm.oid {
            RSA_ENCRYPTION => Ok(Self::Pkcs1),
            ID_RSAES_OAEP => Self::oaep(algorithm),
            other => Err(OpenError::Unsupported(other)),
        }
    }

    /// What is left out of the parameters means SHA-1 and an empty label.
    fn oaep(algorithm: &AlgorithmIdentifierOwned) -> Result<Self, OpenError> {
        let OaepParameters { hash, mask, label } = match &algorithm.parameters {
            Some(parameters) => parameters.decode_as()?,
            None => OaepParameters::default(),
        };
        if let Some(label) = label.filter(|label| label.oid != ID_P_SPECIFIED || !is_empty(label)) {
            return Err(OpenError::Unsupported(label.oid));
        }
        let mask_hash = match mask {
            Some(mask) if mask.oid == ID_MGF_1 => {
                let hash: AlgorithmIdentifierOwned = mask.parameters.ok_or(OpenError::Parameters)?.decode_as()?;
                Hash::of(hash.oid)?
            }
            Some(other) => return Err(OpenError::Unsupported(other.oid)),
            None => Hash::Sha1,
        };
        Ok(Self::Oaep {
            hash: hash.map_or(Ok(Hash::Sha1), |hash| Hash::of(hash.oid))?,
            mask: mask_hash,
        })
    }

    fn decrypt(self, key: &PrivateKey, encrypted: &[u8], rng: &mut impl CryptoRng) -> rsa::Result<Vec<u8>> {
        match self {
            Self::Pkcs1 => key.decrypt_blinded(rng, Pkcs1v15Encrypt, encrypted),
            Self::Oaep { hash, mask } => match (hash, mask) {
                (Hash::Sha1, Hash::Sha1) => key.decrypt_blinded(rng, Oaep::<Sha1>::new(), encrypted),
                (Hash::Sha256, Hash::Sha256) => key.decrypt_blinded(rng, Oaep::<Sha256>::new(), encrypted),
                (Hash::Sha1, Hash::Sha256) => {
                    key.decrypt_blinded(rng, Oaep::<Sha1, Sha256>::new_with_mgf_hash(), encrypted)
                }
                (Hash::Sha256, Hash::Sha1) => {
                    key.decrypt_blinded(rng, Oaep::<Sha256, Sha1>::new_with_mgf_hash(), encrypted)
                }
            },
        }
    }
}

impl Hash {
    fn of(oid: ObjectIdentifier) -> Result<Self, OpenError> {
        match oid {
            ID_SHA_1 => Ok(Self::Sha1),
            ID_SHA_256 => Ok(Self::Sha256),
            other => Err(OpenError::Unsupported(other)),
        }
    }
}

fn is_empty(label: &AlgorithmIdentifierOwned) -> bool {
    label
        .parameters
        .as_ref()
        .is_none_or(|label| label.decode_as::<&OctetStringRef>().is_ok_and(OctetStringRef::is_empty))
}
