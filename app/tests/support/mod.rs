//! What the tests of the certificate model share: one exchange, and somebody else's programs.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod forge;
pub mod gpgsm;
pub mod nss;
pub mod signer;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use app::pki::{
    chain::Chain,
    issuance::{
        Answer, Choice, Completion, UserRequest,
        browser::{self, Issued},
        server,
    },
    key::{IntermediateKey, KeySize},
    name::Subject,
    validity::Expiration,
};
use getrandom::SysRng;
use rand_core::UnwrapErr;
pub use signer::InTests;
use time::{OffsetDateTime, macros::datetime};

pub const PASSPHRASE: &str = "Zwölf gute Wörter";

pub fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

pub fn subject() -> Subject {
    Subject {
        mailbox: "ann.lee@example.org".parse().unwrap(),
        relay_domain: "relay.example".into(),
    }
}

/// The whole exchange, with all that went over the wire.
pub struct Exchange {
    pub request: UserRequest,
    pub answer: Answer,
    pub completion: Completion,
    pub issued: Issued,
    pub chain: Chain,
    pub intermediate: IntermediateKey,
}

pub fn exchange(subject: &Subject, choice: impl Into<Choice>, now: OffsetDateTime) -> Exchange {
    let (requested, request) = browser::start(subject.clone(), choice, &mut rng()).unwrap();
    let (pending, answer) = server::answer(subject, &request, now, &InTests, &mut rng()).unwrap();
    let (issued, completion) = requested.finish(&answer, now, &mut rng()).unwrap();
    let (chain, intermediate) = pending.accept(subject, &completion).unwrap();
    Exchange {
        request,
        answer,
        completion,
        issued,
        chain,
        intermediate,
    }
}

/// An exchange as of now, as the outside programs look at the clock.
pub fn exchange_now() -> Exchange {
    exchange(&subject(), Expiration::SUGGESTED, OffsetDateTime::now_utc())
}

/// The same with keys of this size.
pub fn exchange_of(key_size: KeySize) -> Exchange {
    let expiration = Expiration::SUGGESTED;
    exchange(&subject(), Choice { expiration, key_size }, OffsetDateTime::now_utc())
}

pub fn long_ago() -> OffsetDateTime {
    datetime!(2026-01-31 08:00 UTC)
}

/// A folder with files, thrown away at the end.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn with(chain: &Chain) -> Self {
        let folder = Self::new();
        folder.write("root.pem", chain.root().pem());
        folder.write("intermediate.pem", chain.intermediate().pem());
        folder.write("user.pem", chain.user().pem());
        folder
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs a program in the folder; gives its success and all that it printed.
    pub fn run(&self, program: &str, arguments: &[&str]) -> (bool, String) {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.path())
            .output()
            .unwrap_or_else(|error| panic!("{program} (see scripts/need-test-tools): {error}"));
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    pub fn must(&self, program: &str, arguments: &[&str]) -> String {
        let (success, text) = self.run(program, arguments);
        assert!(success, "{program} {arguments:?}: {text}");
        text
    }
}
