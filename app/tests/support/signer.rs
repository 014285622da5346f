//! The server's signer, as the tests of the certificate model play it.

use app::pki::key::{ReadKey, Sign};
use rsa::{PrivateKey, pkcs1v15::SigningKey, pkcs8::DecodePrivateKey};
use sha2::Sha256;
use signature::{SignatureEncoding, Signer};

/// Signs with the `rsa` crate, as nobody measures a test.
pub struct InTests;

struct Key(SigningKey<Sha256>);

impl ReadKey for InTests {
    fn read(&self, key: &[u8]) -> Option<Box<dyn Sign>> {
        let key = PrivateKey::from_pkcs8_der(key).ok()?;
        Some(Box::new(Key(SigningKey::new(key))))
    }
}

impl Sign for Key {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        Some(self.0.sign(message).to_vec())
    }
}
