//! Carries out the commands of the key worker, wherever it runs. Randomness and time are parameters.

use rand_core::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::protocol::{Answer, Command, CustodyError, Event, Package};
use crate::pki::{
    issuance::{
        self, Choice,
        browser::{self, Issued, Requested},
    },
    name::Subject,
    role::Role,
    view::CertificateView,
};

/// At most one user key, and the state of its issuance. Dropping it wipes the key.
#[derive(Default)]
pub enum Keys {
    /// There is no key.
    #[default]
    None,
    /// The user key exists, and message 1 was sent.
    Requested(Box<Requested>),
    /// The chain is complete.
    Issued(Box<Issued>),
}

impl Keys {
    /// Carries out one command.
    pub fn obey(&mut self, command: Command, now: OffsetDateTime, rng: &mut impl CryptoRng) -> Answer {
        let answer = match command {
            Command::Start { subject, choice } => self.start(subject, choice, rng),
            Command::Finish { answer } => self.finish(&answer, now, rng),
            Command::Export { passphrase, package } => self.export(&passphrase, package, rng),
            Command::End => {
                *self = Self::None;
                Ok(Answer::Event(Event::Ended))
            }
        };
        answer.unwrap_or_else(|error| Answer::Event(Event::Failed { error }))
    }

    fn start(&mut self, subject: Subject, choice: Choice, rng: &mut impl CryptoRng) -> Result<Answer, CustodyError> {
        *self = Self::None;
        let (requested, request) = browser::start(subject, choice, rng).map_err(CustodyError::Pki)?;
        *self = Self::Requested(Box::new(requested));
        Ok(Answer::Event(Event::Requested { request }))
    }

    /// Finishes the issuance. An error ends it, because a server that answered wrongly gets no second try with the same
    /// key.
    fn finish(
        &mut self,
        answer: &issuance::Answer,
        now: OffsetDateTime,
        rng: &mut impl CryptoRng,
    ) -> Result<Answer, CustodyError> {
        let Self::Requested(requested) = std::mem::take(self) else {
            return Err(CustodyError::NoKey);
        };
        let (issued, completion) = requested.finish(answer, now, rng).map_err(CustodyError::Pki)?;
        let chain = issued.chain();
        let certificates = [
            (Role::User, chain.user()),
            (Role::Root, chain.root()),
            (Role::Intermediate, chain.intermediate()),
        ]
        .map(|(role, certificate)| CertificateView::of(role, certificate))
        .into();
        *self = Self::Issued(Box::new(issued));
        Ok(Answer::Event(Event::Issued {
            completion,
            certificates,
        }))
    }

    fn export(
        &self,
        passphrase: &Zeroizing<String>,
        package: Package,
        rng: &mut impl CryptoRng,
    ) -> Result<Answer, CustodyError> {
        let Self::Issued(issued) = self else {
            return Err(CustodyError::NoKey);
        };
        let file = match package {
            Package::Pkcs12(form) => issued.export(passphrase, form, rng),
            Package::ConfigurationProfile => issued.configuration_profile(passphrase, rng),
        };
        file.map(Answer::Exported).map_err(CustodyError::Pki)
    }
}

#[cfg(test)]
mod tests {
    use getrandom::{SysRng, rand_core::UnwrapErr};
    use rsa::{PrivateKey, pkcs1v15::SigningKey, pkcs8::DecodePrivateKey};
    use sha2::Sha256;
    use signature::{SignatureEncoding, Signer};
    use time::macros::datetime;

    use super::*;
    use crate::pki::{
        PkiError,
        issuance::server,
        key::{ReadKey, Sign},
        pkcs12::Form,
        validity::Expiration,
    };

    const NOW: OffsetDateTime = datetime!(2026-11-24 3:00 UTC);

    fn subject() -> Subject {
        Subject {
            mailbox: "ann@example.org".parse().unwrap(),
            relay_domain: "relay.example".to_owned(),
        }
    }

    /// A signer for tests, where nobody measures time.
    struct InTests;

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

    fn obey(keys: &mut Keys, command: Command) -> Answer {
        // Every command travels as JSON.
        let json = serde_json::to_string(&command).unwrap();
        keys.obey(serde_json::from_str(&json).unwrap(), NOW, &mut UnwrapErr(SysRng))
    }

    fn failed(error: CustodyError) -> Answer {
        Answer::Event(Event::Failed { error })
    }

    fn start(keys: &mut Keys) -> issuance::UserRequest {
        let (subject, choice) = (subject(), Expiration::SUGGESTED.into());
        match obey(keys, Command::Start { subject, choice }) {
            Answer::Event(Event::Requested { request }) => request,
            other => panic!("{other:?}"),
        }
    }

    fn export_as(package: Package, passphrase: &str) -> Command {
        let passphrase = Zeroizing::new(passphrase.to_owned());
        Command::Export { passphrase, package }
    }

    fn export(passphrase: &str) -> Command {
        export_as(Package::Pkcs12(Form::Compatible), passphrase)
    }

    #[test]
    fn key_is_exported_once_issued_and_gone_once_ended() {
        let mut keys = Keys::default();
        assert_eq!(obey(&mut keys, export("long enough")), failed(CustodyError::NoKey));
        let request = start(&mut keys);
        assert_eq!(obey(&mut keys, export("long enough")), failed(CustodyError::NoKey));
        let (_, answer) = server::answer(&subject(), &request, NOW, &InTests, &mut UnwrapErr(SysRng)).unwrap();
        let Answer::Event(Event::Issued { certificates, .. }) = obey(&mut keys, Command::Finish { answer }) else {
            panic!("not issued");
        };
        let roles: Vec<_> = certificates.iter().map(|certificate| certificate.role).collect();
        assert_eq!(roles, [Role::User, Role::Root, Role::Intermediate]);
        assert_eq!(
            obey(&mut keys, export("short")),
            failed(CustodyError::Pki(PkiError::PassphraseTooShort))
        );
        assert!(matches!(obey(&mut keys, export("long enough")), Answer::Exported(_)));
        assert!(matches!(obey(&mut keys, export("another one")), Answer::Exported(_)));
        let Answer::Exported(profile) = obey(&mut keys, export_as(Package::ConfigurationProfile, "long enough")) else {
            panic!("not exported");
        };
        assert!(profile.starts_with(b"<?xml"));
        assert_eq!(obey(&mut keys, Command::End), Answer::Event(Event::Ended));
        assert_eq!(obey(&mut keys, export("long enough")), failed(CustodyError::NoKey));
    }

    #[test]
    fn wrong_answer_ends_the_issuance() {
        let mut keys = Keys::default();
        let request = start(&mut keys);
        let (_, answer) = server::answer(&subject(), &request, NOW, &InTests, &mut UnwrapErr(SysRng)).unwrap();
        let mut wrong = answer.clone();
        wrong.user_certificate.truncate(100);
        let refused = obey(&mut keys, Command::Finish { answer: wrong });
        assert!(matches!(
            refused,
            Answer::Event(Event::Failed {
                error: CustodyError::Pki(_)
            })
        ));
        assert_eq!(obey(&mut keys, Command::Finish { answer }), failed(CustodyError::NoKey));
    }
}
