//! Defines contact keys. A contact key signs mail from the contact, and replies are encrypted to it.

use app::address::EmailAddress;
use sequoia_openpgp::{
    Cert,
    cert::{CertBuilder, CipherSuite},
    crypto::KeyPair,
    packet::{UserID, signature::SignatureBuilder},
    serialize::SerializeInto,
    types::{CompressionAlgorithm, Features, HashAlgorithm, KeyFlags, SignatureType},
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    Cause, KeyError, key_policy, moment,
    secret::{from_secret, primary_pair, to_secret},
    trust::TrustKey,
};

/// A contact's key under one profile: an Ed25519 primary key for signatures and a Curve25519 subkey for encryption. It
/// has version 4, so that GnuPG 2.2 reads it. Its user id is the relay address, certified by the profile's trust key.
pub struct ContactKey(Cert);

impl ContactKey {
    /// Creates a key.
    pub fn generate(relay_address: &EmailAddress, trust: &TrustKey, now: OffsetDateTime) -> Result<Self, KeyError> {
        let mut certifier = trust.pair()?;
        generate(relay_address, &mut certifier, now).map_err(KeyError::Generate)
    }

    /// Reads the output of [`Self::to_secret`].
    pub fn from_secret(octets: &[u8]) -> Result<Self, KeyError> {
        from_secret(octets).map(Self)
    }

    /// Returns the whole key, including its unencrypted secret parts. The caller wraps it.
    pub fn to_secret(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        to_secret(&self.0)
    }

    /// Returns the public key with the trust key's certification.
    pub fn public_bytes(&self) -> Result<Vec<u8>, KeyError> {
        self.0.export_to_vec().map_err(|error| KeyError::Write(error.into()))
    }

    /// Returns the fingerprint in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint().to_hex()
    }

    /// Returns the relay address.
    pub(super) fn address(&self) -> Result<String, KeyError> {
        let user_id = self.0.userids().next().ok_or(KeyError::Incomplete)?;
        Ok(String::from_utf8_lossy(user_id.userid().value()).into_owned())
    }

    /// Returns the public key with its own signatures only, as Autocrypt requires (Level 1 §2.1.1).
    pub(super) fn bare_public_bytes(&self) -> Result<Vec<u8>, KeyError> {
        let bare = key_policy::bare(&self.0, |_| true, |_| true).map_err(KeyError::Write)?;
        bare.export_to_vec().map_err(|error| KeyError::Write(error.into()))
    }

    pub(super) fn cert(&self) -> &Cert {
        &self.0
    }

    /// Returns the key pair for signing.
    pub(super) fn pair(&self) -> Result<KeyPair, KeyError> {
        primary_pair(&self.0)
    }
}

fn generate(relay_address: &EmailAddress, certifier: &mut KeyPair, now: OffsetDateTime) -> Result<ContactKey, Cause> {
    // No compression, because the length of a compressed text says something about its content, and it can be a bomb.
    let preferences = SignatureBuilder::new(SignatureType::PositiveCertification)
        .set_preferred_compression_algorithms(vec![CompressionAlgorithm::Uncompressed])?;
    let user_id = UserID::from(relay_address.as_str());
    let (cert, _) = CertBuilder::new()
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(moment(now))
        .set_features(Features::empty().set_seipdv1())?
        .set_primary_key_flags(KeyFlags::empty().set_certification().set_signing())
        .add_userid_with(user_id.clone(), preferences)?
        .add_subkey(
            KeyFlags::empty().set_transport_encryption().set_storage_encryption(),
            None,
            None,
        )
        .generate()?;
    let certification = user_id.certify(
        certifier,
        &cert,
        SignatureType::GenericCertification,
        HashAlgorithm::SHA512,
        moment(now),
    )?;
    Ok(ContactKey(cert.insert_packets(certification)?.0))
}
