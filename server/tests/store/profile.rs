use app::{
    id::ProfileId,
    profile::{ActivationFault, ProfileState},
};
use sea_orm::{ConnectionTrait, Database};
use server::{
    store::{
        AccountId, Store,
        keys::ProfileKeys,
        profile_state::Change,
        route::{Contact, ContactCertificate},
    },
    vault::{Purpose, Wrapped},
};
use time::Duration;

use super::{
    DAY, Db, NOW, account, address,
    issued::{ANN, RELAY, issue, ready},
    outside, verified,
};

async fn states(store: &Store, account: AccountId) -> Vec<(ProfileId, ProfileState)> {
    let profiles = store.profiles(account).await.unwrap();
    profiles.iter().map(|profile| (profile.id, profile.state)).collect()
}

pub async fn contact(store: &Store, account: AccountId, who: &str) -> Contact {
    let mailbox = store.mailboxes(account).await.unwrap()[0].id;
    let alias = match store.aliases(account).await.unwrap().first() {
        Some(alias) => alias.id,
        None => store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap(),
    };
    let relay = address(&format!("r-{who}@{RELAY}"));
    store
        .contact(alias, &outside(&format!("{who}@example.com")), &relay, NOW)
        .await
        .unwrap()
}

/// Any certificate will do: what is stored for a contact is not looked into.
pub fn contact_key(key: &[u8]) -> ContactCertificate {
    ContactCertificate {
        certificate: ANN.chain.user().der().to_vec(),
        key: Wrapped(key.to_vec()),
    }
}

fn is_anns(keys: &ProfileKeys) -> bool {
    matches!(keys, ProfileKeys::Smime(chain) if **chain == ANN.chain)
}

pub async fn profiles_of_a_release_without_names_are_told_apart(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    for _ in 0..3 {
        ready(&store, ann, mailbox).await;
    }
    let raw = Database::connect(store.url.as_str()).await.unwrap();
    let unnamed =
        "UPDATE profiles SET name = '' WHERE id IN (SELECT MIN(id) FROM profiles UNION SELECT MAX(id) FROM profiles)";
    raw.execute_unprepared(unnamed).await.unwrap();
    let profiles = store.profiles(ann).await.unwrap();
    let names: Vec<_> = profiles.iter().rev().map(|profile| profile.name.as_str()).collect();
    let first = app::profile_name::default_name(app::profile::ProfileKind::Smime, NOW);
    assert_eq!(names, [first.as_str(), "Phone (2)", &format!("{first} (2)")]);
}

pub async fn a_profile_goes_from_issued_to_active(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (eve, _) = account(&store, "eve@example.org").await;
    store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    let (id, wrapped) = issue(&store, mailbox, NOW).await;
    assert!(states(&store, ann).await.is_empty(), "not listed before it is complete");
    assert!(store.profile(ann, id).await.unwrap().is_none());
    assert_eq!(
        store.activate_profile(ann, id, true, NOW).await.unwrap(),
        Change::NotAllowed
    );
    assert!(
        !store.note_export(ann, id, NOW).await.unwrap(),
        "there is nothing to export yet"
    );
    assert!(store.pending_profile(eve, id, NOW).await.unwrap().is_none());
    let pending = store.pending_profile(ann, id, NOW).await.unwrap().unwrap();
    assert_eq!(
        (pending.subject.mailbox.as_str(), pending.subject.relay_domain.as_str()),
        ("ann@example.org", RELAY)
    );
    assert!(pending.user == *ANN.chain.user() && pending.intermediate == wrapped);
    assert_eq!(
        store.complete_profile(eve, id, &ANN.chain, NOW).await.unwrap(),
        Change::NotFound
    );
    assert_eq!(
        store.complete_profile(ann, id, &ANN.chain, NOW).await.unwrap(),
        Change::Done
    );
    assert_eq!(
        store.complete_profile(ann, id, &ANN.chain, NOW).await.unwrap(),
        Change::NotAllowed
    );
    assert!(store.pending_profile(ann, id, NOW).await.unwrap().is_none());
    assert_eq!(states(&store, ann).await, [(id, ProfileState::Ready)]);
    assert!(store.route("amber-otter").await.unwrap().unwrap().active.is_none());
    for change in [
        store.activate_profile(eve, id, true, NOW).await,
        store.deactivate_profile(eve, id, NOW).await,
    ] {
        assert_eq!(change.unwrap(), Change::NotFound);
    }
    let before = store.changes();
    assert!(store.profile(eve, id).await.unwrap().is_none() && !store.delete_profile(eve, id).await.unwrap());
    assert_eq!(store.changes(), before, "no cache forgets");
    assert!(!store.note_export(eve, id, NOW).await.unwrap());
    assert_eq!(
        store.activate_profile(ann, id, true, NOW).await.unwrap(),
        Change::Declined(ActivationFault::NotExported)
    );
    assert!(store.note_export(ann, id, NOW).await.unwrap());
    assert_eq!(store.activate_profile(ann, id, true, NOW).await.unwrap(), Change::Done);
    let active = store.route("amber-otter").await.unwrap().unwrap().active.unwrap();
    assert!(active.id == id && is_anns(&active.keys) && active.certifier == wrapped);
    let key = ANN
        .vault
        .unwrap(Purpose::Certifier { profile: id }, &active.certifier)
        .unwrap();
    assert!(*key == *ANN.key);
    assert_eq!(store.deactivate_profile(ann, id, NOW).await.unwrap(), Change::Done);
    assert!(store.route("amber-otter").await.unwrap().unwrap().active.is_none());
    let detail = store.profile(ann, id).await.unwrap().unwrap();
    assert!(is_anns(&detail.keys) && detail.address == address("ann@example.org"));
    assert_eq!(detail.profile.not_after - detail.profile.not_before, DAY * 100);
}

pub async fn only_the_first_activation_turns_the_kill_switch_on(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let kill_switch = || async { store.mailbox(ann, mailbox).await.unwrap().unwrap().kill_switch };
    let (first, _) = ready(&store, ann, mailbox).await;
    let (second, _) = ready(&store, ann, mailbox).await;
    assert!(!kill_switch().await);
    store.activate_profile(ann, first, true, NOW).await.unwrap();
    assert!(kill_switch().await);
    store.set_kill_switch(ann, mailbox, false).await.unwrap();
    for id in [first, second] {
        store.activate_profile(ann, id, true, NOW).await.unwrap();
        assert!(!kill_switch().await, "the person's choice stands");
    }
    assert_eq!(
        states(&store, ann).await,
        [(second, ProfileState::Active), (first, ProfileState::Ready)]
    );
}

pub async fn one_profile_is_active_even_when_two_are_activated_at_once(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(ready(&store, ann, mailbox).await.0);
    }
    for _ in 0..5 {
        let activations = ids.iter().map(|id| {
            let (store, id) = (store.clone(), *id);
            tokio::spawn(async move { store.activate_profile(ann, id, true, NOW).await.unwrap() })
        });
        for activation in activations.collect::<Vec<_>>() {
            assert_eq!(activation.await.unwrap(), Change::Done);
        }
        let states = states(&store, ann).await;
        let active = states.iter().filter(|(_, state)| *state == ProfileState::Active);
        assert_eq!(active.count(), 1);
    }
}

pub async fn the_database_itself_holds_a_mailbox_to_one_active_profile(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    ready(&store, ann, mailbox).await;
    ready(&store, ann, mailbox).await;
    let raw = Database::connect(store.url.as_str()).await.unwrap();
    let run = |sql: &'static str| {
        let raw = &raw;
        async move { raw.execute_unprepared(sql).await }
    };
    assert!(run("UPDATE profiles SET state = 'active'").await.is_err());
    assert!(run("UPDATE profiles SET state = 'expired'").await.is_err());
    assert!(run("UPDATE profiles SET root = NULL").await.is_err());
    run("UPDATE profiles SET state = 'active' WHERE id = 1").await.unwrap();
}

pub async fn an_expired_profile_can_only_be_deleted(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (id, _) = ready(&store, ann, mailbox).await;
    let end = ANN.chain.user().not_after();
    assert_eq!(
        store.activate_profile(ann, id, true, end).await.unwrap(),
        Change::Done,
        "its last second counts"
    );
    let past = end + Duration::SECOND;
    assert_eq!(
        store.activate_profile(ann, id, true, past).await.unwrap(),
        Change::NotAllowed
    );
    assert_eq!(
        store.deactivate_profile(ann, id, past).await.unwrap(),
        Change::NotAllowed
    );
    assert!(store.delete_profile(ann, id).await.unwrap());
    assert!(states(&store, ann).await.is_empty());
}

pub async fn issuances_that_were_given_up_are_removed(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let hour = Duration::HOUR;
    let open = |id, at| {
        let store = store.clone();
        async move { store.pending_profile(ann, id, at).await.unwrap().is_some() }
    };
    let (first, _) = issue(&store, mailbox, NOW).await;
    assert!(open(first, NOW + hour - Duration::SECOND).await && !open(first, NOW + hour).await);
    for _ in 0..4 {
        issue(&store, mailbox, NOW + Duration::MINUTE).await;
    }
    assert!(open(first, NOW + Duration::MINUTE).await);
    let (sixth, _) = issue(&store, mailbox, NOW + Duration::MINUTE).await;
    assert!(
        !open(first, NOW + Duration::MINUTE).await,
        "the oldest of six gives way"
    );
    assert!(open(sixth, NOW + Duration::MINUTE).await);
    let (kept, _) = ready(&store, ann, mailbox).await;
    store.prune(NOW + hour * 2).await.unwrap();
    let raw = Database::connect(store.url.as_str()).await.unwrap();
    let rows = "SELECT id FROM profiles".to_owned();
    let statement = sea_orm::Statement::from_string(raw.get_database_backend(), rows);
    assert_eq!(raw.query_all_raw(statement).await.unwrap().len(), 1);
    assert_eq!(states(&store, ann).await, [(kept, ProfileState::Ready)]);
}

pub async fn the_first_certificate_of_a_contact_wins(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (profile, _) = ready(&store, ann, mailbox).await;
    let contact = contact(&store, ann, "shop").await.id;
    assert!(store.contact_certificate(contact, profile).await.unwrap().is_none());
    let additions = (0..12_u8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let added = store
                .add_contact_certificate(contact, profile, contact_key(&[number; 9]))
                .await;
            added.unwrap().key
        })
    });
    let mut keys = Vec::new();
    for addition in additions.collect::<Vec<_>>() {
        keys.push(addition.await.unwrap());
    }
    assert!(keys.iter().all(|key| *key == keys[0]));
    let stored = store.contact_certificate(contact, profile).await.unwrap().unwrap();
    assert!(stored.key == keys[0] && stored.certificate == ANN.chain.user().der());
}

pub async fn deleting_a_profile_deletes_what_was_made_under_it(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (gone, _) = ready(&store, ann, mailbox).await;
    let (kept, _) = ready(&store, ann, mailbox).await;
    let contact = contact(&store, ann, "shop").await;
    for profile in [gone, kept] {
        store
            .add_contact_certificate(contact.id, profile, contact_key(b"key"))
            .await
            .unwrap();
    }
    assert!(store.delete_profile(ann, gone).await.unwrap());
    assert!(!store.delete_profile(ann, gone).await.unwrap());
    assert!(store.contact_certificate(contact.id, gone).await.unwrap().is_none());
    assert!(store.contact_certificate(contact.id, kept).await.unwrap().is_some());
    assert!(
        store
            .add_contact_certificate(contact.id, gone, contact_key(b"key"))
            .await
            .is_err()
    );
    let alias = store.aliases(ann).await.unwrap()[0].id;
    store.delete_alias(ann, alias).await.unwrap();
    assert!(store.contact_certificate(contact.id, kept).await.unwrap().is_none());
}
