//! Defines the trust key of a profile. It certifies the contact keys and does nothing else.
//!
//! A person who trusts it once need not check every contact key.

use app::address::EmailAddress;
use sequoia_openpgp::{
    Cert,
    cert::{CertBuilder, CipherSuite},
    crypto::KeyPair,
    packet::UserID,
    parse::Parse,
    serialize::SerializeInto,
    types::{Features, KeyFlags},
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    KeyError, armor, moment,
    secret::{from_secret, primary_pair, to_secret},
};

/// A profile's certification key: Ed25519 in version 4, so that GnuPG 2.2 reads it.
pub struct TrustKey(Cert);

impl TrustKey {
    /// Creates a key for a mailbox on a relay. Its user id is no address, because nobody writes to it.
    pub fn generate(domain: &str, mailbox: &EmailAddress, now: OffsetDateTime) -> Result<Self, KeyError> {
        let user_id = format!("Sealpost {domain} (trust key for {mailbox})");
        let (cert, _) = CertBuilder::new()
            .set_cipher_suite(CipherSuite::Cv25519)
            .set_creation_time(moment(now))
            .set_primary_key_flags(KeyFlags::empty().set_certification())
            .set_features(Features::empty().set_seipdv1())
            .and_then(|builder| builder.add_userid(UserID::from(user_id)).generate())
            .map_err(|error| KeyError::Generate(error.into()))?;
        Ok(Self(cert))
    }

    /// Reads the output of [`Self::to_secret`].
    pub fn from_secret(octets: &[u8]) -> Result<Self, KeyError> {
        from_secret(octets).map(Self)
    }

    /// Returns the whole key, including its unencrypted secret part. The caller wraps it.
    pub fn to_secret(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        to_secret(&self.0)
    }

    /// Returns the public key for download and import.
    pub fn public_armored(&self) -> Result<String, KeyError> {
        let octets = self.0.export_to_vec().map_err(|error| KeyError::Write(error.into()))?;
        let armored = armor::public_key(&octets).map_err(|error| KeyError::Write(error.into()))?;
        String::from_utf8(armored).map_err(|error| KeyError::Write(error.into()))
    }

    /// Returns the fingerprint in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint().to_hex()
    }

    /// Reads the fingerprint from the output of [`Self::public_armored`].
    pub fn fingerprint_of(public: &str) -> Result<String, KeyError> {
        let cert = Cert::from_bytes(public.as_bytes()).map_err(|error| KeyError::Read(error.into()))?;
        Ok(cert.fingerprint().to_hex())
    }

    pub(super) fn pair(&self) -> Result<KeyPair, KeyError> {
        primary_pair(&self.0)
    }
}
