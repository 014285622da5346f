//! One person with a chain, two contacts with certificates, and opening for them.

use std::{convert::Infallible, sync::LazyLock};

use app::{
    address::EmailAddress,
    pki::{
        certificate::Certificate,
        chain::Chain,
        contact,
        issuance::{browser, server as issuer},
        key::{ContactKey, IntermediateKey},
        name::Subject,
        validity::Expiration,
    },
};
use getrandom::SysRng;
use pkcs8::EncodePrivateKey;
use rand_core::{CryptoRng, TryCryptoRng, TryRng, UnwrapErr};
use server::seal::{
    AwsLc,
    open::{OpenError, Opened, Recipient, open},
};
use sha2::{Digest, Sha256};
use time::{OffsetDateTime, macros::datetime};
use zeroize::Zeroizing;

/// A contact's certificate and key.
pub struct Contact {
    pub certificate: Certificate,
    pub key: Zeroizing<Vec<u8>>,
}

/// A person, as far as opening goes.
pub struct Home {
    pub chain: Chain,
    /// The user key, PKCS#8, which no function of ours gives out.
    pub user_key: Vec<u8>,
    pub contact: Contact,
    pub other_contact: Contact,
}

/// Made once for all tests of this program.
pub static HOME: LazyLock<Home> = LazyLock::new(|| Home::now("ann@mailbox.example"));

/// Somebody else.
pub static STRANGER: LazyLock<Home> = LazyLock::new(|| Home::now("eve@mailbox.example"));

/// The same for ever: what was encrypted to it once can be opened in every later run.
pub static LASTING: LazyLock<Home> = LazyLock::new(|| {
    let rng = &mut Seeded::new([7; 32]);
    Home::new("ann@mailbox.example", datetime!(2026-11-24 00:00 UTC), rng)
});

/// The answer that the tests send: a MIME entity.
pub const ANSWER: &str = "Content-Type: text/plain; charset=utf-8\r\n\r\nThe treasure is under the old oak.\r\n";

impl Home {
    fn now(mailbox: &str) -> Self {
        Self::new(mailbox, OffsetDateTime::now_utc(), &mut UnwrapErr(SysRng))
    }

    fn new(mailbox: &str, now: OffsetDateTime, rng: &mut impl CryptoRng) -> Self {
        let subject = Subject {
            mailbox: mailbox.parse().unwrap(),
            relay_domain: "relay.example".into(),
        };
        let seed = Sha256::digest(mailbox).into();
        let (requested, request) =
            browser::start(subject.clone(), Expiration::SUGGESTED, &mut Seeded::new(seed)).unwrap();
        let (pending, answer) = issuer::answer(&subject, &request, now, &AwsLc, rng).unwrap();
        let (_, completion) = requested.finish(&answer, now, rng).unwrap();
        let (chain, intermediate) = pending.accept(&subject, &completion).unwrap();
        // The same generator makes the same key again: the way to a user key that never leaves the browser.
        let key = rsa::PrivateKey::new(&mut Seeded::new(seed), 2048).unwrap();
        Self {
            contact: Contact::new("r-0123456789abcdef@relay.example", &chain, &intermediate, now, rng),
            other_contact: Contact::new("r-fedcba9876543210@relay.example", &chain, &intermediate, now, rng),
            chain,
            user_key: key.to_pkcs8_der().unwrap().as_bytes().to_vec(),
        }
    }

    /// Opens a message to the contact with the keys of both.
    pub fn open(&self, message: &[u8]) -> Result<Opened, OpenError> {
        let recipients = [self.other_contact.recipient(), self.contact.recipient()];
        open(message, &recipients, &[self.chain.user()], &mut UnwrapErr(SysRng))
    }

    /// Opens; the answer must be inside, signed by the person.
    #[track_caller]
    pub fn opens(&self, message: &[u8]) -> Opened {
        let opened = self.open(message).unwrap();
        let entity = String::from_utf8_lossy(&opened.entity);
        assert!(entity.contains("The treasure is under the old oak."), "{entity}");
        let signature = opened.signature.as_ref().expect("a signature that holds");
        assert_eq!(signature.signer, self.chain.user().der());
        opened
    }
}

impl Contact {
    fn new(
        address: &str,
        chain: &Chain,
        intermediate: &IntermediateKey,
        now: OffsetDateTime,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let address: EmailAddress = address.parse().unwrap();
        let key = ContactKey::generate(rng).unwrap();
        Self {
            certificate: contact::issue(chain, intermediate, &key, &address, now, rng).unwrap(),
            key: key.to_pkcs8().unwrap(),
        }
    }

    pub fn recipient(&self) -> Recipient<'_> {
        Recipient {
            certificate: &self.certificate,
            key: &self.key,
        }
    }
}

/// Deterministic randomness: SHA-256 of a counter under a seed.
struct Seeded {
    seed: [u8; 32],
    counter: u64,
}

impl Seeded {
    fn new(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0 }
    }
}

impl TryRng for Seeded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.try_next_u64()? as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_le_bytes(octets))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        for chunk in to.chunks_mut(32) {
            let block = Sha256::new()
                .chain_update(self.seed)
                .chain_update(self.counter.to_le_bytes())
                .finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
            self.counter += 1;
        }
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}
