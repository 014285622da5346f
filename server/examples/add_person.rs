//! Adds a person to a relay's data folder: a confirmed mailbox, an alias, and an active profile, made by the functions that the
//! pages use. The mail client suite (`end2end/mail-clients`) starts a relay on the folder afterwards. Prints the alias.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program of the tests: it may end at the first fault"
)]

use std::{fs, path::PathBuf};

use app::{
    address::EmailAddress,
    id::{MailboxId, ProfileId},
    pki::{
        issuance::{browser, server::answer},
        name::Subject,
        pkcs12::Form,
        validity::Expiration,
    },
    profile::{Cipher, Hidden, NO_END, Settings},
};
use clap::{Parser, Subcommand};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use server::{
    seal::{
        AwsLc,
        pgp::{PersonKey, TrustKey},
    },
    store::{
        AccountId, Store,
        profile::{NewPgpProfile, NewProfile},
        profile_state::Change,
    },
    vault::{MasterKeySource, Purpose, Vault},
};
use time::{Duration, OffsetDateTime};

#[derive(Parser)]
struct Arguments {
    /// The relay's data folder.
    data: PathBuf,
    /// The relay's domain.
    domain: String,
    /// The person's mailbox.
    mailbox: EmailAddress,
    /// The local part of the person's alias.
    alias: String,
    /// The address of the database, if it is not SQLite in the data folder.
    #[arg(long)]
    database: Option<String>,
    /// The file of the master key, if it is not `master.key` in the data folder.
    #[arg(long)]
    master_key: Option<PathBuf>,
    /// The account and the alias are there already.
    #[arg(long)]
    existing: bool,
    /// The subject stands inside the seal only.
    #[arg(long)]
    hide_subject: bool,
    /// AES-256-GCM and RSA-OAEP.
    #[arg(long)]
    modern: bool,
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Subcommand)]
enum Kind {
    /// An S/MIME profile; puts `modern.p12`, `compatible.p12` and `root.pem` into a folder.
    Smime { folder: PathBuf, passphrase: String },
    /// A PGP profile of a public key in a file.
    Pgp { public_key: PathBuf },
}

struct Relay {
    store: Store,
    vault: Vault,
    domain: String,
    now: OffsetDateTime,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let file = arguments.data.join("sealpost.db");
    let database = arguments
        .database
        .unwrap_or_else(|| format!("sqlite://{}?mode=rwc", file.display()));
    let key = match arguments.master_key {
        Some(file) => MasterKeySource::File(file),
        None => MasterKeySource::Own(arguments.data.join("master.key")),
    };
    let relay = Relay {
        store: Store::connect(&database).await.unwrap(),
        vault: Vault::open(&key).unwrap(),
        domain: arguments.domain,
        now: OffsetDateTime::now_utc(),
    };
    relay.store.bind(&relay.vault).await.unwrap();
    let (account, mailbox) = match arguments.existing {
        true => relay.existing_mailbox(&arguments.mailbox).await,
        false => relay.mailbox(&arguments.mailbox, &arguments.alias).await,
    };
    let profile = match arguments.kind {
        Kind::Smime { folder, passphrase } => {
            let (profile, issued) = relay.issue(account, mailbox, &arguments.mailbox).await;
            let passphrase = passphrase.into();
            for (name, form) in [("modern.p12", Form::Modern), ("compatible.p12", Form::Compatible)] {
                let file = issued.export(&passphrase, form, &mut UnwrapErr(SysRng)).unwrap();
                fs::write(folder.join(name), file).unwrap();
            }
            fs::write(folder.join("root.pem"), issued.chain().root().pem()).unwrap();
            assert!(relay.store.note_export(account, profile, relay.now).await.unwrap());
            profile
        }
        Kind::Pgp { public_key } => {
            let key = fs::read(public_key).unwrap();
            relay.submit(mailbox, &arguments.mailbox, &key).await
        }
    };
    let settings = Settings {
        hidden: Hidden {
            subject: arguments.hide_subject,
            sender: false,
        },
        cipher: if arguments.modern {
            Cipher::Modern
        } else {
            Cipher::Compatible
        },
    };
    let set = relay
        .store
        .change_profile_settings(account, profile, settings.into())
        .await;
    assert!(set.unwrap());
    let change = relay.store.activate_profile(account, profile, true, relay.now).await;
    assert_eq!(change.unwrap(), Change::Done);
    println!("{}@{}", arguments.alias, relay.domain);
}

impl Relay {
    /// The mailbox of an account that signs in with the address.
    async fn existing_mailbox(&self, address: &EmailAddress) -> (AccountId, MailboxId) {
        let account = self.store.find_account(&address.to_string()).await.unwrap().unwrap();
        (account, self.store.default_mailbox(account).await.unwrap().unwrap())
    }

    /// A confirmed mailbox of a new account, with an alias.
    async fn mailbox(&self, address: &EmailAddress, alias: &str) -> (AccountId, MailboxId) {
        let Self { store, now, .. } = self;
        let (account, mailbox) = store.create_account(address, String::new(), *now).await.unwrap();
        let code = [1; 16];
        store.put_code(mailbox, code, 5, *now + Duration::DAY).await.unwrap();
        store.try_code(account, mailbox, code, *now).await.unwrap();
        store.create_alias(mailbox, alias, "", *now).await.unwrap();
        (account, mailbox)
    }

    /// The three messages of issuance, both sides.
    async fn issue(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        address: &EmailAddress,
    ) -> (ProfileId, browser::Issued) {
        let rng = &mut UnwrapErr(SysRng);
        let subject = Subject {
            mailbox: address.clone(),
            relay_domain: self.domain.clone(),
        };
        let (requested, request) = browser::start(subject.clone(), Expiration::SUGGESTED, rng).unwrap();
        let (pending, answer) = answer(&subject, &request, self.now, &AwsLc, rng).unwrap();
        let key = pending.intermediate.to_pkcs8().unwrap();
        let new = NewProfile {
            mailbox,
            relay_domain: &self.domain,
            user: &pending.user,
            name: "Phone",
        };
        let wrap = |profile: ProfileId| self.vault.wrap(Purpose::Certifier { profile }, &key);
        let (profile, _) = self.store.issue_profile(new, self.now, wrap).await.unwrap();
        let (issued, completion) = requested.finish(&answer, self.now, rng).unwrap();
        let (chain, _) = pending.accept(&subject, &completion).unwrap();
        self.store
            .complete_profile(account, profile, &chain, self.now)
            .await
            .unwrap();
        (profile, issued)
    }

    /// A profile of the public key that somebody submitted.
    async fn submit(&self, mailbox: MailboxId, address: &EmailAddress, key: &[u8]) -> ProfileId {
        let person = PersonKey::read(key, self.now).unwrap();
        let trust = TrustKey::generate(&self.domain, address, self.now).unwrap();
        let secret = trust.to_secret().unwrap();
        let new = NewPgpProfile {
            mailbox,
            relay_domain: &self.domain,
            person: person.to_bytes().unwrap(),
            trust: trust.public_armored().unwrap(),
            not_before: person.created_at(),
            not_after: person.expires_at().map_or(NO_END, |end| end - Duration::SECOND),
            name: "Phone",
        };
        let wrap = |profile: ProfileId| self.vault.wrap(Purpose::Certifier { profile }, &secret);
        self.store.add_pgp_profile(new, self.now, wrap).await.unwrap()
    }
}
