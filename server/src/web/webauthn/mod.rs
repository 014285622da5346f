//! Verifies WebAuthn Level 3 ceremonies as the relying party: §7.1 for a new passkey, §7.2 for signing in.
//!
//! It is pure: bytes in, findings out. The caller checks that a challenge is ours and whose passkey it is. Every other
//! step of the two lists is here, with its number.
//!
//! Attestation is not requested ("none"). Some clients send self attestation anyway. It is verified, and other
//! statements are refused. User verification is always required, so that a passkey stands for both factors.

use std::io::Cursor;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value;
use passkey_types::{
    ctap2::{AttestedCredentialData, AuthenticatorData, Flags},
    webauthn::{
        AuthenticatedPublicKeyCredential, ClientDataType, CollectedClientData, CreatedPublicKeyCredential,
        PublicKeyCredentialType,
    },
};
use rsa::{BoxedUint, PublicKey as RsaKey, pkcs1::EncodeRsaPublicKey};
use sha2::{Digest, Sha256};

/// COSE numbers of the accepted algorithms (RFC 9053, RFC 8812), preferred first.
pub const ALGORITHMS: [i32; 3] = [ES256, EDDSA, RS256];
const ES256: i32 = -7;
const EDDSA: i32 = -8;
const RS256: i32 = -257;

/// Longest identifier of a credential (§7.1, step 25).
const MAX_CREDENTIAL_ID: usize = 1023;

/// The relying party. An assertion must be signed for it and no other.
pub struct RelyingParty<'a> {
    /// Its id, a host name.
    pub id: &'a str,
    /// The only origin of its pages.
    pub origin: &'a str,
}

/// A browser's answer for a new passkey.
pub struct Registration {
    credential: CreatedPublicKeyCredential,
    client: CollectedClientData,
}

/// A browser's answer for a known passkey.
pub struct Assertion {
    credential: AuthenticatedPublicKeyCredential,
    client: CollectedClientData,
}

/// A new passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The authenticator's identifier for it.
    pub credential_id: Vec<u8>,
    /// Its public key.
    pub key: PublicKey,
    /// Its signature counter.
    pub counter: u32,
}

/// A public key with its algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// COSE number.
    pub algorithm: i32,
    /// An uncompressed point for ES256, the 32 bytes of Ed25519 for EdDSA, or an RSAPublicKey of PKCS#1 in DER for
    /// RS256.
    pub bytes: Vec<u8>,
}

/// The step that an answer failed at. It is for the log, never for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The form is not that of WebAuthn.
    #[error("the answer cannot be read: {0}")]
    Malformed(&'static str),
    /// The answer is for another ceremony.
    #[error("the client data is of another type")]
    Type,
    /// The answer was made on another page, or in a frame.
    #[error("the origin is another")]
    Origin,
    /// The answer is for another relying party.
    #[error("the relying party is another")]
    RelyingParty,
    /// No user was present.
    #[error("the user was not present")]
    NotPresent,
    /// The user was not verified.
    #[error("the user was not verified")]
    NotVerified,
    /// The passkey is backed up, although it must not be.
    #[error("the backup flags contradict each other")]
    Backup,
    /// The algorithm was not offered.
    #[error("the algorithm was not offered")]
    Algorithm,
    /// The attestation statement is of a kind that was not requested.
    #[error("the attestation statement is not taken")]
    Attestation,
    /// The signature is invalid.
    #[error("the signature does not hold")]
    Signature,
    /// The counter did not increase, so there may be a copy of the authenticator.
    #[error("the signature counter did not move on")]
    Counter,
}

impl Registration {
    /// Reads RegistrationResponseJSON (§5.1.8).
    pub fn read(json: &str) -> Result<Self, Refused> {
        let credential: CreatedPublicKeyCredential =
            serde_json::from_str(json).map_err(|_| Refused::Malformed("credential"))?;
        let client = client_data(&credential.response.client_data_json)?;
        Ok(Self { credential, client })
    }

    /// Returns the challenge that it answers.
    pub fn challenge(&self) -> Result<Vec<u8>, Refused> {
        challenge(&self.client)
    }

    /// Checks §7.1 from step 7 on. The caller checks step 8 (the challenge) and step 26 (a new credential id).
    pub fn check(&self, party: &RelyingParty<'_>) -> Result<Registered, Refused> {
        if self.credential.ty != PublicKeyCredentialType::PublicKey || self.client.ty != ClientDataType::Create {
            return Err(Refused::Type); // step 7
        }
        origin(&self.client, party)?; // steps 9 to 11
        let hash = Sha256::digest(&*self.credential.response.client_data_json); // step 12
        let object = AttestationObject::read(&self.credential.response.attestation_object)?; // step 13
        let data = authenticator_data(&object.authenticator_data, party)?; // steps 14 to 18
        let attested = data
            .attested_credential_data
            .as_ref()
            .ok_or(Refused::Malformed("no attested credential data"))?;
        let key = public_key(&object.authenticator_data)?;
        if !ALGORITHMS.contains(&key.algorithm) {
            return Err(Refused::Algorithm); // step 20
        }
        let signed = [object.authenticator_data.as_slice(), &hash].concat();
        object.statement_is_taken(attested, &key, &signed)?; // steps 21 to 24
        let credential_id = attested.credential_id();
        if credential_id.len() > MAX_CREDENTIAL_ID || credential_id != &**self.credential.raw_id {
            return Err(Refused::Malformed("credential id")); // step 25
        }
        Ok(Registered {
            credential_id: credential_id.to_vec(),
            key,
            counter: data.counter.unwrap_or_default(),
        })
    }
}

impl Assertion {
    /// Reads AuthenticationResponseJSON (§5.1.8).
    pub fn read(json: &str) -> Result<Self, Refused> {
        let credential: AuthenticatedPublicKeyCredential =
            serde_json::from_str(json).map_err(|_| Refused::Malformed("credential"))?;
        let client = client_data(&credential.response.client_data_json)?;
        Ok(Self { credential, client })
    }

    /// Returns the challenge that it answers.
    pub fn challenge(&self) -> Result<Vec<u8>, Refused> {
        challenge(&self.client)
    }

    /// Returns the authenticator's identifier of the passkey.
    pub fn credential_id(&self) -> &[u8] {
        &self.credential.raw_id
    }

    /// Returns the user handle from the authenticator. Discoverable passkeys always have one.
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.credential.response.user_handle.as_deref().map(Vec::as_slice)
    }

    /// Checks §7.2 from step 9 on. Returns the new value of the counter. The caller checks steps 5 to 7 (whose passkey
    /// it is) and step 11 (the challenge).
    pub fn check(&self, party: &RelyingParty<'_>, key: &PublicKey, counter: u32) -> Result<u32, Refused> {
        if self.credential.ty != PublicKeyCredentialType::PublicKey || self.client.ty != ClientDataType::Get {
            return Err(Refused::Type); // step 10
        }
        origin(&self.client, party)?; // steps 12 to 14
        let raw = &*self.credential.response.authenticator_data;
        let data = authenticator_data(raw, party)?; // steps 15 to 19
        let hash = Sha256::digest(&*self.credential.response.client_data_json); // step 20
        let signed = [raw.as_slice(), &hash].concat();
        key.verify(&signed, &self.credential.response.signature)?; // step 21
        let now = data.counter.unwrap_or_default();
        match now > counter || (now == 0 && counter == 0) {
            true => Ok(now), // step 22
            false => Err(Refused::Counter),
        }
    }
}

impl PublicKey {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refused> {
        let algorithm: &'static dyn VerificationAlgorithm = match self.algorithm {
            ES256 => &ECDSA_P256_SHA256_ASN1,
            EDDSA => &ED25519,
            RS256 => &RSA_PKCS1_2048_8192_SHA256,
            _ => return Err(Refused::Algorithm),
        };
        UnparsedPublicKey::new(algorithm, &self.bytes)
            .verify(message, signature)
            .map_err(|_| Refused::Signature)
    }
}

fn client_data(json: &[u8]) -> Result<CollectedClientData, Refused> {
    serde_json::from_slice(json).map_err(|_| Refused::Malformed("client data"))
}

fn challenge(client: &CollectedClientData) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD
        .decode(&client.challenge)
        .map_err(|_| Refused::Malformed("challenge"))
}

/// Refuses frames, because our pages are in none.
fn origin(client: &CollectedClientData, party: &RelyingParty<'_>) -> Result<(), Refused> {
    let framed = client.cross_origin == Some(true) || client.unknown_keys.contains_key("topOrigin");
    match client.origin == party.origin && !framed {
        true => Ok(()),
        false => Err(Refused::Origin),
    }
}

/// Checks §7.1 steps 14 to 18, which are §7.2 steps 15 to 19.
fn authenticator_data(raw: &[u8], party: &RelyingParty<'_>) -> Result<AuthenticatorData, Refused> {
    let data = AuthenticatorData::from_slice(raw).map_err(|_| Refused::Malformed("authenticator data"))?;
    if data.rp_id_hash() != Sha256::digest(party.id).as_slice() {
        return Err(Refused::RelyingParty);
    }
    if !data.flags.contains(Flags::UP) {
        return Err(Refused::NotPresent);
    }
    if !data.flags.contains(Flags::UV) {
        return Err(Refused::NotVerified);
    }
    if data.flags.contains(Flags::BS) && !data.flags.contains(Flags::BE) {
        return Err(Refused::Backup);
    }
    Ok(data)
}

/// An authenticator's statement about a new credential (§6.5.4).
struct AttestationObject {
    format: String,
    statement: Vec<(Value, Value)>,
    authenticator_data: Vec<u8>,
}

impl AttestationObject {
    fn read(cbor: &[u8]) -> Result<Self, Refused> {
        let malformed = || Refused::Malformed("attestation object");
        let mut reader = Cursor::new(cbor);
        let object: Value = ciborium::from_reader(&mut reader).map_err(|_| malformed())?;
        if reader.position() != cbor.len() as u64 {
            return Err(malformed());
        }
        let object = object.into_map().map_err(|_| malformed())?;
        let field = |name: &str| {
            let found = object.iter().find(|(key, _)| key.as_text() == Some(name));
            found.map(|(_, value)| value.clone()).ok_or_else(malformed)
        };
        Ok(Self {
            format: field("fmt")?.into_text().map_err(|_| malformed())?,
            statement: field("attStmt")?.into_map().map_err(|_| malformed())?,
            authenticator_data: field("authData")?.into_bytes().map_err(|_| malformed())?,
        })
    }

    /// Accepts none, or self attestation by the passkey's own signature. Clients may send it unasked (§5.1.3).
    fn statement_is_taken(
        &self,
        attested: &AttestedCredentialData,
        key: &PublicKey,
        signed: &[u8],
    ) -> Result<(), Refused> {
        let field = |name: &str| {
            self.statement
                .iter()
                .find(|(key, _)| key.as_text() == Some(name))
                .map(|f| &f.1)
        };
        match self.format.as_str() {
            "none" if self.statement.is_empty() => Ok(()),
            "packed" if field("x5c").is_none() && attested.aaguid.0 == [0; 16] => {
                let algorithm = field("alg").and_then(Value::as_integer);
                if algorithm != Some(key.algorithm.into()) {
                    return Err(Refused::Attestation);
                }
                let signature = field("sig").and_then(Value::as_bytes).ok_or(Refused::Attestation)?;
                key.verify(signed, signature)
            }
            _ => Err(Refused::Attestation),
        }
    }
}

/// Reads the COSE key (RFC 9052 §7) in authenticator data. It follows hash, flags, counter, AAGUID and credential id
/// (§6.1).
fn public_key(authenticator_data: &[u8]) -> Result<PublicKey, Refused> {
    let malformed = || Refused::Malformed("public key");
    const NAME: usize = 32 + 1 + 4 + 16;
    let length = authenticator_data.get(NAME..NAME + 2).ok_or_else(malformed)?;
    let length = usize::from(length[0]) << 8 | usize::from(length[1]);
    let cose = authenticator_data.get(NAME + 2 + length..).ok_or_else(malformed)?;
    let key: Value = ciborium::from_reader(cose).map_err(|_| malformed())?;
    let key = key.into_map().map_err(|_| malformed())?;
    let field = |label: i32| {
        let found = key.iter().find(|(key, _)| key.as_integer() == Some(label.into()));
        found.map(|(_, value)| value)
    };
    let number = |label| {
        field(label)
            .and_then(Value::as_integer)
            .and_then(|n| i32::try_from(n).ok())
    };
    let bytes = |label| field(label).and_then(Value::as_bytes).ok_or_else(malformed);
    // Key type, algorithm, curve.
    let bytes = match (number(1), number(3), number(-1)) {
        (Some(2), Some(ES256), Some(1)) => point(bytes(-2)?, bytes(-3)?).ok_or_else(malformed)?,
        (Some(1), Some(EDDSA), Some(6)) => Some(bytes(-2)?)
            .filter(|x| x.len() == 32)
            .ok_or_else(malformed)?
            .clone(),
        (Some(3), Some(RS256), _) => rsa_key(bytes(-1)?, bytes(-2)?).ok_or_else(malformed)?,
        _ => return Err(Refused::Algorithm),
    };
    let algorithm = number(3).ok_or_else(malformed)?;
    Ok(PublicKey { algorithm, bytes })
}

fn point(x: &[u8], y: &[u8]) -> Option<Vec<u8>> {
    (x.len() == 32 && y.len() == 32).then(|| [&[4], x, y].concat())
}

fn rsa_key(n: &[u8], e: &[u8]) -> Option<Vec<u8>> {
    let number = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(bytes);
    let key = RsaKey::new(number(n), number(e)).ok()?;
    Some(key.to_pkcs1_der().ok()?.as_bytes().to_vec())
}

#[cfg(test)]
mod tests;
