//! The three messages of DESIGN §4 and the two sides that exchange them. No side reaches back: each step consumes the
//! one before it.

use serde::{Deserialize, Serialize};

use super::validity::Expiration;

/// Message 1, browser to server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRequest {
    /// PKCS#10, DER, base64: subject and rfc822Name are the mailbox.
    #[serde(with = "super::issuance::base64")]
    pub request: Vec<u8>,
    /// How long the chain shall hold.
    pub expiration: Expiration,
}

/// Message 2, server to browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The user certificate, signed by the intermediate key.
    #[serde(with = "super::issuance::base64")]
    pub user_certificate: Vec<u8>,
    /// PKCS#10 of the intermediate.
    #[serde(with = "super::issuance::base64")]
    pub intermediate_request: Vec<u8>,
}

/// Message 3, browser to server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// The self-signed root certificate.
    #[serde(with = "super::issuance::base64")]
    pub root: Vec<u8>,
    /// The intermediate certificate that the root key signed before it was zeroised.
    #[serde(with = "super::issuance::base64")]
    pub intermediate: Vec<u8>,
}

/// The browser's side.
pub mod browser {
    use rand_core::CryptoRng;
    use time::OffsetDateTime;
    use zeroize::Zeroizing;

    use super::{Answer, Completion, UserRequest};
    use crate::pki::{chain::Chain, error::PkiError, key::UserKey, name::Subject, pkcs12::Form, validity::Expiration};

    /// After message 1.
    pub struct Requested {
        key: UserKey,
        subject: Subject,
        expiration: Expiration,
    }

    /// After message 3: all that the export needs.
    pub struct Issued {
        key: UserKey,
        chain: Chain,
    }

    /// Makes the user key and message 1.
    pub fn start(
        subject: Subject,
        expiration: Expiration,
        rng: &mut impl CryptoRng,
    ) -> Result<(Requested, UserRequest), PkiError> {
        let _ = (subject, expiration, rng);
        unimplemented!()
    }

    impl Requested {
        /// Checks message 2 (user certificate: key, subject, SAN, dates against `now` and the expiration, issuer, usages;
        /// intermediate request: signature, subject, key), makes root key and certificates, zeroises the root key.
        pub fn finish(
            self,
            answer: &Answer,
            now: OffsetDateTime,
            rng: &mut impl CryptoRng,
        ) -> Result<(Issued, Completion), PkiError> {
            let _ = (&self.key, &self.subject, &self.expiration, answer, now, rng);
            unimplemented!()
        }
    }

    impl Issued {
        /// The chain.
        pub fn chain(&self) -> &Chain {
            &self.chain
        }
        /// See [`crate::pki::pkcs12::export`].
        pub fn export(
            &self,
            passphrase: &Zeroizing<String>,
            form: Form,
            rng: &mut impl CryptoRng,
        ) -> Result<Vec<u8>, PkiError> {
            crate::pki::pkcs12::export(&self.key, &self.chain, passphrase, form, rng)
        }
    }
}

/// The server's side.
pub mod server {
    use rand_core::CryptoRng;
    use time::OffsetDateTime;

    use super::{Answer, Completion, UserRequest};
    use crate::pki::{certificate::Certificate, chain::Chain, error::PkiError, key::IntermediateKey, name::Subject};

    /// After message 2: what is stored until message 3 arrives.
    pub struct Pending {
        /// The intermediate key.
        pub intermediate: IntermediateKey,
        /// The user certificate.
        pub user: Certificate,
    }

    /// Checks message 1 (proof of possession, subject, SAN, key) and answers it.
    pub fn answer(
        subject: &Subject,
        request: &UserRequest,
        now: OffsetDateTime,
        rng: &mut impl CryptoRng,
    ) -> Result<(Pending, Answer), PkiError> {
        let _ = (subject, request, now, rng);
        unimplemented!()
    }

    impl Pending {
        /// Checks message 3: the whole chain, and that its intermediate certifies our own intermediate key.
        pub fn accept(self, subject: &Subject, completion: &Completion) -> Result<(Chain, IntermediateKey), PkiError> {
            let _ = (self.user, self.intermediate, subject, completion);
            unimplemented!()
        }
    }
}

/// Bytes as base64 text in JSON.
pub(crate) mod base64 {
    use ::base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD
            .decode(String::deserialize(deserializer)?)
            .map_err(D::Error::custom)
    }
}
