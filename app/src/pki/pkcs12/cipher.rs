//! Encrypts and authenticates a PKCS#12 file with its passphrase, in one of two forms.

use cbc_0_1::{
    Encryptor,
    cipher::{BlockEncryptMut, KeyIvInit, block_padding::Pkcs7},
};
use des_0_8::TdesEde3;
use hmac_0_12::{Hmac, Mac};
use pkcs5::pbes2;
use pkcs12::{
    PKCS_12_PBE_WITH_SHAAND3_KEY_TRIPLE_DES_CBC,
    digest_info::DigestInfo,
    kdf::{Pkcs12KeyType, derive_key},
    mac_data::MacData,
    pbe_params::Pkcs12PbeParams,
};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use sha1_0_10::Sha1;
use sha2_0_10::Sha256;
use x509_cert_0_2::{
    der::{
        self, Any,
        asn1::{ObjectIdentifier, OctetString},
    },
    spki::AlgorithmIdentifierOwned,
};
use zeroize::Zeroizing;

/// The algorithms of a file. There are two forms, because old devices do not read the modern one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// PBES2, PBKDF2-HMAC-SHA-256, AES-256-CBC, MAC HMAC-SHA-256.
    Modern,
    /// pbeWithSHAAnd3-KeyTripleDES-CBC, HMAC-SHA-1, for older iOS, macOS, Windows and gpgsm.
    Compatible,
}

/// Rounds of the modern form, as OWASP recommends for PBKDF2-HMAC-SHA-256.
const MODERN_ROUNDS: u32 = 600_000;
/// Rounds of the compatible form. Old devices would take seconds for more.
const COMPATIBLE_ROUNDS: i32 = 100_000;

const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// Encrypts one part of the file. Returns the algorithm and the ciphertext.
pub(super) fn encrypt(
    form: Form,
    passphrase: &str,
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<(AlgorithmIdentifierOwned, OctetString), CipherError> {
    match form {
        Form::Modern => pbes2(passphrase, plaintext, rng),
        Form::Compatible => triple_des(passphrase, plaintext, rng),
    }
}

/// PBES2 of RFC 8018 §6.2, with the passphrase in UTF-8.
fn pbes2(
    passphrase: &str,
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<(AlgorithmIdentifierOwned, OctetString), CipherError> {
    let (salt, iv): ([u8; 16], [u8; 16]) = (random(rng), random(rng));
    let parameters = pbes2::Parameters::pbkdf2_sha256_aes256cbc(MODERN_ROUNDS, &salt, &iv)?;
    let algorithm = AlgorithmIdentifierOwned {
        oid: pbes2::PBES2_OID,
        parameters: Some(Any::encode_from(&parameters)?),
    };
    let ciphertext = parameters.encrypt(passphrase, plaintext)?;
    Ok((algorithm, OctetString::new(ciphertext)?))
}

/// pbeWithSHAAnd3-KeyTripleDES-CBC of RFC 7292 appendix C.
fn triple_des(
    passphrase: &str,
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<(AlgorithmIdentifierOwned, OctetString), CipherError> {
    let passphrase = bmp_string(passphrase);
    let (salt, key) = triple_des_key(&passphrase, rng);
    let iv = derive_key::<Sha1>(&passphrase, &salt, Pkcs12KeyType::Iv, COMPATIBLE_ROUNDS, 8);
    let cipher = Encryptor::<TdesEde3>::new_from_slices(&key, &iv).map_err(|_| CipherError)?;
    let parameters = Pkcs12PbeParams {
        salt: OctetString::new(salt)?,
        iterations: COMPATIBLE_ROUNDS,
    };
    let algorithm = AlgorithmIdentifierOwned {
        oid: PKCS_12_PBE_WITH_SHAAND3_KEY_TRIPLE_DES_CBC,
        parameters: Some(Any::encode_from(&parameters)?),
    };
    let ciphertext = cipher.encrypt_padded_vec_mut::<Pkcs7>(plaintext);
    Ok((algorithm, OctetString::new(ciphertext)?))
}

/// Returns a salt and its three-key DES key. It skips about one salt in a hundred, from which gpgsm (seen with 2.2.40)
/// derives another key. Between the two rounds of RFC 7292 appendix B.2, gpgsm adds the first digest, with which the
/// key begins, to the blocks of salt and passphrase. There it loses a leading zero octet of a sum.
fn triple_des_key(passphrase: &[u8], rng: &mut impl CryptoRng) -> ([u8; 20], Zeroizing<Vec<u8>>) {
    loop {
        let salt: [u8; 20] = random(rng);
        let key = derive_key::<Sha1>(passphrase, &salt, Pkcs12KeyType::EncryptionKey, COMPATIBLE_ROUNDS, 24);
        let key = Zeroizing::new(key);
        let first = |block: &[u8]| block.first().copied().unwrap_or_default();
        // The following octets may carry into the first one.
        let loses_zero = |block| matches!(first(&key).wrapping_add(first(block)), 0xff | 0);
        if !loses_zero(&salt) && !loses_zero(passphrase) {
            return (salt, key);
        }
    }
}

/// Returns the integrity data of the file (RFC 7292 §5.1 and appendix B.4).
pub(super) fn mac(
    form: Form,
    passphrase: &str,
    content: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<MacData, CipherError> {
    let salt: [u8; 20] = random(rng);
    let passphrase = bmp_string(passphrase);
    let (oid, rounds, digest) = match form {
        Form::Modern => {
            let rounds = i32::try_from(MODERN_ROUNDS).map_err(|_| CipherError)?;
            let key = Zeroizing::new(derive_key::<Sha256>(&passphrase, &salt, Pkcs12KeyType::Mac, rounds, 32));
            (SHA256, rounds, authenticate::<Hmac<Sha256>>(&key, content)?)
        }
        Form::Compatible => {
            let rounds = COMPATIBLE_ROUNDS;
            let key = Zeroizing::new(derive_key::<Sha1>(&passphrase, &salt, Pkcs12KeyType::Mac, rounds, 20));
            (SHA1, rounds, authenticate::<Hmac<Sha1>>(&key, content)?)
        }
    };
    let algorithm = AlgorithmIdentifierOwned {
        oid,
        parameters: Some(Any::null()),
    };
    Ok(MacData {
        mac: DigestInfo {
            algorithm,
            digest: OctetString::new(digest)?,
        },
        mac_salt: OctetString::new(salt)?,
        iterations: rounds,
    })
}

fn authenticate<M: Mac + hmac_0_12::digest::KeyInit>(key: &[u8], content: &[u8]) -> Result<Vec<u8>, CipherError> {
    let mut mac = <M as Mac>::new_from_slice(key).map_err(|_| CipherError)?;
    mac.update(content);
    Ok(mac.finalize().into_bytes().to_vec())
}

/// Encodes the passphrase for the key derivation of RFC 7292 appendix B.1: UTF-16, big-endian, with a trailing zero.
/// Characters beyond the BMP become surrogate pairs, as in OpenSSL and NSS.
fn bmp_string(passphrase: &str) -> Zeroizing<Vec<u8>> {
    // The buffer must not grow, because old buffers would not be wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(passphrase.len() * 2 + 2));
    for unit in passphrase.encode_utf16().chain([0]) {
        bytes.extend(unit.to_be_bytes());
    }
    bytes
}

fn random<const N: usize>(rng: &mut impl CryptoRng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// A cipher or an encoding failed. Nobody could use a more exact error.
#[derive(Debug)]
pub(super) struct CipherError;

impl From<der::Error> for CipherError {
    fn from(_: der::Error) -> Self {
        Self
    }
}

impl From<pkcs5::Error> for CipherError {
    fn from(_: pkcs5::Error) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use rand_core::{TryCryptoRng, TryRng};

    use super::*;

    /// Returns prepared octets, then counts up.
    struct Prepared(Vec<u8>);

    impl TryRng for Prepared {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(0)
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            Ok(0)
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            let length = self.0.len().min(bytes.len());
            let prepared = self.0.drain(..length);
            bytes
                .iter_mut()
                .zip(prepared.chain(1..))
                .for_each(|(byte, next)| *byte = next);
            Ok(())
        }
    }

    impl TryCryptoRng for Prepared {}

    /// The salt comes from a file that OpenSSL and NSS read, but gpgsm 2.2.40 did not.
    #[test]
    fn salt_that_gpgsm_misreads_is_passed_over() {
        let salt = hex::decode("aa22474e5d8bb6bf8feb7523eed08b327d5ff6a0").unwrap();
        let passphrase = bmp_string("grün & blau");
        let (taken, _) = triple_des_key(&passphrase, &mut Prepared(salt.clone()));
        assert_ne!(taken.as_slice(), salt);
        let (taken, _) = triple_des_key(&passphrase, &mut Prepared(vec![7; 20]));
        assert_eq!(taken, [7; 20]);
    }

    #[test]
    fn passphrase_is_utf16_with_a_zero_behind() {
        assert_eq!(hex::encode(&*bmp_string("aü🔑")), "006100fcd83ddd110000");
    }
}
