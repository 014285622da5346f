//! The file that carries the user key and the chain to a device (RFC 7292).

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{chain::Chain, error::PkiError, key::UserKey};

/// Fewest characters of a passphrase.
pub const MIN_PASSPHRASE: usize = 8;

/// Which algorithms the file is written with (DESIGN §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// PBES2, PBKDF2-HMAC-SHA-256, AES-256-CBC, MAC HMAC-SHA-256.
    Modern,
    /// pbeWithSHAAnd3-KeyTripleDES-CBC, HMAC-SHA-1: older iOS, macOS, Windows, and gpgsm.
    Compatible,
}

/// Writes the file: the user key with its certificate, and the two certificates above it.
pub fn export(
    key: &UserKey,
    chain: &Chain,
    passphrase: &Zeroizing<String>,
    form: Form,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, PkiError> {
    let _ = (key, chain, passphrase, form, rng);
    unimplemented!()
}
