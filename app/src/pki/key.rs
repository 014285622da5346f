//! Defines private keys, one type for each holder.
//!
//! They are zeroised when dropped (`rsa` wipes its numbers). They have no Debug, Clone or Serialize, so that none can
//! be logged, copied or sent by accident.
//!
//! `rsa` generates all keys. The browser also signs with it, because only the person at the browser could measure the
//! time. The server signs through [`ReadKey`], because the time that `rsa` takes depends on the key (RUSTSEC-2023-0071).

use der::{Decode, Encode};
use pkcs8::PrivateKeyInfoRef;
use rand_core::CryptoRng;
use rsa::{
    PrivateKey,
    pkcs1::{ALGORITHM_OID, DecodeRsaPublicKey, EncodeRsaPublicKey, RsaPrivateKeyRef},
    pkcs1v15::{Signature, SigningKey, VerifyingKey},
    pkcs8::{EncodePrivateKey, EncodePublicKey, spki::SubjectPublicKeyInfoRef},
    traits::PublicKeyParts,
};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use signature::{SignatureEncoding, Signer, Verifier};
use zeroize::Zeroizing;

use super::error::{Operation, Part, PkiError};

/// The size of the RSA keys in a chain. Root, intermediate and user have the same, because the shortest is the one to
/// break. No other size is generated or accepted from the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, derive_more::Display)]
#[serde(rename_all = "lowercase")]
pub enum KeySize {
    /// 2048 bits.
    #[display("RSA-2048")]
    Rsa2048,
    /// 3072 bits.
    #[display("RSA-3072")]
    Rsa3072,
    /// 4096 bits.
    #[display("RSA-4096")]
    Rsa4096,
}

impl KeySize {
    /// From short to long.
    pub const ALL: [Self; 3] = [Self::Rsa2048, Self::Rsa3072, Self::Rsa4096];

    /// The size that every S/MIME client and smart card supports. Contact keys have it under every chain. The server
    /// holds them anyway, and a longer one takes seconds to generate whenever a stranger writes from a new address.
    pub const STANDARD: Self = Self::Rsa2048;

    /// Returns the bits of the modulus.
    pub fn bits(self) -> usize {
        match self {
            Self::Rsa2048 => 2048,
            Self::Rsa3072 => 3072,
            Self::Rsa4096 => 4096,
        }
    }

    /// Returns the size with exactly this many bits.
    pub fn of_bits(bits: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.bits() == bits)
    }
}

/// Reads keys for the server. The `rsa` crate promises no constant time (RUSTSEC-2023-0071), so the server brings its own
/// implementation.
pub trait ReadKey: Sync {
    /// Reads a key in PKCS#8 DER. Returns `None` if it does not fit the implementation.
    fn read(&self, key: &[u8]) -> Option<Box<dyn Sign>>;
}

/// A key of the server that was read. To read one takes longer than to sign with it.
pub trait Sign: Send + Sync {
    /// Returns the sha256WithRSAEncryption signature (RFC 8017 §8.2) over `message`, or `None` if that failed.
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>>;
}

/// The root's key. It cannot be exported, and signing consumes it.
pub struct RootKey(Signatory);
/// The intermediate's key.
pub struct IntermediateKey {
    stored: Stored,
    signer: Box<dyn Sign>,
}
/// The user's key. It is exported only through [`super::pkcs12`].
pub struct UserKey(Signatory);
/// The key of a contact.
pub struct ContactKey(Stored);

impl RootKey {
    /// Generates a key.
    pub fn generate(size: KeySize, rng: &mut impl CryptoRng) -> Result<Self, PkiError> {
        #[cfg(feature = "findable-root-key")]
        let (_, rng) = (rng, &mut findable_rng());
        Signatory::generate(size, rng).map(Self)
    }

    pub(super) fn signatory(&self) -> &Signatory {
        &self.0
    }

    /// Returns the key, so that a test can search for it everywhere. It exists in the test build only.
    #[cfg(feature = "findable-root-key")]
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, PkiError> {
        self.0.to_pkcs8()
    }
}

/// Returns a generator with a fixed seed. A test generates the same root key and searches for it in everything that the
/// browser sent and the server stored.
#[cfg(feature = "findable-root-key")]
fn findable_rng() -> impl CryptoRng {
    use rand_chacha::rand_core::SeedableRng;
    rand_chacha::ChaCha20Rng::from_seed(*b"sealpost: a root key to be found")
}

impl IntermediateKey {
    pub(super) fn generate(size: KeySize, reader: &dyn ReadKey, rng: &mut impl CryptoRng) -> Result<Self, PkiError> {
        Self::of(Stored::generate(size, rng)?, reader)
    }

    fn of(stored: Stored, reader: &dyn ReadKey) -> Result<Self, PkiError> {
        let signer = reader
            .read(&stored.pkcs8)
            .ok_or(PkiError::Malformed(Part::PrivateKey))?;
        Ok(Self { stored, signer })
    }

    pub(super) fn public(&self) -> &PublicKey {
        &self.stored.public
    }

    /// Returns the PKCS#8 DER (RFC 5958) for the vault.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, PkiError> {
        Ok(self.stored.pkcs8.clone())
    }

    /// Reads a key from the vault. `reader` gives what signs with it.
    pub fn from_pkcs8(der: &[u8], reader: &dyn ReadKey) -> Result<Self, PkiError> {
        Self::of(Stored::from_pkcs8(der)?, reader)
    }
}

impl UserKey {
    pub(super) fn generate(size: KeySize, rng: &mut impl CryptoRng) -> Result<Self, PkiError> {
        Signatory::generate(size, rng).map(Self)
    }

    pub(super) fn signatory(&self) -> &Signatory {
        &self.0
    }

    pub(super) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, PkiError> {
        self.0.to_pkcs8()
    }
}

impl ContactKey {
    /// Generates a key of the standard size. It takes about 40 ms, so do not call it on an async worker thread.
    pub fn generate(rng: &mut impl CryptoRng) -> Result<Self, PkiError> {
        Stored::generate(KeySize::STANDARD, rng).map(Self)
    }

    pub(super) fn public(&self) -> &PublicKey {
        &self.0.public
    }

    /// Returns the PKCS#8 DER (RFC 5958) for the vault.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, PkiError> {
        Ok(self.0.pkcs8.clone())
    }

    /// Reads a key from the vault.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, PkiError> {
        Stored::from_pkcs8(der).map(Self)
    }
}

/// A key of the server in encoded form. Nothing here calculates with it.
struct Stored {
    pkcs8: Zeroizing<Vec<u8>>,
    public: PublicKey,
}

impl Stored {
    fn generate(size: KeySize, rng: &mut impl CryptoRng) -> Result<Self, PkiError> {
        let key = generate(size, rng)?;
        Ok(Self {
            pkcs8: to_pkcs8(&key)?,
            public: PublicKey::of(&key)?,
        })
    }

    /// Reads only the public numbers. The signer checks that the private ones fit.
    fn from_pkcs8(der: &[u8]) -> Result<Self, PkiError> {
        let malformed = || PkiError::Malformed(Part::PrivateKey);
        let info = PrivateKeyInfoRef::from_der(der).map_err(|_| malformed())?;
        info.algorithm
            .assert_algorithm_oid(ALGORITHM_OID)
            .map_err(|_| malformed())?;
        let key = RsaPrivateKeyRef::try_from(info.private_key.as_bytes()).map_err(|_| malformed())?;
        let public = key.public_key().to_der().map_err(|_| malformed())?;
        let public = rsa::PublicKey::from_pkcs1_der(&public).map_err(|_| malformed())?;
        Ok(Self {
            pkcs8: Zeroizing::new(der.to_vec()),
            public: PublicKey::new(public)?.ok_or_else(malformed)?,
        })
    }
}

/// A key of the browser, which signs with `rsa`. In rcgen's terms it is a signing key.
pub(super) struct Signatory {
    key: SigningKey<Sha256>,
    public: PublicKey,
}

impl Signatory {
    fn generate(size: KeySize, rng: &mut impl CryptoRng) -> Result<Self, PkiError> {
        let key = generate(size, rng)?;
        let public = PublicKey::of(&key)?;
        let key = SigningKey::new(key);
        Ok(Self { key, public })
    }

    fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, PkiError> {
        to_pkcs8(self.key.as_ref())
    }

    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }
}

fn generate(size: KeySize, rng: &mut impl CryptoRng) -> Result<PrivateKey, PkiError> {
    PrivateKey::new(rng, size.bits()).map_err(|_| PkiError::Operation(Operation::KeyGeneration))
}

fn to_pkcs8(key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, PkiError> {
    let document = key
        .to_pkcs8_der()
        .map_err(|_| PkiError::Operation(Operation::Encoding))?;
    Ok(document.to_bytes())
}

impl rcgen::SigningKey for Signatory {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature: Signature = self.key.try_sign(message).map_err(|_| rcgen::Error::RemoteKeyError)?;
        Ok(signature.to_vec())
    }
}

impl rcgen::PublicKeyData for Signatory {
    fn der_bytes(&self) -> &[u8] {
        &self.public.pkcs1
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

impl rcgen::SigningKey for IntermediateKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.signer.sign(message).ok_or(rcgen::Error::RemoteKeyError)
    }
}

impl rcgen::PublicKeyData for IntermediateKey {
    fn der_bytes(&self) -> &[u8] {
        &self.stored.public.pkcs1
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

/// An RSA public key with the two encodings that certificates need.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PublicKey {
    key: rsa::PublicKey,
    size: KeySize,
    /// RSAPublicKey (RFC 8017 A.1.1), from which the key identifier is computed.
    pkcs1: Vec<u8>,
    /// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
    spki: Vec<u8>,
}

impl PublicKey {
    fn of(key: &PrivateKey) -> Result<Self, PkiError> {
        Self::new(key.to_public_key())?.ok_or(PkiError::Malformed(Part::PrivateKey))
    }

    /// Returns `None` if the size is not one of ours.
    fn new(key: rsa::PublicKey) -> Result<Option<Self>, PkiError> {
        let Some(size) = KeySize::of_bits(key.n().bit_width() as usize) else {
            return Ok(None);
        };
        let encoding = |_| PkiError::Operation(Operation::Encoding);
        Ok(Some(Self {
            pkcs1: key
                .to_pkcs1_der()
                .map_err(|_| PkiError::Operation(Operation::Encoding))?
                .into_vec(),
            spki: key.to_public_key_der().map_err(encoding)?.into_vec(),
            key,
            size,
        }))
    }

    /// Reads a SubjectPublicKeyInfo, if it holds RSA of an accepted size.
    pub(super) fn from_spki(der: &[u8]) -> Option<Self> {
        let info = SubjectPublicKeyInfoRef::try_from(der).ok()?;
        let key = rsa::PublicKey::try_from(info).ok()?;
        let public = Self::new(key).ok()??;
        (public.spki == der).then_some(public)
    }

    pub(super) fn size(&self) -> KeySize {
        self.size
    }

    pub(super) fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Returns the key identifier of RFC 5280 §4.2.1.2 (1), the SHA-1 of the key's bits.
    pub(super) fn identifier(&self) -> [u8; 20] {
        Sha1::digest(&self.pkcs1).into()
    }

    /// Whether `signature` is this key's sha256WithRSAEncryption signature over `message`.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature).is_ok_and(|signature| {
            VerifyingKey::<Sha256>::new(self.key.clone())
                .verify(message, &signature)
                .is_ok()
        })
    }
}

impl rcgen::PublicKeyData for PublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.pkcs1
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}
