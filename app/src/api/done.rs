//! Defines the outcomes that the next page reports, each by a key word in its URL. It works with JavaScript and
//! without.
//!
//! A server function ends with [`leads_to`]. The URL then contains `?done=KEY`, and `of=NUMBER` if the action can be
//! undone. The key selects the words. Text in the URL is never shown, so a forged link cannot put words into a page.

use crate::texts::text;

macro_rules! outcomes {
    ($($name:ident = $key:literal => $words:ident,)*) => {
        /// An outcome that the person reads.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the words of each are in the language files")]
        pub enum Done {
            $($name,)*
        }

        impl Done {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns the key word in URLs.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)*
                }
            }

            /// Returns the outcome with this key word, or `None` for any other text.
            pub fn from_key(key: &str) -> Option<Self> {
                match key {
                    $($key => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Returns the sentence that the person reads.
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$name => text!(done.$words),)*
                }
            }
        }
    };
}

outcomes! {
    Saved = "saved" => saved,
    SignedOut = "signed-out" => signed_out,
    MailboxVerified = "mailbox-verified" => mailbox_verified,
    CodeNotSent = "code-not-sent" => code_not_sent,
    CodeSent = "code-sent" => code_sent,
    AddressCorrected = "address-corrected" => address_corrected,
    KillSwitchOn = "kill-switch-on" => kill_switch_on,
    KillSwitchOff = "kill-switch-off" => kill_switch_off,
    EncryptedRepliesOnly = "encrypted-replies-only" => encrypted_replies_only,
    AnyReplies = "any-replies" => any_replies,
    SignedRepliesOnly = "signed-replies-only" => signed_replies_only,
    UnsignedReplies = "unsigned-replies" => unsigned_replies,
    RelayedRecipients = "relayed-recipients" => relayed_recipients,
    RecipientsNamedOnly = "recipients-named-only" => recipients_named_only,
    DefaultMailbox = "default-mailbox" => default_mailbox,
    MailboxDeleted = "mailbox-deleted" => mailbox_deleted,
    AliasCreated = "alias-created" => alias_created,
    AliasOn = "alias-on" => alias_on,
    AliasOff = "alias-off" => alias_off,
    AliasDeleted = "alias-deleted" => alias_deleted,
    AliasPinned = "alias-pinned" => alias_pinned,
    AliasUnpinned = "alias-unpinned" => alias_unpinned,
    AliasesOn = "aliases-on" => aliases_on,
    AliasesOff = "aliases-off" => aliases_off,
    AliasesPinned = "aliases-pinned" => aliases_pinned,
    AliasesUnpinned = "aliases-unpinned" => aliases_unpinned,
    AliasesDeleted = "aliases-deleted" => aliases_deleted,
    AliasMoved = "alias-moved" => alias_moved,
    AliasesMoved = "aliases-moved" => aliases_moved,
    PickedMoved = "picked-moved" => picked_moved,
    NothingExported = "nothing-exported" => nothing_exported,
    AliasNamed = "alias-named" => alias_named,
    AliasNoted = "alias-noted" => alias_noted,
    CountsReset = "counts-reset" => counts_reset,
    Recording = "recording" => recording,
    Forgotten = "forgotten" => forgotten,
    ThreadStarted = "thread-started" => thread_started,
    ContactBlocked = "contact-blocked" => contact_blocked,
    ContactUnblocked = "contact-unblocked" => contact_unblocked,
    ProfileActivated = "profile-activated" => profile_activated,
    ProfileDeactivated = "profile-deactivated" => profile_deactivated,
    ProfileDeleted = "profile-deleted" => profile_deleted,
    ProfileNamed = "profile-named" => profile_named,
    SubjectHidden = "subject-hidden" => subject_hidden,
    SubjectShown = "subject-shown" => subject_shown,
    SenderHidden = "sender-hidden" => sender_hidden,
    SenderShown = "sender-shown" => sender_shown,
    TestSent = "test-sent" => test_sent,
    ChecklistHidden = "checklist-hidden" => checklist_hidden,
    PasswordChanged = "password-changed" => password_changed,
    PasswordReset = "password-reset" => password_reset,
    TwoFactorOn = "two-factor-on" => two_factor_on,
    TwoFactorOff = "two-factor-off" => two_factor_off,
    RecoveryCodesKept = "recovery-codes-kept" => recovery_codes_kept,
    PasskeyAdded = "passkey-added" => passkey_added,
    PasskeyRemoved = "passkey-removed" => passkey_removed,
    SessionEnded = "session-ended" => session_ended,
    OtherSessionsEnded = "other-sessions-ended" => other_sessions_ended,
    ApiKeyRevoked = "api-key-revoked" => api_key_revoked,
    AccountDeleted = "account-deleted" => account_deleted,
    AccountEnabled = "account-enabled" => account_enabled,
    AccountDisabled = "account-disabled" => account_disabled,
    AdministratorAdded = "administrator-added" => administrator_added,
    AdministratorRemoved = "administrator-removed" => administrator_removed,
    SecondFactorReset = "second-factor-reset" => second_factor_reset,
    OtherAccountDeleted = "other-account-deleted" => other_account_deleted,
    InvitationRevoked = "invitation-revoked" => invitation_revoked,
    OtherAccountCreated = "other-account-created" => other_account_created,
    OtherAccountAtProvider = "other-account-at-provider" => other_account_at_provider,
    MessagesDue = "messages-due" => messages_due,
    MessageDropped = "message-dropped" => message_dropped,
    MessagesDropped = "messages-dropped" => messages_dropped,
    LimitsChanged = "limits-changed" => limits_changed,
    SignUpChanged = "sign-up-changed" => sign_up_changed,
    AnnouncementShown = "announcement-shown" => announcement_shown,
    AnnouncementRemoved = "announcement-removed" => announcement_removed,
    ProviderLinked = "provider-linked" => provider_linked,
    ProviderUnlinked = "provider-unlinked" => provider_unlinked,
    ProviderConfirmed = "provider-confirmed" => provider_confirmed,
    ProviderUnreachable = "provider-unreachable" => provider_unreachable,
    ProviderRefused = "provider-refused" => provider_refused,
    ProviderCancelled = "provider-cancelled" => provider_cancelled,
    ProviderExpired = "provider-expired" => provider_expired,
    ProviderNotFresh = "provider-not-fresh" => provider_not_fresh,
    ProviderUnverified = "provider-unverified" => provider_unverified,
    ProviderAddressTaken = "provider-address-taken" => provider_address_taken,
    ProviderLinkByHand = "provider-link-by-hand" => provider_link_by_hand,
    ProviderAddressUnusable = "provider-address-unusable" => provider_address_unusable,
    ProviderSignUpClosed = "provider-sign-up-closed" => provider_sign_up_closed,
    ProviderWrongInvitation = "provider-wrong-invitation" => provider_wrong_invitation,
    ProviderNeedsInvitation = "provider-needs-invitation" => provider_needs_invitation,
    ProviderAccountDisabled = "provider-account-disabled" => provider_account_disabled,
    ProviderOtherPerson = "provider-other-person" => provider_other_person,
    ProviderIdentityTaken = "provider-identity-taken" => provider_identity_taken,
    ProviderConfirmFirst = "provider-confirm-first" => provider_confirm_first,
    ProviderTooMany = "provider-too-many" => provider_too_many,
    ProviderFailed = "provider-failed" => provider_failed,
}

impl Done {
    /// Returns the sentence with the number of changed things, if it is known.
    pub fn sentence(self, count: Option<u64>) -> String {
        match count {
            Some(count) => text!(done.counted, words = self.words(), count = count),
            None => self.words().to_owned(),
        }
    }

    /// Whether it is a failure, which stays until the person dismisses it.
    pub fn is_bad(self) -> bool {
        matches!(
            self,
            Self::CodeNotSent
                | Self::ProviderUnreachable
                | Self::ProviderRefused
                | Self::ProviderCancelled
                | Self::ProviderExpired
                | Self::ProviderNotFresh
                | Self::ProviderUnverified
                | Self::ProviderAddressTaken
                | Self::ProviderLinkByHand
                | Self::ProviderAddressUnusable
                | Self::ProviderSignUpClosed
                | Self::ProviderWrongInvitation
                | Self::ProviderNeedsInvitation
                | Self::ProviderAccountDisabled
                | Self::ProviderOtherPerson
                | Self::ProviderIdentityTaken
                | Self::ProviderConfirmFirst
                | Self::ProviderTooMany
                | Self::ProviderFailed
                | Self::NothingExported
        )
    }

    /// Returns the URL of the page at `path` that reports it.
    #[cfg(feature = "ssr")]
    pub fn reported_at(self, path: &str) -> String {
        with(path, self, None, None)
    }
}

/// A form that undoes an outcome. Posting it returns to the page of the object, like the action itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undo {
    /// The path of the server function.
    pub function: &'static str,
    /// The name of the field for the id of the object, which the outcome's URL has as `of`.
    pub object: &'static str,
    /// The value of the field `on`.
    pub on: bool,
}

impl Done {
    /// Returns the form that turns a switch back, if the outcome is of one.
    pub fn undo(self) -> Option<Undo> {
        let (function, object, on) = match self {
            Self::KillSwitchOn => ("/api/set_kill_switch", "mailbox", false),
            Self::KillSwitchOff => ("/api/set_kill_switch", "mailbox", true),
            Self::EncryptedRepliesOnly => ("/api/set_encrypted_replies_only", "mailbox", false),
            Self::AnyReplies => ("/api/set_encrypted_replies_only", "mailbox", true),
            Self::SignedRepliesOnly => ("/api/set_signed_replies_only", "mailbox", false),
            Self::UnsignedReplies => ("/api/set_signed_replies_only", "mailbox", true),
            Self::RelayedRecipients => ("/api/set_relayed_recipients", "mailbox", false),
            Self::RecipientsNamedOnly => ("/api/set_relayed_recipients", "mailbox", true),
            Self::SubjectHidden => ("/api/set_hide_subject", "profile", false),
            Self::SubjectShown => ("/api/set_hide_subject", "profile", true),
            Self::SenderHidden => ("/api/set_hide_sender", "profile", false),
            Self::SenderShown => ("/api/set_hide_sender", "profile", true),
            _ => return None,
        };
        Some(Undo { function, object, on })
    }
}

/// Redirects to the page at `path`, which may have a query and a fragment, and reports the outcome there. `of` is the
/// id of the changed object if the change can be undone.
#[cfg(feature = "ssr")]
pub fn leads_to(path: &str, done: Done, of: Option<i64>) {
    leptos_axum::redirect(&with(path, done, of, None));
}

/// Does the same for a change of several things, and reports how many changed. `of` is the number by which the change
/// can be undone.
#[cfg(feature = "ssr")]
pub fn leads_to_many(path: &str, done: Done, of: Option<i64>, count: u64) {
    leptos_axum::redirect(&with(path, done, of, Some(count)));
}

#[cfg(feature = "ssr")]
fn with(path: &str, done: Done, of: Option<i64>, count: Option<u64>) -> String {
    let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let own = ["done=", "of=", "count=", "__err=", "__path="];
    let kept = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !own.iter().any(|own| pair.starts_with(own)));
    let mut pairs: Vec<String> = kept.map(str::to_owned).collect();
    pairs.push(format!("done={}", done.key()));
    pairs.extend(of.map(|of| format!("of={of}")));
    pairs.extend(count.map(|count| format!("count={count}")));
    let mark = if fragment.is_empty() { "" } else { "#" };
    format!("{path}?{}{mark}{fragment}", pairs.join("&"))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_found_by_its_key_and_no_other_text_is() {
        for done in Done::ALL {
            assert_eq!(Done::from_key(done.key()), Some(*done));
            assert!(!done.words().is_empty());
        }
        for text in ["", "Saved.", "saved ", "<b>", "Your password was stolen"] {
            assert_eq!(Done::from_key(text), None);
        }
    }

    #[test]
    fn what_was_done_before_is_replaced() {
        assert_eq!(with("/relay", Done::Saved, None, None), "/relay?done=saved");
        assert_eq!(
            with("/aliases?done=saved&q=a&of=1&__err=x", Done::AliasOff, Some(7), None),
            "/aliases?q=a&done=alias-off&of=7"
        );
        assert_eq!(
            with("/aliases/3#contacts", Done::ContactBlocked, Some(9), None),
            "/aliases/3?done=contact-blocked&of=9#contacts"
        );
        assert_eq!(
            with("/aliases?count=3&page=2", Done::AliasesOff, Some(7), Some(12)),
            "/aliases?page=2&done=aliases-off&of=7&count=12"
        );
        assert_eq!(Done::AliasesOff.sentence(Some(12)), "Aliases turned off: 12.");
    }
}
