//! Builds the URLs of the pages that server functions redirect to.

use crate::id::{AliasId, MailboxId, ProfileId};

/// A mailbox on the settings page.
pub(super) fn mailbox(mailbox: MailboxId) -> String {
    format!("/relay#mailbox-{mailbox}")
}

/// A section of the page of an alias.
pub(super) fn alias(alias: AliasId, section: &str) -> String {
    format!("/aliases/{alias}#{section}")
}

/// The page of a profile.
pub(super) fn profile(profile: ProfileId) -> String {
    format!("/profiles/{profile}")
}
