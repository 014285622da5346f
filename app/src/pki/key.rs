//! Private keys, one type for each holder: zeroised when dropped (`rsa` wipes its numbers), without Debug, Clone or
//! Serialize, so that none can be logged, copied or sent by accident.

use rand_core::CryptoRng;
use rsa::{
    PrivateKey,
    pkcs1::EncodeRsaPublicKey,
    pkcs1v15::{Signature, SigningKey, VerifyingKey},
    pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, spki::SubjectPublicKeyInfoRef},
    traits::PublicKeyParts,
};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use signature::{SignatureEncoding, Signer, Verifier};
use zeroize::Zeroizing;

use super::error::{Operation, Part, PkiError};

/// How long the RSA keys of a chain are: root, intermediate and user alike, as the shortest is the one to break. Nothing
/// else is made, and nothing else is accepted from the other side.
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

    /// What every S/MIME client takes, and smart cards too. Correspondents' keys are of this size under every chain: the
    /// server holds them anyhow, and a longer one takes seconds to make, at the wish of whoever sends from a new address.
    pub const STANDARD: Self = Self::Rsa2048;

    /// Bits of the modulus.
    pub fn bits(self) -> usize {
        match self {
            Self::Rsa2048 => 2048,
            Self::Rsa3072 => 3072,
            Self::Rsa4096 => 4096,
        }
    }

    /// The size with just that many bits.
    pub fn of_bits(bits: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.bits() == bits)
    }
}

/// The root's key: it has no way out, and signing consumes it.
pub struct RootKey(Signatory);
/// The intermediate's key.
pub struct IntermediateKey(Signatory);
/// The user's key: leaves only through [`super::pkcs12`].
pub struct UserKey(Signatory);
/// A correspondent's key.
pub struct CorrespondentKey(Signatory);

impl RootKey {
    /// Makes one.
    pub fn generate(size: KeySize, rng: &mut impl CryptoRng) -> Result<Self, PkiError> {
        #[cfg(feature = "findable-root-key")]
        let (_, rng) = (rng, &mut super::findable::rng());
        Signatory::generate(size, rng).map(Self)
    }

    pub(super) fn signatory(&self) -> &Signatory {
        &self.0
    }

    /// The key itself, so that a test can look for it everywhere. In the test build only.
    #[cfg(feature = "findable-root-key")]
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, PkiError> {
        self.0.to_pkcs8()
    }
}

impl IntermediateKey {
    pub(super) fn generate(size: KeySize, rng: &mut impl CryptoRng) -> Result<Self, PkiError> {
        Signatory::generate(size, rng).map(Self)
    }

    pub(super) fn signatory(&self) -> &Signatory {
        &self.0
    }

    /// The PKCS#8 DER (RFC 5958), for the vault.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, PkiError> {
        self.0.to_pkcs8()
    }

    /// From the vault.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, PkiError> {
        Signatory::from_pkcs8(der).map(Self)
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

impl CorrespondentKey {
    /// Makes one of the standard size (about 40 ms natively: not on an async worker thread).
    pub fn generate(rng: &mut impl CryptoRng) -> Result<Self, PkiError> {
        Signatory::generate(KeySize::STANDARD, rng).map(Self)
    }

    pub(super) fn signatory(&self) -> &Signatory {
        &self.0
    }

    /// The PKCS#8 DER (RFC 5958), for the vault.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, PkiError> {
        self.0.to_pkcs8()
    }

    /// From the vault.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, PkiError> {
        Signatory::from_pkcs8(der).map(Self)
    }
}

/// What all four have in common; in rcgen's terms a signing key.
pub(super) struct Signatory {
    key: SigningKey<Sha256>,
    public: PublicKey,
}

impl Signatory {
    fn generate(size: KeySize, rng: &mut impl CryptoRng) -> Result<Self, PkiError> {
        let key = PrivateKey::new(rng, size.bits()).map_err(|_| PkiError::Operation(Operation::KeyGeneration))?;
        Self::new(key)
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, PkiError> {
        Self::new(PrivateKey::from_pkcs8_der(der).map_err(|_| PkiError::Malformed(Part::PrivateKey))?)
    }

    fn new(key: PrivateKey) -> Result<Self, PkiError> {
        let public = PublicKey::new(key.to_public_key())?.ok_or(PkiError::Malformed(Part::PrivateKey))?;
        let key = SigningKey::new(key);
        Ok(Self { key, public })
    }

    fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, PkiError> {
        let key: &PrivateKey = self.key.as_ref();
        let document = key
            .to_pkcs8_der()
            .map_err(|_| PkiError::Operation(Operation::Encoding))?;
        Ok(document.to_bytes())
    }

    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }
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

/// An RSA public key with the two encodings of it that certificates need.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PublicKey {
    key: rsa::PublicKey,
    size: KeySize,
    /// RSAPublicKey (RFC 8017 A.1.1): what the key identifier is taken of.
    pkcs1: Vec<u8>,
    /// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
    spki: Vec<u8>,
}

impl PublicKey {
    /// Nothing where the size is none of ours.
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

    /// Reads a SubjectPublicKeyInfo; only RSA of an accepted size.
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

    /// The key identifier of RFC 5280 §4.2.1.2 (1): SHA-1 of the key's bits.
    pub(super) fn identifier(&self) -> [u8; 20] {
        Sha1::digest(&self.pkcs1).into()
    }

    /// Whether `signature` is sha256WithRSAEncryption over `message` by this key.
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
