//! What is left in SQLite's files of keys that were deleted: nothing.

use std::{collections::HashSet, fs, path::Path};

use server::{
    store::{Store, route::ContactCertificate},
    vault::Wrapped,
};

use super::{
    NOW, address,
    issued::{ANN, RELAY, ready},
    outside, verified,
};

/// How many 16-byte pieces of the secrets are somewhere in the folder's files.
fn found(folder: &Path, secrets: &[Vec<u8>]) -> usize {
    let pieces: HashSet<_> = secrets.iter().flat_map(|secret| secret.chunks_exact(16)).collect();
    let mut seen = HashSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let hits = bytes.windows(16).filter_map(|window| pieces.get(window).copied());
        seen.extend(hits);
    }
    seen.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn deleted_keys_are_gone_from_the_files_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("sealpost.db").display());
    let store = Store::connect(&url).await.unwrap();
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let alias = store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    let mut profiles = Vec::new();
    for number in 0..6_u8 {
        let (profile, wrapped) = ready(&store, ann, mailbox).await;
        let mut secrets = vec![wrapped.0];
        for contact in 0..8_u8 {
            let who = outside(&format!("c{contact}@example.com"));
            let relay = address(&format!("r-{contact}@{RELAY}"));
            let contact = store.contact(alias, &who, &relay, NOW).await.unwrap();
            let mut key = vec![0; 1200 + 37 * usize::from(number)];
            getrandom::fill(&mut key).unwrap();
            let certificate = ANN.chain.user().der().to_vec();
            let added = ContactCertificate {
                certificate,
                key: Wrapped(key.clone()),
            };
            store.add_contact_certificate(contact.id, profile, added).await.unwrap();
            secrets.push(key);
        }
        profiles.push((profile, secrets));
    }
    let readers = (0..3).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            for _ in 0..200 {
                store.profiles(ann).await.unwrap();
                store.route("amber-otter").await.unwrap();
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    for index in [2, 0, 5, 3] {
        let (profile, secrets) = &profiles[index];
        assert!(found(folder.path(), secrets) > 9 * 60, "they were there");
        assert!(store.delete_profile(ann, *profile).await.unwrap());
        assert_eq!(found(folder.path(), secrets), 0);
    }
    for reader in readers {
        reader.await.unwrap();
    }
    let (_, kept) = &profiles[1];
    assert!(
        found(folder.path(), &kept[..1]) > 60,
        "what was not deleted is still there"
    );
    assert!(store.delete_alias(ann, alias).await.unwrap());
    assert_eq!(
        found(folder.path(), &kept[1..]),
        0,
        "an alias takes its contacts' keys with it"
    );
}
