//! Sealing: pure, synchronous, bytes and keys in, bytes out. [`Sealed`] has no constructor but `envelope`.

/// A message that only the person can read: outer header and application/pkcs7-mime body.
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// The whole message.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}
