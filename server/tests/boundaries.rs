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
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
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
