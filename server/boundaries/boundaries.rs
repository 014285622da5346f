//! The directions of docs/ARCHITECTURE.md, read off the `use` lines: what is pure stays pure, and each library has one home.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folder under `src`, and the words that no line of code in it may hold.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "mail",
        &[
            "tokio",
            "sea_orm",
            "axum",
            "crate::clock",
            "crate::store",
            "crate::seal",
            "std::fs",
            "std::net",
        ],
    ),
    (
        "seal",
        &[
            "tokio",
            "sea_orm",
            "axum",
            "crate::clock",
            "crate::store",
            "crate::vault",
            "std::fs",
            "std::net",
        ],
    ),
    (
        "reply/strip",
        &[
            "tokio",
            "sea_orm",
            "axum",
            "crate::clock",
            "crate::store",
            "crate::seal",
            "crate::vault",
            "std::fs",
            "std::net",
        ],
    ),
    (
        "auth",
        &[
            "sea_orm",
            "axum::",
            "mailin::",
            "lettre::",
            "crate::store",
            "crate::vault",
            "crate::web",
            "crate::seal",
            "crate::deliver",
        ],
    ),
    ("inbound", &["sea_orm", "axum::", "mailin::", "lettre::", "mail_auth"]),
    ("web", &["sea_orm", "mailin::", "sqlx", "mail_auth"]),
    ("reply", &["sea_orm", "axum::", "mailin::", "lettre::", "mail_auth"]),
    (
        "queue",
        &["sea_orm", "axum::", "mailin::", "lettre::", "crate::web", "crate::seal"],
    ),
    (
        "smtp",
        &[
            "sea_orm",
            "axum::",
            "lettre::",
            "crate::store",
            "crate::vault",
            "crate::web",
        ],
    ),
    (
        "deliver",
        &[
            "sea_orm",
            "axum::",
            "mailin::",
            "crate::store",
            "crate::vault",
            "crate::web",
        ],
    ),
    (
        "store",
        &[
            "axum::",
            "mailin::",
            "lettre::",
            "crate::web",
            "crate::smtp",
            "crate::deliver",
        ],
    ),
];

#[test]
fn nobody_names_what_belongs_to_another() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    let mut read = 0;
    let mut found = Vec::new();
    for (folder, words) in FORBIDDEN {
        for file in sources(&src.join(folder)) {
            read += 1;
            let text = fs::read_to_string(&file).unwrap();
            for (number, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for word in words.iter().filter(|word| code.contains(**word)) {
                    found.push(format!("{}:{}: {word}", file.display(), number + 1));
                }
            }
        }
    }
    assert!(read > 40, "only {read} files were read");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The words of the server's `use rsa::` lines: public keys, and what names a padding.
const OF_RSA: &[&str] = &[
    "BoxedUint",
    "EncodeRsaPublicKey",
    "Oaep",
    "Pkcs1v15Encrypt",
    "Pkcs1v15Sign",
    "Pss",
    "PublicKey",
    "RsaKey",
    "as",
    "pkcs1",
];

/// Ways to a private key without a `use` line, or through the browser's half of the certificate model.
const TO_PRIVATE_KEYS: &[&str] = &[
    "rsa::PrivateKey",
    "rsa::RsaPrivateKey",
    "rsa::hazmat",
    "rsa::pkcs1v15",
    "rsa::pkcs8",
    "rsa::pss",
    "rsa::oaep",
    "rsa::traits",
    "extern crate",
    "issuance::browser",
    "RootKey",
    "UserKey",
];

/// RUSTSEC-2023-0071: `rsa` calculates with private keys in a time that depends on them. deny.toml lets it in because no
/// private key of the server is calculated with by it.
#[test]
fn no_private_key_of_the_server_meets_the_rsa_crate() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    let (mut read, mut found) = (0, Vec::new());
    for file in sources(&src) {
        let text = fs::read_to_string(&file).unwrap();
        let code: String = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .collect();
        for imported in code
            .split("use rsa::")
            .skip(1)
            .filter_map(|rest| rest.split(';').next())
        {
            read += 1;
            let words = imported.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let others = words.filter(|word| !word.is_empty() && !OF_RSA.contains(word));
            found.extend(others.map(|word| format!("{}: rsa::{word}", file.display())));
        }
        let ways = TO_PRIVATE_KEYS.iter().filter(|way| code.contains(**way));
        found.extend(ways.map(|way| format!("{}: {way}", file.display())));
    }
    assert!(read >= 4, "only {read} uses of rsa were found");
    assert!(found.is_empty(), "{}", found.join("\n"));
}
