//! The treatment of a mailbox's mail without a certain profile, in words.

use crate::{address::EmailAddress, api::profile::MailWithout};

/// Once the active profile is deactivated or deleted.
pub(super) fn without_active(address: &EmailAddress, without: MailWithout) -> String {
    match without {
        MailWithout::Sealed(other) => format!("Mail to {address} is then sealed with profile {other}."),
        MailWithout::Rejected => format!(
            "Mail to {address} is then rejected, because the mailbox's kill switch is on. Senders are told that it was not delivered."
        ),
        MailWithout::Clear => format!(
            "Mail to {address} is then forwarded unencrypted, because the mailbox's kill switch is off. Your provider can read it."
        ),
    }
}

/// Once a profile is deleted that is not active: nothing changes.
pub(super) fn without_other(address: &EmailAddress, without: MailWithout) -> String {
    match without {
        MailWithout::Sealed(active) => {
            format!("Nothing changes for mail to {address}: it is still sealed with profile {active}.")
        }
        MailWithout::Rejected => {
            format!("Mail to {address} is rejected until a profile is active, because the mailbox's kill switch is on.")
        }
        MailWithout::Clear => format!(
            "Mail to {address} is forwarded unencrypted until a profile is active, because the mailbox's kill switch is off."
        ),
    }
}
