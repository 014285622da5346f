//! `sealpost account link` and `unlink`: for people whose address at the provider is not the one here.

use std::io::Write;

use super::CommandError;
use crate::{
    config::{Config, OidcSettings, Switch},
    oidc,
    store::{AccountId, Store, StoreError, linked_identity::Identity, operator::Act},
};

fn provider(config: &Config) -> Result<&OidcSettings, CommandError> {
    config.oidc.as_ref().ok_or(CommandError::NoProvider)
}

/// Links an account with the person that the provider calls `subject`.
pub(super) async fn link(
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
pub(super) async fn unlink(
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
