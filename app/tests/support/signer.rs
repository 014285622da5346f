//! The server's signer, as the tests of the certificate model play it.

use app::pki::key::Sign;
use rsa::{PrivateKey, pkcs1v15::SigningKey, pkcs8::DecodePrivateKey};
use sha2::Sha256;
use signature::{SignatureEncoding, Signer};

/// Signs with the `rsa` crate, as nobody measures a test.
pub struct InTests;

impl Sign for InTests {
    fn sign(&self, key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
        let key = SigningKey::<Sha256>::new(PrivateKey::from_pkcs8_der(key).ok()?);
        Some(key.sign(message).to_vec())
    }
}
