//! A confirmed mailbox and an issued profile, made by the functions that the pages use.

use app::{
    id::{MailboxId, ProfileId},
    pki::{
        issuance::{
            browser::{self, Issued},
            server::answer,
        },
        name::Subject,
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

use super::MASTER;

/// Confirms an address.
pub async fn verify(store: &Store, account: AccountId, mailbox: MailboxId, now: OffsetDateTime) {
    let code = [1; 16];
    store
        .put_code(mailbox, code, 5, now + time::Duration::DAY)
        .await
        .unwrap();
    store.try_code(account, mailbox, code, now).await.unwrap();
}

/// A profile that was issued to a browser, which keeps the user key; ready, not active.
pub async fn ready(
    store: &Store,
    account: AccountId,
    mailbox: MailboxId,
    address: &str,
    now: OffsetDateTime,
) -> (ProfileId, Issued) {
    let rng = &mut UnwrapErr(SysRng);
    let subject = Subject {
        mailbox: address.parse().unwrap(),
        relay_domain: "relay.example".into(),
    };
    let (requested, request) = browser::start(subject.clone(), Expiration::SUGGESTED, rng).unwrap();
    let (pending, answer) = answer(&subject, &request, now, &AwsLc, rng).unwrap();
    let vault = Vault::open(&MasterKeySource::Value(Zeroizing::new(MASTER.to_owned()))).unwrap();
    let new = NewProfile {
        mailbox,
        relay_domain: "relay.example",
        user: &pending.user,
        name: "Phone",
    };
    let key = pending.intermediate.to_pkcs8().unwrap();
    let wrap = |profile: ProfileId| vault.wrap(Purpose::Certifier { profile }, &key);
    let (profile, _) = store.issue_profile(new, now, wrap).await.unwrap();
    let (issued, completion) = requested.finish(&answer, now, rng).unwrap();
    let (chain, _) = pending.accept(&subject, &completion).unwrap();
    store.complete_profile(account, profile, &chain, now).await.unwrap();
    (profile, issued)
}
