//! Defines the issuance of a chain: three messages between browser and server, and the state of each side.
//!
//! 1. The browser makes the user key and sends a PKCS#10 request for it with the validity.
//! 2. The server checks the request, makes the intermediate key, and answers with the user certificate and a PKCS#10 request of
//!    the intermediate.
//! 3. The browser checks the answer, makes the root key, signs root and intermediate, wipes the root key, and sends the two
//!    certificates. The server checks the whole chain.
//!
//! Each step consumes the one before it, so none can be repeated.
//!
//! The size of the keys is no field of a message, which could contradict the key in the request: the server reads it off that key,
//! and the browser refuses an intermediate of another size. Both sides are compiled into both programs, so `app/tests` plays the
//! exchange and tampers with every message without HTTP and without a database.

use serde::{Deserialize, Serialize};

use super::{key::KeySize, validity::Expiration};

/// The person's choices for a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// How long the chain is valid.
    pub expiration: Expiration,
    /// The key size of root, intermediate and user.
    pub key_size: KeySize,
}

impl From<Expiration> for Choice {
    /// Chooses keys of the standard size.
    fn from(expiration: Expiration) -> Self {
        let key_size = KeySize::STANDARD;
        Self { expiration, key_size }
    }
}

/// Message 1, browser to server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRequest {
    /// PKCS#10, DER, base64. Subject and rfc822Name are the mailbox. The size of its key sets the size for the whole
    /// chain.
    #[serde(with = "super::issuance::base64")]
    pub request: Vec<u8>,
    /// How long the chain is valid.
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
    use time::{Duration, OffsetDateTime};
    use zeroize::Zeroizing;

    use super::{Answer, Choice, Completion, UserRequest};
    use crate::pki::{
        certificate::Certificate,
        chain::Chain,
        error::{Check, Part, PkiError},
        issue,
        key::{PublicKey, RootKey, UserKey},
        mobileconfig,
        name::Subject,
        pkcs12::{self, Form},
        role::Role,
        template::Template,
        validity::{Expiration, Validity},
        verify::{fits, refused, requests},
    };

    /// Largest difference between the clocks of browser and server.
    const CLOCK_SKEW: Duration = Duration::hours(24);

    /// The browser's state after message 1.
    pub struct Requested {
        key: UserKey,
        subject: Subject,
        expiration: Expiration,
    }

    /// The browser's state after message 3, with everything that the export needs.
    pub struct Issued {
        key: UserKey,
        chain: Chain,
    }

    /// Generates the user key and message 1.
    pub fn start(
        subject: Subject,
        choice: impl Into<Choice>,
        rng: &mut impl CryptoRng,
    ) -> Result<(Requested, UserRequest), PkiError> {
        subject.check()?;
        let Choice { expiration, key_size } = choice.into();
        let key = UserKey::generate(key_size, rng)?;
        let request = issue::request(&Template::User(&subject), key.signatory().public(), key.signatory())?;
        let requested = Requested {
            key,
            subject,
            expiration,
        };
        Ok((requested, UserRequest { request, expiration }))
    }

    impl Requested {
        /// Checks message 2, creates root key and certificates, and zeroises the root key.
        ///
        /// It checks key, subject, SAN, dates, issuer and usages of the user certificate. The dates must fit `now` and
        /// the expiration. It checks signature, subject, key and key size of the intermediate's request.
        pub fn finish(
            self,
            answer: &Answer,
            now: OffsetDateTime,
            rng: &mut impl CryptoRng,
        ) -> Result<(Issued, Completion), PkiError> {
            let template = Template::Intermediate(&self.subject);
            let intermediate_key = requests(Part::IntermediateRequest, &answer.intermediate_request, &template, &[])?;
            if intermediate_key.size() != self.key.signatory().public().size() {
                return Err(refused(Part::IntermediateRequest, Check::PublicKey));
            }
            let intermediate_name = template.common_name(&intermediate_key);
            let user = Certificate::from_der(Role::User, &answer.user_certificate)?;
            if user.key() != self.key.signatory().public() {
                return Err(refused(Part::Certificate(Role::User), Check::PublicKey));
            }
            fits(
                &user,
                &Template::User(&self.subject),
                &intermediate_key,
                &intermediate_name,
            )?;
            let validity = self.validity(&user, now)?;
            let (root, intermediate) = certify(&self.subject, &intermediate_key, validity, rng)?;
            let completion = Completion {
                root: root.der().to_vec(),
                intermediate: intermediate.der().to_vec(),
            };
            // The server verifies the same way, so nothing is sent that it would refuse.
            let chain = Chain::verify(root, intermediate, user, &self.subject)?;
            Ok((Issued { key: self.key, chain }, completion))
        }

        /// Returns the validity of the user certificate. It must start about now and last as long as requested.
        fn validity(&self, user: &Certificate, now: OffsetDateTime) -> Result<Validity, PkiError> {
            let asked_for = Validity::starting(user.not_before(), self.expiration)?;
            let starts_now = (user.not_before() - now).abs() <= CLOCK_SKEW;
            if starts_now && user.not_after() == asked_for.not_after {
                Ok(asked_for)
            } else {
                Err(refused(Part::Certificate(Role::User), Check::Validity))
            }
        }
    }

    /// Creates the root, lets it sign itself and the intermediate, and drops its key. The key is wiped whenever this
    /// function returns, with an error or without.
    fn certify(
        subject: &Subject,
        intermediate: &PublicKey,
        validity: Validity,
        rng: &mut impl CryptoRng,
    ) -> Result<(Certificate, Certificate), PkiError> {
        let key = RootKey::generate(intermediate.size(), rng)?;
        let signatory = key.signatory();
        let issuer = (signatory.public(), signatory);
        let template = Template::Root(subject);
        let name = template.common_name(signatory.public());
        let root = issue::certificate(&template, signatory.public(), name.clone(), issuer, validity, rng)?;
        let template = Template::Intermediate(subject);
        let intermediate = issue::certificate(&template, intermediate, name, issuer, validity, rng)?;
        Ok((root, intermediate))
    }

    impl Issued {
        /// Returns the chain.
        pub fn chain(&self) -> &Chain {
            &self.chain
        }

        /// Writes the PKCS#12 file, see [`crate::pki::pkcs12::export`].
        pub fn export(
            &self,
            passphrase: &Zeroizing<String>,
            form: Form,
            rng: &mut impl CryptoRng,
        ) -> Result<Vec<u8>, PkiError> {
            pkcs12::export(&self.key, &self.chain, passphrase, form, rng)
        }

        /// Writes the configuration profile, see [`crate::pki::mobileconfig::export`].
        pub fn configuration_profile(
            &self,
            passphrase: &Zeroizing<String>,
            rng: &mut impl CryptoRng,
        ) -> Result<Vec<u8>, PkiError> {
            mobileconfig::export(&self.key, &self.chain, passphrase, rng)
        }
    }
}

/// The server's side.
pub mod server {
    use rand_core::CryptoRng;
    use time::OffsetDateTime;

    use super::{Answer, Completion, UserRequest};
    use crate::pki::{
        certificate::Certificate,
        chain::Chain,
        error::{Check, Part, PkiError},
        issue,
        key::{IntermediateKey, ReadKey},
        name::Subject,
        role::Role,
        template::{Template, requested},
        validity::Validity,
        verify::{refused, requests},
    };

    /// The server's state after message 2, stored until message 3 arrives.
    pub struct Pending {
        /// The intermediate key.
        pub intermediate: IntermediateKey,
        /// The user certificate.
        pub user: Certificate,
    }

    /// Checks message 1 (proof of possession, subject, SAN, key and its size) and answers it. `signer` signs with a new
    /// intermediate key of the same size. This takes up to seconds, so do not call it on an async worker thread.
    pub fn answer(
        subject: &Subject,
        request: &UserRequest,
        now: OffsetDateTime,
        reader: &dyn ReadKey,
        rng: &mut impl CryptoRng,
    ) -> Result<(Pending, Answer), PkiError> {
        subject.check()?;
        let template = Template::User(subject);
        let asked_for = [requested(&subject.mailbox)?];
        let key = requests(Part::UserRequest, &request.request, &template, &asked_for)?;
        let validity = Validity::starting(now, request.expiration)?;
        let intermediate = IntermediateKey::generate(key.size(), reader, rng)?;
        let public = intermediate.public();
        let above = Template::Intermediate(subject);
        let name = above.common_name(public);
        let user = issue::certificate(&template, &key, name, (public, &intermediate), validity, rng)?;
        let answer = Answer {
            user_certificate: user.der().to_vec(),
            intermediate_request: issue::request(&above, public, &intermediate)?,
        };
        Ok((Pending { intermediate, user }, answer))
    }

    impl Pending {
        /// Checks message 3: the whole chain, and that its intermediate certifies our own intermediate key.
        pub fn accept(self, subject: &Subject, completion: &Completion) -> Result<(Chain, IntermediateKey), PkiError> {
            let root = Certificate::from_der(Role::Root, &completion.root)?;
            let intermediate = Certificate::from_der(Role::Intermediate, &completion.intermediate)?;
            if intermediate.key() != self.intermediate.public() {
                return Err(refused(Part::Certificate(Role::Intermediate), Check::PublicKey));
            }
            let chain = Chain::verify(root, intermediate, self.user, subject)?;
            Ok((chain, self.intermediate))
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
