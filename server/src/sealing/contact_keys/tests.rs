//! Contact keys are made and certified on processors, never on an async thread.

use std::{pin::pin, sync::Arc, time::Duration};

use app::{
    id::ProfileId,
    pki::{
        issuance::{browser, server::answer},
        name::Subject,
        validity::Expiration,
    },
    profile::Settings,
};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use sequoia_openpgp::{cert::CertBuilder, serialize::SerializeInto};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::*;
use crate::{
    message_ids::MessageIdMap,
    processors::Processors,
    seal::{
        AwsLc,
        pgp::{PersonKey, TrustKey},
    },
    sealing::key_pool::KeyPool,
    store::{Store, keys::PgpKeys},
    unsubscribe::Links,
    vault::{MasterKeySource, Vault},
};

const RELAY: &str = "relay.example";
const MAILBOX: &str = "ann@example.org";
const PROFILE: ProfileId = ProfileId(1);

/// Looks that are taken while nothing may happen. Each lets everything else run.
const LOOKS: usize = 100;

/// A test plays the browser, as it takes both halves to make a chain; the program never does.
fn smime(now: OffsetDateTime) -> (ProfileKeys, Zeroizing<Vec<u8>>) {
    let rng = &mut UnwrapErr(SysRng);
    let subject = Subject {
        mailbox: MAILBOX.parse().unwrap(),
        relay_domain: RELAY.into(),
    };
    let (requested, request) = browser::start(subject.clone(), Expiration::SUGGESTED, rng).unwrap();
    let (pending, answer) = answer(&subject, &request, now, &AwsLc, rng).unwrap();
    let (_, completion) = requested.finish(&answer, now, rng).unwrap();
    let (chain, key) = pending.accept(&subject, &completion).unwrap();
    (ProfileKeys::Smime(Box::new(chain)), key.to_pkcs8().unwrap())
}

fn pgp(now: OffsetDateTime) -> (ProfileKeys, Zeroizing<Vec<u8>>) {
    let (person, _) = CertBuilder::general_purpose(Some(MAILBOX)).generate().unwrap();
    let trust = TrustKey::generate(RELAY, &MAILBOX.parse().unwrap(), now).unwrap();
    let keys = PgpKeys {
        person: PersonKey::from_stored(&person.to_vec().unwrap()).unwrap(),
        trust: trust.public_armored().unwrap(),
        trust_fingerprint: String::new(),
    };
    (ProfileKeys::Pgp(Box::new(keys)), trust.to_secret().unwrap())
}

#[tokio::test]
async fn contact_keys_are_certified_on_processors_only() {
    let now = OffsetDateTime::now_utc();
    let master = Zeroizing::new("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=".to_owned());
    let vault = Arc::new(Vault::open(&MasterKeySource::Value(master)).unwrap());
    let store = Store::connect("sqlite::memory:").await.unwrap();
    let processors = Processors::of_this_machine();
    let keys = Arc::new(KeyPool::new(store.clone(), Arc::clone(&vault), 1, processors.clone()));
    let sealing = Sealing::new(
        store.clone(),
        Arc::clone(&vault),
        MessageIdMap::new(store.clone(), Arc::clone(&vault), RELAY.into()),
        Arc::clone(&keys),
        Links::new(Arc::clone(&vault), None, RELAY.into()),
        RELAY.into(),
        processors.clone(),
    );
    // With a key in the pool, only the certificate is left to be made.
    let stop = CancellationToken::new();
    tokio::select! {
        () = keys.fill(stop) => {}
        () = async { while store.pooled_keys().await.unwrap() == 0 { sleep(Duration::from_millis(1)).await } } => {}
    }
    let address = "r-00@relay.example".parse().unwrap();
    for (keys, certifier) in [smime(now), pgp(now)] {
        let kind = keys.kind();
        let profile = ActiveProfile {
            id: PROFILE,
            keys,
            certifier: vault.wrap(Purpose::Certifier { profile: PROFILE }, &certifier).unwrap(),
            settings: Settings::default(),
        };
        let all = processors.all().await;
        let mut made = pin!(sealing.make(&profile, &address, now));
        for _ in 0..LOOKS {
            tokio::select! {
                biased;
                _ = &mut made => panic!("{kind:?}: made without a processor"),
                () = sleep(Duration::from_millis(1)) => {}
            }
        }
        assert_eq!(store.pooled_keys().await.unwrap(), 0);
        drop(all);
        assert!(made.await.is_ok(), "{kind:?}");
    }
}
