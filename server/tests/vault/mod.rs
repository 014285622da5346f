//! The vault: its file, and what a wrapped key withstands.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    time::Duration,
};

use app::id::{ContactId, ProfileId};
use server::{
    store::{
        Store, StoreError,
        rotation::{self, Rotation},
    },
    vault::{KeyCommand, MasterKeySource, Purpose, Vault, VaultError, Which, Wrapped},
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

const PURPOSE: Purpose = Purpose::Certifier { profile: ProfileId(7) };

fn own(path: &Path) -> Result<Vault, VaultError> {
    Vault::open(&MasterKeySource::Own(path.to_owned()))
}

fn value(text: &str) -> Result<Vault, VaultError> {
    Vault::open(&MasterKeySource::Value(Zeroizing::new(text.to_owned())))
}

fn folder_with_key(text: &str, mode: u32) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    (folder, path)
}

/// 32 bytes of 0x41.
const KEY: &str = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";

#[test]
fn first_start_makes_a_private_file_and_the_next_one_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let wrapped = own(&path).unwrap().wrap(PURPOSE, b"a key").unwrap();
    let written = fs::read(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(
        own(&path).unwrap().unwrap(PURPOSE, &wrapped).unwrap().as_slice(),
        b"a key"
    );
    assert_eq!(fs::read(&path).unwrap(), written, "never written again");
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["master.key"], "no draft is left");
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    for mode in [0o640, 0o604, 0o660, 0o602] {
        let (_folder, path) = folder_with_key(KEY, mode);
        assert!(matches!(own(&path), Err(VaultError::Exposed { .. })), "{mode:o}");
    }
}

#[test]
fn a_file_that_holds_no_key_is_refused_and_kept() {
    for text in [
        "",
        "c2hvcnQ=",
        "not base64 at all, and quite long as it is",
        &format!("{KEY}{KEY}"),
    ] {
        let (_folder, path) = folder_with_key(text, 0o600);
        assert!(matches!(own(&path), Err(VaultError::Malformed)), "{text}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn the_operators_file_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let opened = Vault::open(&MasterKeySource::File(path.clone()));
    assert!(matches!(opened, Err(VaultError::File { .. })));
    assert!(!path.exists());
}

#[test]
fn file_and_value_are_the_same_key() {
    let (_folder, path) = folder_with_key(&format!("{KEY}\n"), 0o400);
    let wrapped = own(&path).unwrap().wrap(PURPOSE, b"a key").unwrap();
    let opened = value(KEY).unwrap().unwrap(PURPOSE, &wrapped).unwrap();
    assert_eq!(opened.as_slice(), b"a key");
}

#[test]
fn a_wrapped_key_opens_only_whole_and_only_where_it_belongs() {
    let vault = value(KEY).unwrap();
    let wrapped = vault.wrap(PURPOSE, b"a key").unwrap();
    let opens = |purpose, wrapped: &Wrapped| vault.unwrap(purpose, wrapped).is_ok();
    assert!(opens(PURPOSE, &wrapped));
    for position in 0..wrapped.0.len() {
        let mut tampered = wrapped.clone();
        tampered.0[position] ^= 1;
        assert!(!opens(PURPOSE, &tampered), "byte {position}");
        assert!(
            !opens(PURPOSE, &Wrapped(wrapped.0[..position].to_vec())),
            "length {position}"
        );
    }
    for elsewhere in [
        Purpose::Certifier { profile: ProfileId(8) },
        Purpose::ContactKey {
            profile: ProfileId(7),
            contact: ContactId(0),
        },
        Purpose::KeyCheck,
    ] {
        assert!(!opens(elsewhere, &wrapped), "{elsewhere:?}");
    }
    let contact = vault
        .wrap(
            Purpose::ContactKey {
                profile: ProfileId(1),
                contact: ContactId(2),
            },
            b"a key",
        )
        .unwrap();
    assert!(!opens(
        Purpose::ContactKey {
            profile: ProfileId(2),
            contact: ContactId(1)
        },
        &contact
    ));
}

#[test]
fn the_same_key_wraps_differently_each_time_and_never_as_it_is() {
    let vault = value(KEY).unwrap();
    let key = [0x5a; 64];
    let (one, two) = (vault.wrap(PURPOSE, &key).unwrap(), vault.wrap(PURPOSE, &key).unwrap());
    assert!(one != two);
    assert!(!one.0.windows(8).any(|window| window == &key[..8]));
}

/// Somebody else's HMAC and AES-256-GCM, given the master key and what the module's documentation says.
#[test]
fn another_implementation_opens_what_was_wrapped_and_makes_the_same_pseudonym() {
    use aws_lc_rs::{aead, hmac};
    let tag = |key: &[u8], of: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), of);
    let vault = value(KEY).unwrap();
    let purpose = Purpose::ContactKey {
        profile: ProfileId(7),
        contact: ContactId(9),
    };
    let wrapped = vault.wrap(purpose, b"a key").unwrap();
    let wrapping = tag(&[0x41; 32], b"sealpost wrapping 1");
    let key = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_256_GCM, wrapping.as_ref()).unwrap());
    let (nonce, sealed) = wrapped.0.split_at(12);
    let aad = [&[2], 7_i64.to_be_bytes().as_slice(), &9_i64.to_be_bytes()].concat();
    let mut sealed = sealed.to_vec();
    let nonce = aead::Nonce::try_assume_unique_for_key(nonce).unwrap();
    assert_eq!(
        key.open_in_place(nonce, aead::Aad::from(aad), &mut sealed).unwrap(),
        b"a key"
    );
    let naming = tag(&[0x41; 32], b"sealpost naming 1");
    let labelled = tag(naming.as_ref(), b"message id");
    assert_eq!(
        vault.pseudonym("message id", b"x"),
        tag(labelled.as_ref(), b"x").as_ref()[..16]
    );
}

#[test]
fn pseudonyms_are_stable_and_differ_by_label_text_and_key() {
    let vault = value(KEY).unwrap();
    let other = value("QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=").unwrap();
    let name = vault.pseudonym("a", b"x");
    assert_eq!(name, value(KEY).unwrap().pseudonym("a", b"x"));
    for different in [
        vault.pseudonym("b", b"x"),
        vault.pseudonym("a", b"y"),
        other.pseudonym("a", b"x"),
    ] {
        assert_ne!(name, different);
    }
}

#[tokio::test]
async fn a_database_is_refused_under_another_master_key() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("sealpost.db").display());
    let vault = value(KEY).unwrap();
    Store::connect(&url).await.unwrap().bind(&vault).await.unwrap();
    let store = Store::connect(&url).await.unwrap();
    store.bind(&vault).await.unwrap();
    let other = own(&folder.path().join("master.key")).unwrap();
    assert!(matches!(store.bind(&other).await, Err(StoreError::ForeignMasterKey)));
}

/// A script of the operator's that prints the key.
fn script(lines: &str) -> (tempfile::TempDir, MasterKeySource) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master key");
    fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    let command = KeyCommand::parse(&format!("'{}' decrypt '$HOME'", path.display())).unwrap();
    (folder, MasterKeySource::Command(command.within(Duration::from_secs(3))))
}

#[test]
fn the_key_is_what_a_command_prints() {
    let hexadecimal = "41".repeat(32);
    let wrapped = value(KEY).unwrap().wrap(PURPOSE, b"a key").unwrap();
    for prints in [KEY, &hexadecimal] {
        // No shell reads the arguments.
        let lines = format!("[ \"$2\" = '$HOME' ] && echo much >&2 && head -c 300000 /dev/zero >&2 && echo {prints}");
        let (_folder, source) = script(&lines);
        let opened = Vault::open(&source).unwrap();
        assert_eq!(opened.unwrap(PURPOSE, &wrapped).unwrap().as_slice(), b"a key");
        let from_text = value(prints).unwrap();
        assert_eq!(from_text.unwrap(PURPOSE, &wrapped).unwrap().as_slice(), b"a key");
    }
}

#[test]
fn of_a_command_that_fails_the_error_output_is_shown_and_never_the_output() {
    let cases = [
        (
            format!("echo {KEY}; echo no token >&2; exit 3"),
            "exit status: 3, and said: no token",
        ),
        (format!("echo {KEY}; sleep 60"), "did not end within 3 seconds"),
        (format!("echo {KEY}; sleep 60 & exit 0"), "did not end within 3 seconds"),
        (format!("while echo {KEY}; do :; done"), "printed more than 1024 octets"),
        ("printf '\\377'".to_owned(), "printed something that is no text"),
        (format!("echo {KEY}x"), "is not 32 bytes in base64"),
    ];
    for (lines, says) in cases {
        let (folder, source) = script(&lines);
        let error = Vault::open(&source).err().unwrap();
        let said = server::causes::chain(&error);
        assert!(said.contains(says), "{lines}: {said}");
        assert!(
            !said.contains(&KEY[..8]) && !format!("{error:?}").contains(&KEY[..8]),
            "{said}"
        );
        drop(folder);
    }
    let nothing = KeyCommand::parse("/nowhere/key").unwrap();
    let error = Vault::open(&MasterKeySource::Command(nothing)).err().unwrap();
    assert!(server::causes::chain(&error).contains("cannot be run"));
    assert!(KeyCommand::parse("'unclosed").is_err() && KeyCommand::parse(" ").is_err());
}

/// The key after [`KEY`].
const NEW: &str = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=";

fn both(new: &str, previous: &str) -> Result<Vault, VaultError> {
    value(new)?.with_previous(&MasterKeySource::Value(Zeroizing::new(previous.to_owned())))
}

#[tokio::test]
async fn pseudonyms_outlive_the_master_key() {
    let store = Store::connect("sqlite::memory:").await.unwrap();
    let old = value(KEY).unwrap();
    store.join(&old, OffsetDateTime::UNIX_EPOCH).await.unwrap();
    let name = old.pseudonym("a", b"x");
    let wrapped = old.wrap(PURPOSE, b"a key").unwrap();
    let now = OffsetDateTime::UNIX_EPOCH + time::Duration::HOUR;

    // Under the old key until the rotation begins, and under the new one from then on.
    let vault = both(NEW, KEY).unwrap();
    store.bind(&vault).await.unwrap();
    assert_eq!(vault.writing(), Some(Which::Previous));
    assert!(old.unwrap(PURPOSE, &vault.wrap(PURPOSE, b"another").unwrap()).is_ok());
    assert_eq!(store.begin_rotation(&vault, now).await.unwrap(), Rotation::Begun);
    assert_eq!(store.begin_rotation(&vault, now).await.unwrap(), Rotation::Resumed);
    assert_eq!(vault.writing(), Some(Which::Configured));
    let new = value(NEW).unwrap();
    assert!(new.unwrap(PURPOSE, &vault.wrap(PURPOSE, b"another").unwrap()).is_ok());
    assert_eq!(vault.unwrap(PURPOSE, &wrapped).unwrap().as_slice(), b"a key");
    assert_eq!(vault.pseudonym("a", b"x"), name);
    assert!(matches!(store.bind(&new).await, Err(StoreError::NoPreviousMasterKey)));
    assert!(matches!(store.bind(&old).await, Err(StoreError::ForeignMasterKey)));

    assert!(store.end_rotation(&vault, now).await.unwrap());
    store.bind(&new).await.unwrap();
    assert_eq!(new.pseudonym("a", b"x"), name);
    // Once more: the name is still the first key's.
    let third = both(WRONG, NEW).unwrap();
    assert_eq!(store.begin_rotation(&third, now).await.unwrap(), Rotation::Begun);
    assert_eq!(third.pseudonym("a", b"x"), name);
    // And back.
    let back = both(NEW, WRONG).unwrap();
    assert_eq!(store.begin_rotation(&back, now).await.unwrap(), Rotation::Begun);
    assert!(store.end_rotation(&back, now).await.unwrap());
    store.bind(&new).await.unwrap();
    assert_eq!(new.pseudonym("a", b"x"), name);
    assert!(matches!(both(KEY, KEY), Err(VaultError::SamePrevious)));
}

const WRONG: &str = "Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M=";

#[tokio::test]
async fn a_process_without_the_key_of_the_database_writes_nothing_more() {
    let store = Store::connect("sqlite::memory:").await.unwrap();
    let old = value(KEY).unwrap();
    let now = OffsetDateTime::UNIX_EPOCH + time::Duration::HOUR;
    store.join(&old, now).await.unwrap();
    let vault = both(NEW, KEY).unwrap();
    let refused = store.begin_rotation(&vault, now).await;
    assert!(matches!(refused, Err(StoreError::RelayWithoutKey)), "{refused:?}");
    store.follow_rotation(&old).await.unwrap();
    // It was killed, or slept, and counts as gone.
    let later = now + rotation::GONE;
    assert_eq!(store.begin_rotation(&vault, later).await.unwrap(), Rotation::Begun);
    assert!(matches!(
        store.follow_rotation(&old).await,
        Err(StoreError::ForeignMasterKey)
    ));
    old.use_key(None);
    assert!(matches!(old.wrap(PURPOSE, b"a key"), Err(VaultError::Superseded)));
}
