//! Builds the URLs of the pages that server functions redirect to.

use super::tab::Tab;
use crate::id::{AccountId, AliasId, MailboxId, ProfileId};

/// The page of an account, for administrators.
pub(super) fn account(account: AccountId) -> String {
    format!("/administration/accounts/{account}")
}

/// The messages that wait for delivery, for administrators.
pub(super) const QUEUE: &str = "/administration/queue";

/// The page of the settings that administrators change while the relay runs.
pub(super) const LIVE_SETTINGS: &str = "/administration/settings";

/// A mailbox on the settings page.
pub(super) fn mailbox(mailbox: MailboxId) -> String {
    format!("/relay#mailbox-{mailbox}")
}

/// A tab of the page of an alias.
pub(super) fn alias_tab(alias: AliasId, tab: Tab) -> String {
    format!("/aliases/{alias}?tab={}", tab.word())
}

/// A section of a tab of the page of an alias.
pub(super) fn alias(alias: AliasId, tab: Tab, section: &str) -> String {
    format!("{}#{section}", alias_tab(alias, tab))
}

/// The page of a profile.
pub(super) fn profile(profile: ProfileId) -> String {
    format!("/profiles/{profile}")
}
