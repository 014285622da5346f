//! Defines the outcomes that the next page reports, each by a key word in its URL. It works with JavaScript and
//! without.
//!
//! A server function ends with [`leads_to`]. The URL then contains `?done=KEY`, and `of=NUMBER` if the action can be
//! undone. The key selects the words. Text in the URL is never shown, so a forged link cannot put words into a page.

use crate::texts::text;

/// An outcome that the person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of each are in the language files")]
pub enum Done {
    Saved,
    SignedOut,
    MailboxVerified,
    CodeNotSent,
    CodeSent,
    AddressCorrected,
    KillSwitchOn,
    KillSwitchOff,
    EncryptedRepliesOnly,
    AnyReplies,
    SignedRepliesOnly,
    UnsignedReplies,
    RelayedRecipients,
    RecipientsNamedOnly,
    DefaultMailbox,
    MailboxDeleted,
    AliasCreated,
    AliasOn,
    AliasOff,
    AliasDeleted,
    AliasPinned,
    AliasUnpinned,
    AliasesOn,
    AliasesOff,
    AliasesPinned,
    AliasesUnpinned,
    AliasesDeleted,
    AliasMoved,
    AliasesMoved,
    PickedMoved,
    NothingExported,
    AliasNamed,
    AliasNoted,
    CountsReset,
    Recording,
    Forgotten,
    ThreadStarted,
    ContactBlocked,
    ContactUnblocked,
    ProfileActivated,
    ProfileDeactivated,
    ProfileDeleted,
    ProfileNamed,
    SubjectHidden,
    SubjectShown,
    SenderHidden,
    SenderShown,
    TestSent,
    ChecklistHidden,
    PasswordChanged,
    PasswordReset,
    TwoFactorOn,
    TwoFactorOff,
    RecoveryCodesKept,
    PasskeyAdded,
    PasskeyRemoved,
    SessionEnded,
    OtherSessionsEnded,
    ApiKeyRevoked,
    AccountDeleted,
    AccountEnabled,
    AccountDisabled,
    AdministratorAdded,
    AdministratorRemoved,
    SecondFactorReset,
    OtherAccountDeleted,
    InvitationRevoked,
    OtherAccountCreated,
    OtherAccountAtProvider,
    MessagesDue,
    MessageDropped,
    MessagesDropped,
    LimitsChanged,
    SignUpChanged,
    AnnouncementShown,
    AnnouncementRemoved,
    ProviderLinked,
    ProviderUnlinked,
    ProviderConfirmed,
    ProviderUnreachable,
    ProviderRefused,
    ProviderCancelled,
    ProviderExpired,
    ProviderNotFresh,
    ProviderUnverified,
    ProviderAddressTaken,
    ProviderLinkByHand,
    ProviderAddressUnusable,
    ProviderSignUpClosed,
    ProviderWrongInvitation,
    ProviderNeedsInvitation,
    ProviderAccountDisabled,
    ProviderOtherPerson,
    ProviderIdentityTaken,
    ProviderConfirmFirst,
    ProviderTooMany,
    ProviderFailed,
}

impl Done {
    /// Each outcome with its key.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Saved, "saved"),
        (Self::SignedOut, "signed-out"),
        (Self::MailboxVerified, "mailbox-verified"),
        (Self::CodeNotSent, "code-not-sent"),
        (Self::CodeSent, "code-sent"),
        (Self::AddressCorrected, "address-corrected"),
        (Self::KillSwitchOn, "kill-switch-on"),
        (Self::KillSwitchOff, "kill-switch-off"),
        (Self::EncryptedRepliesOnly, "encrypted-replies-only"),
        (Self::AnyReplies, "any-replies"),
        (Self::SignedRepliesOnly, "signed-replies-only"),
        (Self::UnsignedReplies, "unsigned-replies"),
        (Self::RelayedRecipients, "relayed-recipients"),
        (Self::RecipientsNamedOnly, "recipients-named-only"),
        (Self::DefaultMailbox, "default-mailbox"),
        (Self::MailboxDeleted, "mailbox-deleted"),
        (Self::AliasCreated, "alias-created"),
        (Self::AliasOn, "alias-on"),
        (Self::AliasOff, "alias-off"),
        (Self::AliasDeleted, "alias-deleted"),
        (Self::AliasMoved, "alias-moved"),
        (Self::AliasPinned, "alias-pinned"),
        (Self::AliasUnpinned, "alias-unpinned"),
        (Self::AliasesOn, "aliases-on"),
        (Self::AliasesOff, "aliases-off"),
        (Self::AliasesPinned, "aliases-pinned"),
        (Self::AliasesUnpinned, "aliases-unpinned"),
        (Self::AliasesDeleted, "aliases-deleted"),
        (Self::AliasesMoved, "aliases-moved"),
        (Self::PickedMoved, "picked-moved"),
        (Self::NothingExported, "nothing-exported"),
        (Self::AliasNamed, "alias-named"),
        (Self::AliasNoted, "alias-noted"),
        (Self::CountsReset, "counts-reset"),
        (Self::Recording, "recording"),
        (Self::Forgotten, "forgotten"),
        (Self::ThreadStarted, "thread-started"),
        (Self::ContactBlocked, "contact-blocked"),
        (Self::ContactUnblocked, "contact-unblocked"),
        (Self::ProfileActivated, "profile-activated"),
        (Self::ProfileDeactivated, "profile-deactivated"),
        (Self::ProfileDeleted, "profile-deleted"),
        (Self::ProfileNamed, "profile-named"),
        (Self::SubjectHidden, "subject-hidden"),
        (Self::SubjectShown, "subject-shown"),
        (Self::SenderHidden, "sender-hidden"),
        (Self::SenderShown, "sender-shown"),
        (Self::ChecklistHidden, "checklist-hidden"),
        (Self::TestSent, "test-sent"),
        (Self::PasswordChanged, "password-changed"),
        (Self::PasswordReset, "password-reset"),
        (Self::TwoFactorOn, "two-factor-on"),
        (Self::TwoFactorOff, "two-factor-off"),
        (Self::RecoveryCodesKept, "recovery-codes-kept"),
        (Self::PasskeyAdded, "passkey-added"),
        (Self::PasskeyRemoved, "passkey-removed"),
        (Self::SessionEnded, "session-ended"),
        (Self::OtherSessionsEnded, "other-sessions-ended"),
        (Self::ApiKeyRevoked, "api-key-revoked"),
        (Self::AccountDeleted, "account-deleted"),
        (Self::AccountEnabled, "account-enabled"),
        (Self::AccountDisabled, "account-disabled"),
        (Self::AdministratorAdded, "administrator-added"),
        (Self::AdministratorRemoved, "administrator-removed"),
        (Self::SecondFactorReset, "second-factor-reset"),
        (Self::OtherAccountDeleted, "other-account-deleted"),
        (Self::InvitationRevoked, "invitation-revoked"),
        (Self::OtherAccountCreated, "other-account-created"),
        (Self::OtherAccountAtProvider, "other-account-at-provider"),
        (Self::MessagesDue, "messages-due"),
        (Self::MessageDropped, "message-dropped"),
        (Self::MessagesDropped, "messages-dropped"),
        (Self::LimitsChanged, "limits-changed"),
        (Self::SignUpChanged, "sign-up-changed"),
        (Self::AnnouncementShown, "announcement-shown"),
        (Self::AnnouncementRemoved, "announcement-removed"),
        (Self::ProviderLinked, "provider-linked"),
        (Self::ProviderUnlinked, "provider-unlinked"),
        (Self::ProviderConfirmed, "provider-confirmed"),
        (Self::ProviderUnreachable, "provider-unreachable"),
        (Self::ProviderRefused, "provider-refused"),
        (Self::ProviderCancelled, "provider-cancelled"),
        (Self::ProviderExpired, "provider-expired"),
        (Self::ProviderNotFresh, "provider-not-fresh"),
        (Self::ProviderUnverified, "provider-unverified"),
        (Self::ProviderAddressTaken, "provider-address-taken"),
        (Self::ProviderLinkByHand, "provider-link-by-hand"),
        (Self::ProviderAddressUnusable, "provider-address-unusable"),
        (Self::ProviderSignUpClosed, "provider-sign-up-closed"),
        (Self::ProviderWrongInvitation, "provider-wrong-invitation"),
        (Self::ProviderNeedsInvitation, "provider-needs-invitation"),
        (Self::ProviderAccountDisabled, "provider-account-disabled"),
        (Self::ProviderOtherPerson, "provider-other-person"),
        (Self::ProviderIdentityTaken, "provider-identity-taken"),
        (Self::ProviderConfirmFirst, "provider-confirm-first"),
        (Self::ProviderTooMany, "provider-too-many"),
        (Self::ProviderFailed, "provider-failed"),
    ];

    /// Returns the key word in URLs.
    pub fn key(self) -> &'static str {
        // A test makes sure that each has an entry. Without one there would be nothing to report.
        let entry = Self::ALL.iter().find(|(done, _)| *done == self);
        entry.map_or("", |(_, key)| key)
    }

    /// Returns the sentence that the person reads.
    #[allow(clippy::too_many_lines, reason = "one line for each outcome")]
    pub fn words(self) -> &'static str {
        match self {
            Self::Saved => text!(done.saved),
            Self::SignedOut => text!(done.signed_out),
            Self::MailboxVerified => text!(done.mailbox_verified),
            Self::CodeNotSent => text!(done.code_not_sent),
            Self::CodeSent => text!(done.code_sent),
            Self::AddressCorrected => text!(done.address_corrected),
            Self::KillSwitchOn => text!(done.kill_switch_on),
            Self::KillSwitchOff => text!(done.kill_switch_off),
            Self::EncryptedRepliesOnly => text!(done.encrypted_replies_only),
            Self::AnyReplies => text!(done.any_replies),
            Self::SignedRepliesOnly => text!(done.signed_replies_only),
            Self::UnsignedReplies => text!(done.unsigned_replies),
            Self::RelayedRecipients => text!(done.relayed_recipients),
            Self::RecipientsNamedOnly => text!(done.recipients_named_only),
            Self::DefaultMailbox => text!(done.default_mailbox),
            Self::MailboxDeleted => text!(done.mailbox_deleted),
            Self::AliasCreated => text!(done.alias_created),
            Self::AliasOn => text!(done.alias_on),
            Self::AliasOff => text!(done.alias_off),
            Self::AliasDeleted => text!(done.alias_deleted),
            Self::AliasMoved => text!(done.alias_moved),
            Self::AliasPinned => text!(done.alias_pinned),
            Self::AliasUnpinned => text!(done.alias_unpinned),
            Self::AliasesOn => text!(done.aliases_on),
            Self::AliasesOff => text!(done.aliases_off),
            Self::AliasesPinned => text!(done.aliases_pinned),
            Self::AliasesUnpinned => text!(done.aliases_unpinned),
            Self::AliasesDeleted => text!(done.aliases_deleted),
            Self::AliasesMoved => text!(done.aliases_moved),
            Self::PickedMoved => text!(done.picked_moved),
            Self::NothingExported => text!(done.nothing_exported),
            Self::AliasNamed => text!(done.alias_named),
            Self::AliasNoted => text!(done.alias_noted),
            Self::CountsReset => text!(done.counts_reset),
            Self::Recording => text!(done.recording),
            Self::Forgotten => text!(done.forgotten),
            Self::ThreadStarted => text!(done.thread_started),
            Self::ContactBlocked => text!(done.contact_blocked),
            Self::ContactUnblocked => text!(done.contact_unblocked),
            Self::ProfileActivated => text!(done.profile_activated),
            Self::ProfileDeactivated => text!(done.profile_deactivated),
            Self::ProfileDeleted => text!(done.profile_deleted),
            Self::ProfileNamed => text!(done.profile_named),
            Self::SubjectHidden => text!(done.subject_hidden),
            Self::SubjectShown => text!(done.subject_shown),
            Self::SenderHidden => text!(done.sender_hidden),
            Self::SenderShown => text!(done.sender_shown),
            Self::ChecklistHidden => text!(done.checklist_hidden),
            Self::TestSent => text!(done.test_sent),
            Self::PasswordChanged => text!(done.password_changed),
            Self::PasswordReset => text!(done.password_reset),
            Self::TwoFactorOn => text!(done.two_factor_on),
            Self::TwoFactorOff => text!(done.two_factor_off),
            Self::RecoveryCodesKept => text!(done.recovery_codes_kept),
            Self::PasskeyAdded => text!(done.passkey_added),
            Self::PasskeyRemoved => text!(done.passkey_removed),
            Self::SessionEnded => text!(done.session_ended),
            Self::OtherSessionsEnded => text!(done.other_sessions_ended),
            Self::ApiKeyRevoked => text!(done.api_key_revoked),
            Self::AccountDeleted => text!(done.account_deleted),
            Self::AccountEnabled => text!(done.account_enabled),
            Self::AccountDisabled => text!(done.account_disabled),
            Self::AdministratorAdded => text!(done.administrator_added),
            Self::AdministratorRemoved => text!(done.administrator_removed),
            Self::SecondFactorReset => text!(done.second_factor_reset),
            Self::OtherAccountDeleted => text!(done.other_account_deleted),
            Self::InvitationRevoked => text!(done.invitation_revoked),
            Self::OtherAccountCreated => text!(done.other_account_created),
            Self::OtherAccountAtProvider => text!(done.other_account_at_provider),
            Self::MessagesDue => text!(done.messages_due),
            Self::MessageDropped => text!(done.message_dropped),
            Self::MessagesDropped => text!(done.messages_dropped),
            Self::LimitsChanged => text!(done.limits_changed),
            Self::SignUpChanged => text!(done.sign_up_changed),
            Self::AnnouncementShown => text!(done.announcement_shown),
            Self::AnnouncementRemoved => text!(done.announcement_removed),
            Self::ProviderLinked => text!(done.provider_linked),
            Self::ProviderUnlinked => text!(done.provider_unlinked),
            Self::ProviderConfirmed => text!(done.provider_confirmed),
            Self::ProviderUnreachable => text!(done.provider_unreachable),
            Self::ProviderRefused => text!(done.provider_refused),
            Self::ProviderCancelled => text!(done.provider_cancelled),
            Self::ProviderExpired => text!(done.provider_expired),
            Self::ProviderNotFresh => text!(done.provider_not_fresh),
            Self::ProviderUnverified => text!(done.provider_unverified),
            Self::ProviderAddressTaken => text!(done.provider_address_taken),
            Self::ProviderLinkByHand => text!(done.provider_link_by_hand),
            Self::ProviderAddressUnusable => text!(done.provider_address_unusable),
            Self::ProviderSignUpClosed => text!(done.provider_sign_up_closed),
            Self::ProviderWrongInvitation => text!(done.provider_wrong_invitation),
            Self::ProviderNeedsInvitation => text!(done.provider_needs_invitation),
            Self::ProviderAccountDisabled => text!(done.provider_account_disabled),
            Self::ProviderOtherPerson => text!(done.provider_other_person),
            Self::ProviderIdentityTaken => text!(done.provider_identity_taken),
            Self::ProviderConfirmFirst => text!(done.provider_confirm_first),
            Self::ProviderTooMany => text!(done.provider_too_many),
            Self::ProviderFailed => text!(done.provider_failed),
        }
    }

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

    /// Returns the outcome with this key word, or `None` for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find_map(|(done, each)| (*each == key).then_some(*done))
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
        for (done, key) in Done::ALL {
            assert_eq!(Done::from_key(key), Some(*done));
            assert_eq!(done.key(), *key);
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
