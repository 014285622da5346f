//! `sealpost account link` and `unlink`: for people whose address at the provider is not the one here.

use std::io::Write;

use clap::Subcommand;

use super::CommandError;
use crate::{
    config::{Config, OidcSettings, Switch},
    oidc,
    store::{AccountId, Store, StoreError, linked_identity::Identity, operator::Act},
};

/// The commands for the link of an account with the sign-in provider.
#[derive(Debug, Subcommand)]
pub enum LinkCommand {
    /// Link an account with its person at the sign-in provider, for when the provider knows another address of theirs.
    Link {
        /// The account.
        account: String,
        /// Who the person is there: the claim `sub`, which the provider shows as the user's number or unique identifier.
        #[arg(long)]
        subject: String,
    },
    /// Take the link of an account with the sign-in provider away, and end its sessions.
    Unlink {
        /// The account.
        account: String,
    },
}

impl LinkCommand {
    /// The account as the operator named it.
    pub(super) fn account(&self) -> &str {
        match self {
            Self::Link { account, .. } | Self::Unlink { account } => account,
        }
    }
}

pub(super) async fn run(
    command: LinkCommand,
    store: &Store,
    account: AccountId,
    config: &Config,
    act: Act,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    match command {
        LinkCommand::Link { subject, .. } => link(store, account, subject, config, act, output).await,
        LinkCommand::Unlink { .. } => unlink(store, account, config, act, output).await,
    }
}

fn provider(config: &Config) -> Result<&OidcSettings, CommandError> {
    config.oidc.as_ref().ok_or(CommandError::NoProvider)
}

/// Links an account with the person that the provider calls `subject`.
async fn link(
    store: &Store,
    account: AccountId,
    subject: String,
    config: &Config,
    act: Act,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    let provider = provider(config)?;
    if !oidc::is_subject(&subject) {
        return Err(CommandError::Subject);
    }
    let identity = Identity {
        issuer: provider.issuer.clone(),
        subject,
    };
    match store.link_identity_for(account, &identity, act).await {
        Err(StoreError::Taken) => return Err(CommandError::Linked),
        linked => linked?,
    }
    Ok(writeln!(
        output,
        "Account {} is linked: its person signs in with {}.",
        account.0, provider.name
    )?)
}

/// Takes the link of an account with the provider away.
async fn unlink(
    store: &Store,
    account: AccountId,
    config: &Config,
    act: Act,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    let provider = provider(config)?;
    let unlinked = store.unlink_identity_for(account, &provider.issuer, act).await?;
    let text = match (unlinked, config.local_sign_in) {
        (false, _) => "was not linked",
        (true, Switch::On) => "is not linked any more, and its sessions have ended",
        (true, Switch::Off) => {
            "is not linked any more, and its sessions have ended. Its person is linked again when they next sign in with a verified \
             address, or with sealpost account link"
        }
    };
    Ok(writeln!(output, "Account {} {text}.", account.0)?)
}
