//! One person with a chain, one contact with a certificate, and sealing for them.

use std::{convert::Infallible, sync::LazyLock};

use app::{
    address::EmailAddress,
    pki::{
        chain::Chain,
        contact,
        issuance::{browser, server as issuer},
        key::ContactKey,
        name::Subject,
        validity::Expiration,
    },
    profile::{Cipher, Hidden},
};
use getrandom::SysRng;
use pkcs8::EncodePrivateKey;
use rand_core::{TryCryptoRng, TryRng, UnwrapErr};
use server::{
    mail::rewritten::Rewritten,
    rewrite::{Facts, People, rewrite},
    seal::{self, AwsLc, Reader, sign::Signer},
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// What the tests seal for.
pub struct Person {
    pub chain: Chain,
    /// PKCS#8, which no function of ours gives out.
    pub key: Vec<u8>,
    pub signer: Signer,
    pub now: OffsetDateTime,
    mailbox: EmailAddress,
    relay_address: EmailAddress,
}

/// Made once for all tests of this program.
pub static PERSON: LazyLock<Person> = LazyLock::new(|| Person::new("ann@mailbox.example"));

impl Person {
    /// Issues a chain between a browser and a server, and a certificate for one contact.
    pub fn new(mailbox: &str) -> Self {
        let now = OffsetDateTime::now_utc();
        let rng = &mut UnwrapErr(SysRng);
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
        let relay_address: EmailAddress = "r-0123456789abcdef@relay.example".parse().unwrap();
        let contact = ContactKey::generate(rng).unwrap();
        let certificate = contact::issue(&chain, &intermediate, &contact, &relay_address, now, rng).unwrap();
        Self {
            signer: Signer::new(&certificate, &chain, &contact.to_pkcs8().unwrap()).unwrap(),
            chain,
            key: key.to_pkcs8_der().unwrap().as_bytes().to_vec(),
            now,
            mailbox: mailbox.parse().unwrap(),
            relay_address,
        }
    }

    pub fn rewrite(&self, received: &[u8]) -> Rewritten {
        self.rewrite_hiding(received, Hidden::default())
    }

    /// With something hidden outside.
    pub fn rewrite_hiding(&self, received: &[u8], hidden: Hidden) -> Rewritten {
        let facts = Facts {
            relay_address: &self.relay_address,
            loop_mark: "c0ffee",
            mailbox: &self.mailbox,
            sender: &"bob@example.org".parse().unwrap(),
            people: &People::default(),
            alias: &"amber@relay.example".parse().unwrap(),
            now: self.now,
            signed_with_time: false,
            seen: None,
            hidden,
            unsubscribe: None,
            message_id: &|id| format!("{}@relay.example", hex::encode(Sha256::digest(id))),
        };
        rewrite(received, &facts)
    }

    pub fn seal(&self, rewritten: &Rewritten) -> Vec<u8> {
        self.seal_with(rewritten, Cipher::Compatible)
    }

    pub fn seal_with(&self, rewritten: &Rewritten, cipher: Cipher) -> Vec<u8> {
        seal::seal(
            rewritten.clone(),
            &self.signer,
            Reader {
                certificate: self.chain.user(),
                cipher,
            },
            self.now,
            &mut UnwrapErr(SysRng),
        )
        .unwrap()
        .into_bytes()
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
