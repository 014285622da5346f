//! Decrypts content in CBC mode: AES (RFC 3565), and triple DES (RFC 3370 §5.1), which old Outlook writes.

use aes::{Aes128, Aes192, Aes256};
use cbc::{
    Decryptor,
    cipher::{BlockCipherDecrypt, BlockModeDecrypt, KeyInit, KeyIvInit, block_padding::NoPadding},
};
use const_oid::db::rfc5911::{DES_EDE_3_CBC, ID_AES_128_CBC, ID_AES_192_CBC, ID_AES_256_CBC};
use der::asn1::OctetString;
use des::TdesEde3;
use spki::AlgorithmIdentifierOwned;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater};

use super::{error::OpenError, unsupported::Unsupported};

/// A cipher with its initialization vector.
pub(super) struct Cipher {
    cipher: BlockCipher,
    iv: OctetString,
}

#[derive(Clone, Copy)]
enum BlockCipher {
    Aes128,
    Aes192,
    Aes256,
    TripleDes,
}

impl Cipher {
    /// Reads the algorithm. Fails if the ciphertext's length does not fit it. Everybody sees that without a key.
    pub fn of(algorithm: &AlgorithmIdentifierOwned, ciphertext: &[u8]) -> Result<Self, OpenError> {
        let cipher = match algorithm.oid {
            ID_AES_128_CBC => BlockCipher::Aes128,
            ID_AES_192_CBC => BlockCipher::Aes192,
            ID_AES_256_CBC => BlockCipher::Aes256,
            DES_EDE_3_CBC => BlockCipher::TripleDes,
            other => return Err(Unsupported::Cipher(other).into()),
        };
        let parameters = algorithm.parameters.as_ref().ok_or(OpenError::Parameters)?;
        let iv: OctetString = parameters.decode_as()?;
        if iv.as_bytes().len() != cipher.block()
            || ciphertext.is_empty()
            || !ciphertext.len().is_multiple_of(cipher.block())
        {
            return Err(OpenError::Parameters);
        }
        Ok(Self { cipher, iv })
    }

    /// Returns the length of the key in octets.
    pub fn key_length(&self) -> usize {
        match self.cipher {
            BlockCipher::Aes128 => 16,
            BlockCipher::Aes192 | BlockCipher::TripleDes => 24,
            BlockCipher::Aes256 => 32,
        }
    }

    /// Decrypts in place and removes the padding. If the padding is wrong, all octets stay.
    pub fn decrypt(&self, key: &[u8], content: &mut Vec<u8>) -> Choice {
        let iv = self.iv.as_bytes();
        let decrypted = match self.cipher {
            BlockCipher::Aes128 => blocks::<Aes128>(key, iv, content),
            BlockCipher::Aes192 => blocks::<Aes192>(key, iv, content),
            BlockCipher::Aes256 => blocks::<Aes256>(key, iv, content),
            BlockCipher::TripleDes => blocks::<TdesEde3>(key, iv, content),
        };
        let (length, sound) = unpad(content, self.cipher.block());
        content.truncate(length);
        sound & Choice::from(u8::from(decrypted.is_some()))
    }
}

impl BlockCipher {
    fn block(self) -> usize {
        match self {
            Self::TripleDes => 8,
            _ => 16,
        }
    }
}

/// Returns `None` if a length does not fit the cipher, which [`Cipher::of`] has excluded.
fn blocks<C: BlockCipherDecrypt + KeyInit>(key: &[u8], iv: &[u8], content: &mut [u8]) -> Option<()> {
    let cipher = Decryptor::<C>::new_from_slices(key, iv).ok()?;
    cipher.decrypt_padded::<NoPadding>(content).ok().map(drop)
}

/// Returns the length without the padding of RFC 5652 §6.3, and whether the padding is right, in constant time.
fn unpad(content: &[u8], block: usize) -> (usize, Choice) {
    let padding = content.last().copied().unwrap_or_default();
    // A block has 16 octets at most.
    let mut sound = padding.ct_gt(&0) & !padding.ct_gt(&(block as u8));
    for (place, octet) in (1..=block as u8).zip(content.iter().rev()) {
        sound &= octet.ct_eq(&padding) | place.ct_gt(&padding);
    }
    let taken = u8::conditional_select(&0, &padding, sound);
    (content.len().saturating_sub(taken.into()), sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sound_padding_is_taken_off() {
        let block = |end: &[u8]| [vec![b'x'; 16 - end.len()], end.to_vec()].concat();
        for (end, length) in [(vec![1], 15), (vec![3, 3, 3], 13), (vec![2, 1], 15), (vec![16; 16], 0)] {
            let (found, sound) = unpad(&block(&end), 16);
            assert_eq!((found, bool::from(sound)), (length, true), "{end:?}");
        }
        for end in [vec![0], vec![2], vec![3, 2, 3], vec![17; 16], vec![255], vec![15, 16]] {
            let (found, sound) = unpad(&block(&end), 16);
            assert_eq!((found, bool::from(sound)), (16, false), "{end:?}");
        }
        assert_eq!(unpad(&[8; 8], 8).0, 0);
        assert!(!bool::from(unpad(&[9; 16], 8).1));
    }
}
