//! Decides which OpenPGP certificates are usable, and says why one is not.

use std::time::SystemTime;

use sequoia_openpgp::{
    Cert, Packet,
    cert::amalgamation::{
        UserIDAmalgamation, ValidAmalgamation,
        key::{SubordinateKeyAmalgamation, ValidErasedKeyAmalgamation},
    },
    crypto::mpi,
    packet::{Key, Signature, key},
    policy::{AsymmetricAlgorithm, Policy, StandardPolicy},
    types::{Curve, HashAlgorithm, PublicKeyAlgorithm, RevocationStatus},
};

use super::{Cause, policy};

/// Largest RSA key in bits that is too weak for any use.
const FEWEST_RSA_BITS: usize = 2048;

/// Why a certificate was rejected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersonKeyError {
    /// The file is larger than any key.
    #[error("this is too large for a public key")]
    TooLarge,
    /// A secret key was submitted.
    #[error("this holds a private key, which must stay with you; export the public key")]
    Secret,
    /// It contains no key.
    #[error("there is no public key in this")]
    Empty,
    /// It contains more than one key.
    #[error("there are several keys in this; one is needed")]
    Several,
    /// It is no key.
    #[error("this is not an OpenPGP public key")]
    Unreadable(#[source] Cause),
    /// The key's own signatures are invalid.
    #[error("the key's own signatures do not hold")]
    Unbound,
    /// The key was revoked.
    #[error("the key has been revoked")]
    Revoked,
    /// The key has expired.
    #[error("the key has expired")]
    Expired,
    /// The key is not valid yet.
    #[error("the key is not valid yet")]
    NotYetValid,
    /// Nothing in the key can encrypt.
    #[error("the key has no subkey for encryption")]
    NoEncryptionKey,
    /// Every subkey for encryption was revoked.
    #[error("the key's subkey for encryption has been revoked")]
    EncryptionKeyRevoked,
    /// Every subkey for encryption has expired.
    #[error("the key's subkey for encryption has expired")]
    EncryptionKeyExpired,
    /// The key has too few bits.
    #[error("RSA with {0} bits is too weak; at least 2048 are needed")]
    WeakRsa(usize),
    /// The algorithm is obsolete.
    #[error("{0} is no longer safe")]
    Obsolete(&'static str),
    /// The key's own signatures use a broken hash.
    #[error("the key's own signatures use {0}, which is broken; extend or renew the key with a current program")]
    WeakHash(HashAlgorithm),
    /// The relay does not know the algorithm.
    #[error("{0} is not supported here")]
    Unsupported(String),
}

/// Checks if a certificate can encrypt at a time.
pub(super) fn check(cert: &Cert, now: SystemTime) -> Result<(), PersonKeyError> {
    let primary = cert.primary_key();
    strength(primary.key().mpis(), primary.key().pk_algo())?;
    if primary.key().creation_time() > now {
        return Err(PersonKeyError::NotYetValid);
    }
    let policy = policy(now);
    if is_revoked(&cert.revocation_status(&policy, now)) {
        return Err(PersonKeyError::Revoked);
    }
    let lenient = lenient();
    let valid = cert.with_policy(&policy, now).map_err(|_| {
        let binding = cert.with_policy(&lenient, now).ok();
        binding.map_or(PersonKeyError::Unbound, |valid| {
            unbound(valid.primary_key().binding_signature())
        })
    })?;
    valid.alive().map_err(|_| PersonKeyError::Expired)?;
    if usable_keys(cert, &policy, now).next().is_some() {
        return Ok(());
    }
    let reasons = encryption_keys(cert, &lenient, now).map(|key| reason(&key));
    Err(reasons.last().unwrap_or(PersonKeyError::NoEncryptionKey))
}

/// Returns the subkeys that mail is encrypted to.
pub(super) fn usable_keys<'a>(
    cert: &'a Cert,
    policy: &'a dyn Policy,
    now: SystemTime,
) -> impl Iterator<Item = ValidErasedKeyAmalgamation<'a, key::PublicParts>> {
    encryption_keys(cert, policy, now).filter(|key| {
        key.alive().is_ok()
            && !is_revoked(&key.revocation_status())
            && strength(key.key().mpis(), key.key().pk_algo()).is_ok()
    })
}

/// Returns all subkeys for encryption, including expired and revoked ones.
pub(super) fn encryption_keys<'a>(
    cert: &'a Cert,
    policy: &'a dyn Policy,
    time: SystemTime,
) -> impl Iterator<Item = ValidErasedKeyAmalgamation<'a, key::PublicParts>> {
    let keys = cert.keys().with_policy(policy, time);
    keys.for_transport_encryption().for_storage_encryption()
}

/// Accepts weak keys as well, but only to say why they are rejected.
fn lenient() -> StandardPolicy<'static> {
    let mut policy = StandardPolicy::new();
    for hash in [HashAlgorithm::MD5, HashAlgorithm::SHA1, HashAlgorithm::RipeMD] {
        policy.accept_hash(hash);
    }
    for algorithm in AsymmetricAlgorithm::variants() {
        policy.accept_asymmetric_algo(algorithm);
    }
    policy
}

/// Says why an encryption key cannot be used.
fn reason(key: &ValidErasedKeyAmalgamation<'_, key::PublicParts>) -> PersonKeyError {
    if let Err(weak) = strength(key.key().mpis(), key.key().pk_algo()) {
        weak
    } else if is_revoked(&key.revocation_status()) {
        PersonKeyError::EncryptionKeyRevoked
    } else if key.alive().is_err() {
        PersonKeyError::EncryptionKeyExpired
    } else {
        unbound(key.binding_signature())
    }
}

/// Says why an existing binding was rejected.
fn unbound(binding: &Signature) -> PersonKeyError {
    match binding.hash_algo() {
        hash @ (HashAlgorithm::MD5 | HashAlgorithm::SHA1 | HashAlgorithm::RipeMD) => PersonKeyError::WeakHash(hash),
        _ => PersonKeyError::Unbound,
    }
}

pub(super) fn is_revoked(status: &RevocationStatus<'_>) -> bool {
    matches!(status, RevocationStatus::Revoked(_))
}

fn strength(mpis: &mpi::PublicKey, algorithm: PublicKeyAlgorithm) -> Result<(), PersonKeyError> {
    match mpis {
        mpi::PublicKey::RSA { n, .. } if n.bits() < FEWEST_RSA_BITS => Err(PersonKeyError::WeakRsa(n.bits())),
        mpi::PublicKey::DSA { .. } => Err(PersonKeyError::Obsolete("DSA")),
        mpi::PublicKey::ElGamal { .. } => Err(PersonKeyError::Obsolete("ElGamal")),
        _ if !algorithm.is_supported() => Err(PersonKeyError::Unsupported(self::algorithm(mpis))),
        mpi::PublicKey::EdDSA { curve, .. }
        | mpi::PublicKey::ECDSA { curve, .. }
        | mpi::PublicKey::ECDH { curve, .. }
            if !curve.is_supported() =>
        {
            Err(PersonKeyError::Unsupported(self::algorithm(mpis)))
        }
        _ => Ok(()),
    }
}

/// Names an algorithm for people.
pub(super) fn algorithm(mpis: &mpi::PublicKey) -> String {
    match mpis {
        mpi::PublicKey::RSA { n, .. } => format!("RSA-{}", n.bits()),
        mpi::PublicKey::DSA { p, .. } => format!("DSA-{}", p.bits()),
        mpi::PublicKey::ElGamal { p, .. } => format!("ElGamal-{}", p.bits()),
        mpi::PublicKey::EdDSA { curve, .. }
        | mpi::PublicKey::ECDSA { curve, .. }
        | mpi::PublicKey::ECDH { curve, .. } => self::curve(curve),
        mpi::PublicKey::X25519 { .. } => "X25519".into(),
        mpi::PublicKey::Ed25519 { .. } => "Ed25519".into(),
        mpi::PublicKey::X448 { .. } => "X448".into(),
        mpi::PublicKey::Ed448 { .. } => "Ed448".into(),
        other => other
            .algo()
            .map_or_else(|| "an unknown algorithm".into(), |algorithm| algorithm.to_string()),
    }
}

fn curve(curve: &Curve) -> String {
    let name = match curve {
        Curve::NistP256 => "NIST P-256",
        Curve::NistP384 => "NIST P-384",
        Curve::NistP521 => "NIST P-521",
        Curve::BrainpoolP256 => "Brainpool P-256",
        Curve::BrainpoolP384 => "Brainpool P-384",
        Curve::BrainpoolP512 => "Brainpool P-512",
        Curve::Ed25519 => "Ed25519",
        Curve::Cv25519 => "X25519",
        _ => "an unknown curve",
    };
    name.into()
}

/// The time of the latest signature in a certificate. All that the certificate says about itself holds from then.
pub(super) fn latest(cert: &Cert) -> SystemTime {
    let own = cert.primary_key().bundle().signatures();
    let user_ids = cert.userids().flat_map(|user_id| user_id.bundle().signatures());
    let subkeys = cert.keys().subkeys().flat_map(|subkey| subkey.bundle().signatures());
    let all = own.chain(user_ids).chain(subkeys);
    let created = cert.primary_key().key().creation_time();
    all.filter_map(|signature| signature.signature_creation_time())
        .fold(created, SystemTime::max)
}

/// Returns a certificate without other people's signatures, and with the wanted user ids and subkeys only.
pub(super) fn bare(
    cert: &Cert,
    user_id: impl Fn(&UserIDAmalgamation<'_>) -> bool,
    subkey: impl Fn(&SubordinateKeyAmalgamation<'_, key::PublicParts>) -> bool,
) -> Result<Cert, Cause> {
    let mut packets: Vec<Packet> = Vec::new();
    let primary = cert.primary_key();
    packets.push(Packet::from(primary.key().clone().parts_into_public()));
    push(
        &mut packets,
        primary.self_signatures().chain(primary.self_revocations()),
    );
    for each in cert.userids().filter(user_id) {
        packets.push(each.userid().clone().into());
        push(&mut packets, each.self_signatures().chain(each.self_revocations()));
    }
    for each in cert.keys().subkeys().filter(subkey) {
        packets.push(Packet::from(Key::clone(each.key())));
        push(&mut packets, each.self_signatures().chain(each.self_revocations()));
    }
    Ok(Cert::from_packets(packets.into_iter())?)
}

fn push<'a>(packets: &mut Vec<Packet>, signatures: impl Iterator<Item = &'a Signature>) {
    packets.extend(signatures.cloned().map(Packet::from));
}
