//! Lists what the operator and administrators do, as the operator's log has it.

use serde::{Deserialize, Serialize};

use crate::texts::text;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $word:literal => $text:ident,)*) => {
        /// A change by the operator or an administrator, as the operator's log has it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Action {
            $($(#[$doc])* $name,)*
        }

        impl Action {
            #[cfg(all(test, feature = "ssr"))]
            const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns its word in the log.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// Returns the action with this word, or `None` for any other text.
            pub fn read(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Returns what an administrator reads before the name of what was changed.
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$name => text!(administration.log.$text),)*
                }
            }
        }
    };
}

actions! {
    /// Create an account.
    AccountCreated = "account_created" => account_created,
    /// Turn an account off.
    AccountDisabled = "account_disabled" => account_disabled,
    /// Turn an account on again.
    AccountEnabled = "account_enabled" => account_enabled,
    /// Delete an account.
    AccountDeleted = "account_deleted" => account_deleted,
    /// Make the person of an account an administrator.
    AdministratorAdded = "administrator_added" => administrator_added,
    /// Take that role away.
    AdministratorRemoved = "administrator_removed" => administrator_removed,
    /// Make a code with which the person of an account chooses a new password.
    ResetCodePrinted = "reset_code_printed" => reset_code_printed,
    /// Remove the second factor of an account.
    SecondFactorReset = "second_factor_reset" => second_factor_reset,
    /// Delete a message from the queue.
    MessageDropped = "message_dropped" => message_dropped,
    /// Delete all messages of an account from the queue.
    MessagesDropped = "messages_dropped" => messages_dropped,
    /// Make an invitation.
    InvitationCreated = "invitation_created" => invitation_created,
    /// Revoke an invitation.
    InvitationRevoked = "invitation_revoked" => invitation_revoked,
    /// Set limits for an account, or take its own limits away.
    LimitsChanged = "limits_changed" => limits_changed,
    /// Decide who can sign up, in place of the settings.
    SignUpChanged = "sign_up_changed" => sign_up_changed,
    /// Show an announcement on every page, or take it away.
    AnnouncementChanged = "announcement_changed" => announcement_changed,
    /// Link an account with an identity at the sign-in provider.
    IdentityLinked = "identity_linked" => identity_linked,
    /// Take that link away.
    IdentityUnlinked = "identity_unlinked" => identity_unlinked,
}

impl Action {
    /// Whether it is done to an account, whose number is then in the log.
    pub const fn is_of_account(self) -> bool {
        !matches!(
            self,
            Self::MessageDropped
                | Self::InvitationCreated
                | Self::InvitationRevoked
                | Self::SignUpChanged
                | Self::AnnouncementChanged
        )
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_found_by_its_word_and_no_other_text_is() {
        for action in Action::ALL {
            assert_eq!(Action::read(action.word()), Some(*action));
            assert!(!action.words().is_empty());
        }
        assert_eq!(Action::read("account"), None);
    }
}
