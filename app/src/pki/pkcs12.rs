//! The file that carries the user key and the chain to a device (RFC 7292).

use p12_keystore::{Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKeyChain};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    chain::Chain,
    error::{Operation, PkiError},
    key::UserKey,
};

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

impl Form {
    fn algorithms(self) -> (EncryptionAlgorithm, MacAlgorithm) {
        match self {
            Self::Modern => (
                EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
                MacAlgorithm::HmacSha256,
            ),
            Self::Compatible => (
                EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc,
                MacAlgorithm::HmacSha1,
            ),
        }
    }

    /// Rounds of the key derivation. 600,000 is what OWASP asks of PBKDF2-HMAC-SHA-256 and the most that NSS accepts; old
    /// devices that need the compatible form are slow, and its weakness is not the number of rounds.
    fn rounds(self) -> u64 {
        match self {
            Self::Modern => 600_000,
            Self::Compatible => 100_000,
        }
    }
}

/// Writes the file: the user key with its certificate, and the two certificates above it. Salts come from the system's
/// source of randomness.
pub fn export(key: &UserKey, chain: &Chain, passphrase: &Zeroizing<String>, form: Form) -> Result<Vec<u8>, PkiError> {
    if passphrase.chars().count() < MIN_PASSPHRASE {
        return Err(PkiError::PassphraseTooShort);
    }
    if passphrase.chars().any(|c| u32::from(c) > u32::from(u16::MAX)) {
        return Err(PkiError::PassphraseCharacter);
    }
    let failed = |_| PkiError::Operation(Operation::Pkcs12);
    let certificates = [chain.user(), chain.intermediate(), chain.root()]
        .map(|certificate| Certificate::from_der(certificate.der()))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    let key_id = key.signatory().public().identifier();
    let name = chain.user().rfc822_names().concat();
    let mut store = KeyStore::new();
    store.add_entry(
        &name,
        KeyStoreEntry::PrivateKeyChain(PrivateKeyChain::new(key.to_pkcs8()?.as_slice(), key_id, certificates)),
    );
    let (encryption, mac) = form.algorithms();
    store
        .writer(passphrase)
        .encryption_algorithm(encryption)
        .encryption_iterations(form.rounds())
        .mac_algorithm(mac)
        .mac_iterations(form.rounds())
        .write()
        .map_err(failed)
}
