//! A confirmed mailbox and an issued profile, made by the functions that the pages use.

use std::sync::{Arc, LazyLock, OnceLock};

use app::{
    id::{MailboxId, ProfileId},
    pki::{
        chain::Chain,
        issuance::{
            browser::{self, Issued},
            server::answer,
        },
        name::Subject,
        pkcs12::Form,
        validity::Expiration,
    },
};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use server::{
    seal::AwsLc,
    store::{AccountId, Store, profile::NewProfile},
    vault::{MasterKeySource, Purpose, Vault},
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{MAILBOX, MASTER, PASSPHRASE, openssl};

/// Confirms an address.
pub async fn verify(store: &Store, account: AccountId, mailbox: MailboxId, now: OffsetDateTime) {
    let code = [1; 16];
    store
        .put_code(mailbox, code, 5, now + time::Duration::DAY)
        .await
        .unwrap();
    store.try_code(account, mailbox, code, now).await.unwrap();
}

/// The outcome of an issuance: of the browser, which keeps the user key, and of the relay.
pub struct Issuance {
    pub issued: Issued,
    /// When it was.
    at: OffsetDateTime,
    chain: Chain,
    intermediate_key: Zeroizing<Vec<u8>>,
    device: OnceLock<Vec<u8>>,
}

/// The issuance that homes of this hour have in common. Its keys take seconds to make, and its exported file to read. It is of a
/// minute ago: the first home looks at the clock before.
static OF_TODAY: LazyLock<Arc<Issuance>> = LazyLock::new(|| {
    Arc::new(Issuance::new(
        MAILBOX,
        OffsetDateTime::now_utc() - time::Duration::MINUTE,
    ))
});

impl Issuance {
    /// Of the home's mailbox at a time.
    pub fn of_home(now: OffsetDateTime) -> Arc<Self> {
        let hour = OF_TODAY.at..OF_TODAY.at + time::Duration::HOUR;
        match hour.contains(&now) {
            true => Arc::clone(&OF_TODAY),
            false => Arc::new(Self::new(MAILBOX, now)),
        }
    }

    /// With new keys.
    pub fn new(address: &str, at: OffsetDateTime) -> Self {
        let rng = &mut UnwrapErr(SysRng);
        let subject = Subject {
            mailbox: address.parse().unwrap(),
            relay_domain: "relay.example".into(),
        };
        let (requested, request) = browser::start(subject.clone(), Expiration::SUGGESTED, rng).unwrap();
        let (pending, answer) = answer(&subject, &request, at, &AwsLc, rng).unwrap();
        let intermediate_key = pending.intermediate.to_pkcs8().unwrap();
        let (issued, completion) = requested.finish(&answer, at, rng).unwrap();
        let (chain, _) = pending.accept(&subject, &completion).unwrap();
        Self {
            issued,
            at,
            chain,
            intermediate_key,
            device: OnceLock::new(),
        }
    }

    /// Stores the profile: ready, not active.
    pub async fn store(&self, store: &Store, account: AccountId, mailbox: MailboxId, now: OffsetDateTime) -> ProfileId {
        let vault = Vault::open(&MasterKeySource::Value(Zeroizing::new(MASTER.to_owned()))).unwrap();
        let new = NewProfile {
            mailbox,
            relay_domain: "relay.example",
            user: self.chain.user(),
            name: "Phone",
        };
        let wrap = |profile: ProfileId| vault.wrap(Purpose::Certifier { profile }, &self.intermediate_key);
        let (profile, _) = store.issue_profile(new, now, wrap).await.unwrap();
        store
            .complete_profile(account, profile, &self.chain, now)
            .await
            .unwrap();
        profile
    }

    /// The file that the person's devices get; its passphrase is [`PASSPHRASE`].
    pub fn export(&self) -> Vec<u8> {
        let passphrase = PASSPHRASE.to_owned().into();
        let exported = self.issued.export(&passphrase, Form::Modern, &mut UnwrapErr(SysRng));
        exported.unwrap()
    }

    /// The certificate and key of the person's device, in PEM form. To read the exported file takes OpenSSL long, as it is meant to.
    pub fn device(&self) -> &[u8] {
        self.device.get_or_init(|| {
            let pass = format!("pass:{PASSPHRASE}");
            openssl(&["pkcs12", "-nodes", "-passin", &pass], &self.export())
        })
    }
}
