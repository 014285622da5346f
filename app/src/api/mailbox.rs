//! Several mailboxes: the default one, aliases that move from one to another, and deleting one.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::done::{Done, leads_to};
use super::{ApiError, account::MailboxView};
use crate::id::{AliasId, MailboxId};

/// What deleting a mailbox means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The mailbox.
    pub mailbox: MailboxView,
    /// How many aliases go with it.
    pub aliases: u64,
    /// Whether the account signs in with its address: then it cannot be deleted.
    pub signs_in: bool,
    /// Where its aliases can be moved first: the account's other verified mailboxes.
    pub others: Vec<MailboxView>,
}

/// What deleting a mailbox would mean; nothing is deleted.
#[server(prefix = "/api", endpoint = "mailbox_deletion")]
pub async fn mailbox_deletion(mailbox: MailboxId) -> Result<Deletion, ApiError> {
    super::backend()?.mailbox_deletion(mailbox).await
}

/// Deletes a mailbox with its aliases, profiles and keys. `confirmation` is its address, typed by the person. Redirects to
/// `/relay`.
#[server(prefix = "/api", endpoint = "delete_mailbox")]
pub async fn delete_mailbox(mailbox: MailboxId, #[server(default)] confirmation: String) -> Result<(), ApiError> {
    super::backend()?.delete_mailbox(mailbox, &confirmation).await?;
    leads_to("/relay", Done::MailboxDeleted, None);
    Ok(())
}

/// Makes a verified mailbox the one that new aliases go to. Redirects to it on `/relay`.
#[server(prefix = "/api", endpoint = "set_default_mailbox")]
pub async fn set_default_mailbox(mailbox: MailboxId) -> Result<(), ApiError> {
    super::backend()?.set_default_mailbox(mailbox).await?;
    leads_to(&super::account::page(mailbox), Done::DefaultMailbox, None);
    Ok(())
}

/// Has an alias deliver to another verified mailbox of the account. `unsealed` is the person's leave where the other one's
/// mail is relayed as it is and this one's is not. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "move_alias")]
pub async fn move_alias(alias: AliasId, mailbox: MailboxId, #[server(default)] unsealed: bool) -> Result<(), ApiError> {
    super::backend()?.move_alias(alias, mailbox, unsealed).await?;
    leads_to(&super::alias::page(alias, "move"), Done::AliasMoved, None);
    Ok(())
}

/// The same for all aliases of a mailbox. Redirects to the page where it can then be deleted.
#[server(prefix = "/api", endpoint = "move_aliases")]
pub async fn move_aliases(
    from: MailboxId,
    mailbox: MailboxId,
    #[server(default)] unsealed: bool,
) -> Result<(), ApiError> {
    super::backend()?.move_aliases(from, mailbox, unsealed).await?;
    leads_to(&format!("/relay/{from}/delete"), Done::AliasesMoved, None);
    Ok(())
}
