//! Private keys, one type for each holder: zeroised when dropped, without Debug, Clone or Serialize.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::error::PkiError;

/// Bits of every key: RSA-2048, as every S/MIME client takes it.
pub const KEY_BITS: usize = 2048;

/// The root's key: no way out, and [`super::issuance::browser`] consumes it with its one signature.
pub struct RootKey(pub(super) rsa::PrivateKey);
/// The intermediate's key.
pub struct IntermediateKey(pub(super) rsa::PrivateKey);
/// The user's key: leaves only through [`super::pkcs12`].
pub struct UserKey(pub(super) rsa::PrivateKey);
/// A correspondent's key.
pub struct CorrespondentKey(pub(super) rsa::PrivateKey);

impl IntermediateKey {
    /// The PKCS#8 DER, for the vault.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, PkiError> {
        unimplemented!()
    }
    /// From the vault.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, PkiError> {
        let _ = der;
        unimplemented!()
    }
}

impl CorrespondentKey {
    /// Makes one (about 40 ms natively: not on an async worker thread).
    pub fn generate(rng: &mut impl CryptoRng) -> Result<Self, PkiError> {
        let _ = rng;
        unimplemented!()
    }
    /// The PKCS#8 DER, for the vault.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, PkiError> {
        unimplemented!()
    }
    /// From the vault.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, PkiError> {
        let _ = der;
        unimplemented!()
    }
}
