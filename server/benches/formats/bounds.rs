//! The work that a step cannot do without, by AWS-LC: each signature, cipher and hash once over the same octets.

use std::hint::black_box;

use aws_lc_rs::{
    agreement,
    cipher::{
        AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
        UnboundCipherKey,
    },
    digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512},
    encoding::{AsDer, PublicKeyX509Der},
    iv::FixedLength,
    rand::SystemRandom,
    rsa::{KeySize, Pkcs1PublicEncryptingKey, PublicEncryptingKey},
    signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey},
};

/// Stands for the attributes that a signature is made over.
const ATTRIBUTES: [u8; 160] = [7; 160];
const KEY: [u8; 32] = [1; 32];
const IV: [u8; 16] = [2; 16];

/// Keys of the kinds that the relay has.
pub struct Bounds {
    rsa: RsaKeyPair,
    encrypting: Pkcs1PublicEncryptingKey,
    signature: Vec<u8>,
    ed25519: Ed25519KeyPair,
    x25519: agreement::PrivateKey,
}

impl Bounds {
    /// Makes the keys.
    pub fn new() -> Self {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let public: PublicKeyX509Der<'_> = rsa.public_key().as_der().unwrap();
        let encrypting = PublicEncryptingKey::from_der(public.as_ref()).unwrap();
        let mut bounds = Self {
            encrypting: Pkcs1PublicEncryptingKey::new(encrypting).unwrap(),
            signature: Vec::new(),
            rsa,
            ed25519: Ed25519KeyPair::generate().unwrap(),
            x25519: agreement::PrivateKey::generate(&agreement::X25519).unwrap(),
        };
        bounds.signature = bounds.sign();
        bounds
    }

    /// S/MIME: one signature, one key encrypted, SHA-256 and AES-256-CBC.
    pub fn seal(&self, octets: &[u8]) -> Vec<u8> {
        black_box(digest::digest(&SHA256, octets));
        self.sign();
        let mut key = vec![0; self.encrypting.ciphertext_size()];
        self.encrypting.encrypt(&KEY, &mut key).unwrap();
        encrypt(octets)
    }

    /// S/MIME: one operation with a private key, one signature verified, AES-256-CBC and SHA-256.
    pub fn open(&self, ciphertext: &[u8]) -> Vec<u8> {
        self.sign();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.rsa.public_key().as_ref());
        public.verify(&ATTRIBUTES, &self.signature).unwrap();
        let cipher = UnboundCipherKey::new(&AES_256, &KEY).unwrap();
        let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(cipher).unwrap();
        let mut plain = ciphertext.to_vec();
        let length = cipher
            .decrypt(&mut plain, DecryptionContext::Iv128(FixedLength::from(&IV)))
            .unwrap()
            .len();
        plain.truncate(length);
        black_box(digest::digest(&SHA256, &plain));
        plain
    }

    /// OpenPGP: one Ed25519 signature, two X25519 operations, SHA-512, the SHA-1 of the modification detection code, and AES-256.
    pub fn seal_pgp(&self, octets: &[u8]) -> Vec<u8> {
        black_box(digest::digest(&SHA512, octets));
        black_box(digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, octets));
        black_box(self.ed25519.sign(&ATTRIBUTES));
        let once = agreement::EphemeralPrivateKey::generate(&agreement::X25519, &SystemRandom::new()).unwrap();
        let reader = self.x25519.compute_public_key().unwrap();
        let reader = agreement::UnparsedPublicKey::new(&agreement::X25519, reader.as_ref());
        agreement::agree_ephemeral(once, reader, aws_lc_rs::error::Unspecified, |_| Ok(())).unwrap();
        encrypt(octets)
    }

    /// DKIM: one signature, SHA-256.
    pub fn dkim(&self, octets: &[u8]) -> Vec<u8> {
        black_box(digest::digest(&SHA256, octets));
        self.sign()
    }

    /// One signature.
    pub fn sign(&self) -> Vec<u8> {
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        self.rsa
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &ATTRIBUTES, &mut signature)
            .unwrap();
        signature
    }
}

/// AES-256-CBC.
pub fn encrypt(octets: &[u8]) -> Vec<u8> {
    let cipher = UnboundCipherKey::new(&AES_256, &KEY).unwrap();
    let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(cipher).unwrap();
    let mut out = octets.to_vec();
    let context = EncryptionContext::Iv128(FixedLength::from(&IV));
    cipher.less_safe_encrypt(&mut out, context).unwrap();
    out
}

/// Stripping: the reply read once, for one address, and written once.
pub fn strip(octets: &[u8], address: &[u8]) -> Vec<u8> {
    assert_eq!(memchr::memmem::find_iter(octets, address).count(), 0);
    octets.to_vec()
}
