//! The vault: its file, and what a wrapped key withstands.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

use app::id::{ContactId, ProfileId};
use server::{
    store::{Store, StoreError},
    vault::{MasterKeySource, Purpose, Vault, VaultError, Wrapped},
};
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
