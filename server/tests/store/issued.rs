//! Profiles, issued by the real exchange. Making keys takes a while, so one chain is shared by all tests.

use std::sync::LazyLock;

use app::{
    id::{MailboxId, ProfileId},
    pki::{
        chain::Chain,
        issuance::{browser, server::answer},
        name::Subject,
        validity::{Expiration, Unit},
    },
};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use server::{
    seal::AwsLc,
    store::{AccountId, Store, profile::NewProfile, profile_state::Change},
    vault::{MasterKeySource, Purpose, Vault, Wrapped},
};
use zeroize::Zeroizing;

use super::{NOW, address};

pub const RELAY: &str = "relay.example";

/// The chain of ann@example.org, valid for 100 days, and its intermediate key.
pub struct Material {
    pub chain: Chain,
    pub key: Zeroizing<Vec<u8>>,
    pub vault: Vault,
}

pub static ANN: LazyLock<Material> = LazyLock::new(|| {
    let rng = &mut UnwrapErr(SysRng);
    let subject = Subject {
        mailbox: address("ann@example.org"),
        relay_domain: RELAY.to_owned(),
    };
    let expiration = Expiration {
        amount: 100,
        unit: Unit::Days,
    };
    let (requested, request) = browser::start(subject.clone(), expiration, rng).unwrap();
    let (pending, answer) = answer(&subject, &request, NOW, &AwsLc, rng).unwrap();
    let (_, completion) = requested.finish(&answer, NOW, rng).unwrap();
    let (chain, key) = pending.accept(&subject, &completion).unwrap();
    let master = Zeroizing::new("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=".to_owned());
    Material {
        chain,
        key: key.to_pkcs8().unwrap(),
        vault: Vault::open(&MasterKeySource::Value(master)).unwrap(),
    }
});

/// An issued profile, and its wrapped key.
pub async fn issue(store: &Store, mailbox: MailboxId, now: time::OffsetDateTime) -> (ProfileId, Wrapped) {
    let new = NewProfile {
        mailbox,
        relay_domain: RELAY,
        user: ANN.chain.user(),
        name: "Phone",
    };
    let mut wrapped = Wrapped(Vec::new());
    let wrap = |profile: ProfileId| {
        wrapped = ANN.vault.wrap(Purpose::Certifier { profile }, &ANN.key)?;
        Ok(wrapped.clone())
    };
    let (id, _) = store.issue_profile(new, now, wrap).await.unwrap();
    (id, wrapped)
}

/// A profile in state `ready` whose key was exported, and its wrapped key.
pub async fn ready(store: &Store, account: AccountId, mailbox: MailboxId) -> (ProfileId, Wrapped) {
    let (id, wrapped) = issue(store, mailbox, NOW).await;
    let completed = store.complete_profile(account, id, &ANN.chain, NOW).await.unwrap();
    assert_eq!(completed, Change::Done);
    assert!(store.note_export(account, id, NOW).await.unwrap());
    (id, wrapped)
}
