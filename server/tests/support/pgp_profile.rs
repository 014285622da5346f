//! A PGP profile of the person in a [`Home`], made as the page makes it.

use app::{id::ProfileId, profile::NO_END};
use server::{
    seal::pgp::{PersonKey, TrustKey},
    store::{profile::NewPgpProfile, profile_state::Change},
    vault::{MasterKeySource, Purpose, Vault},
};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::home::{Home, MASTER};

/// Of a public key, which is looked at as of `now`; active.
pub async fn active(home: &Home, key: &str, now: OffsetDateTime) -> ProfileId {
    let mailbox = home.store.mailboxes(home.account).await.unwrap()[0].clone();
    let person = PersonKey::read(key.as_bytes(), now).unwrap();
    let trust = TrustKey::generate("relay.example", &mailbox.address, now).unwrap();
    let vault = Vault::open(&MasterKeySource::Value(Zeroizing::new(MASTER.to_owned()))).unwrap();
    let secret = trust.to_secret().unwrap();
    let wrap = |profile: ProfileId| vault.wrap(Purpose::Certifier { profile }, &secret);
    let new = NewPgpProfile {
        mailbox: mailbox.id,
        relay_domain: "relay.example",
        person: person.to_bytes().unwrap(),
        trust: trust.public_armored().unwrap(),
        not_before: person.created_at(),
        not_after: person.expires_at().map_or(NO_END, |end| end - Duration::SECOND),
        name: "Phone",
    };
    let profile = home.store.add_pgp_profile(new, now, wrap).await.unwrap();
    let change = home.store.activate_profile(home.account, profile, true, now).await;
    assert_eq!(change.unwrap(), Change::Done);
    profile
}
