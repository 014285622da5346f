//! The operator's commands: the real program beside a running relay.

mod account;
mod backup;
mod migrate;
mod queue;
mod setup;

use std::{path::Path, process::Command};

/// Runs a command. Returns whether it succeeded, and what it printed: its output, or its error.
fn sealpost(database: &str, folder: &Path, arguments: &[&str]) -> (bool, String) {
    sealpost_with(&[], database, folder, arguments)
}

/// The same with further settings.
fn sealpost_with(settings: &[(&str, &str)], database: &str, folder: &Path, arguments: &[&str]) -> (bool, String) {
    let settings = settings.iter().map(|(name, value)| (format!("SEALPOST_{name}"), value));
    let ended = Command::new(env!("CARGO_BIN_EXE_sealpost"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("SEALPOST_DATA", folder)
        .env("SEALPOST_DOMAIN", "relay.example")
        .env("SEALPOST_DATABASE_URL", database)
        .env("SEALPOST_PUBLIC_URL", "https://mail.example.org")
        .envs(settings)
        .output()
        .unwrap();
    let text = if ended.status.success() {
        ended.stdout
    } else {
        ended.stderr
    };
    (ended.status.success(), String::from_utf8(text).unwrap())
}
