//! Verifies RSA signatures (RFC 8017 §8) with SHA-2. SHA-1 is refused.

use const_oid::{
    ObjectIdentifier,
    db::rfc5912::{
        ID_MGF_1, ID_RSASSA_PSS, ID_SHA_256, ID_SHA_384, ID_SHA_512, RSA_ENCRYPTION, SHA_256_WITH_RSA_ENCRYPTION,
        SHA_384_WITH_RSA_ENCRYPTION, SHA_512_WITH_RSA_ENCRYPTION,
    },
};
use der::Sequence;
use rsa::{Pkcs1v15Sign, Pss, PublicKey};
use sha2::{Digest, Sha256, Sha384, Sha512};
use spki::AlgorithmIdentifierOwned;

/// The accepted hashes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// RFC 4055 §3.1. The type of the `pkcs1` crate allows no salt above 255 octets, and OpenSSL uses all available space.
#[derive(Sequence)]
struct PssParameters {
    #[asn1(
        context_specific = "0",
        tag_mode = "EXPLICIT",
        constructed = "true",
        optional = "true"
    )]
    hash: Option<AlgorithmIdentifierOwned>,
    #[asn1(
        context_specific = "1",
        tag_mode = "EXPLICIT",
        constructed = "true",
        optional = "true"
    )]
    mask: Option<AlgorithmIdentifierOwned>,
    #[asn1(
        context_specific = "2",
        tag_mode = "EXPLICIT",
        constructed = "true",
        optional = "true"
    )]
    salt_length: Option<u16>,
    #[asn1(
        context_specific = "3",
        tag_mode = "EXPLICIT",
        constructed = "true",
        optional = "true"
    )]
    trailer: Option<u8>,
}

impl Hash {
    /// Returns the hash with this identifier.
    pub fn of(oid: ObjectIdentifier) -> Option<Self> {
        match oid {
            ID_SHA_256 => Some(Self::Sha256),
            ID_SHA_384 => Some(Self::Sha384),
            ID_SHA_512 => Some(Self::Sha512),
            _ => None,
        }
    }

    pub fn digest(self, octets: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(octets).to_vec(),
            Self::Sha384 => Sha384::digest(octets).to_vec(),
            Self::Sha512 => Sha512::digest(octets).to_vec(),
        }
    }

    /// Returns the identifier of RSA PKCS#1 v1.5 with this hash.
    fn with_rsa(self) -> ObjectIdentifier {
        match self {
            Self::Sha256 => SHA_256_WITH_RSA_ENCRYPTION,
            Self::Sha384 => SHA_384_WITH_RSA_ENCRYPTION,
            Self::Sha512 => SHA_512_WITH_RSA_ENCRYPTION,
        }
    }
}

/// Whether `signature` is valid for `digest` under `key`.
pub(super) fn verifies(
    key: &PublicKey,
    algorithm: &AlgorithmIdentifierOwned,
    hash: Hash,
    digest: &[u8],
    signature: &[u8],
) -> bool {
    if algorithm.oid == RSA_ENCRYPTION || algorithm.oid == hash.with_rsa() {
        return pkcs1(key, hash, digest, signature).is_ok();
    }
    let salt_length = (algorithm.oid == ID_RSASSA_PSS).then(|| salt_length(algorithm, hash));
    salt_length
        .flatten()
        .is_some_and(|salt_length| pss(key, hash, salt_length, digest, signature).is_ok())
}

fn pkcs1(key: &PublicKey, hash: Hash, digest: &[u8], signature: &[u8]) -> rsa::Result<()> {
    let scheme = match hash {
        Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
        Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
        Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
    };
    key.verify(scheme, digest, signature)
}

fn pss(key: &PublicKey, hash: Hash, salt_length: usize, digest: &[u8], signature: &[u8]) -> rsa::Result<()> {
    match hash {
        Hash::Sha256 => key.verify(Pss::<Sha256>::new_with_salt(salt_length), digest, signature),
        Hash::Sha384 => key.verify(Pss::<Sha384>::new_with_salt(salt_length), digest, signature),
        Hash::Sha512 => key.verify(Pss::<Sha512>::new_with_salt(salt_length), digest, signature),
    }
}

/// RFC 4056 §3: the message digest and MGF1 use the same hash. Omitted fields mean SHA-1.
fn salt_length(algorithm: &AlgorithmIdentifierOwned, hash: Hash) -> Option<usize> {
    let parameters: PssParameters = algorithm.parameters.as_ref()?.decode_as().ok()?;
    let mask = parameters.mask.filter(|mask| mask.oid == ID_MGF_1)?;
    let mask_hash: AlgorithmIdentifierOwned = mask.parameters?.decode_as().ok()?;
    let fits = Hash::of(parameters.hash?.oid) == Some(hash)
        && Hash::of(mask_hash.oid) == Some(hash)
        && parameters.trailer.is_none_or(|trailer| trailer == 1);
    fits.then(|| parameters.salt_length.map_or(20, usize::from))
}
