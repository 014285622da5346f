//! Defines the outcomes that the next page reports, each by a key word in its URL. It works with JavaScript and
//! without.
//!
//! A server function ends with [`leads_to`]. The URL then contains `?done=KEY`, and `of=NUMBER` if the action can be
//! undone. The key selects the words. Text in the URL is never shown, so a forged link cannot put words into a page.

/// An outcome that the person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of each are in the table below")]
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
}

impl Done {
    /// Each outcome with its key and its words.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Saved, "saved", "The settings are saved."),
        (Self::SignedOut, "signed-out", "You are signed out."),
        (Self::MailboxVerified, "mailbox-verified", "The mailbox is verified."),
        (
            Self::CodeNotSent,
            "code-not-sent",
            "The mail with your code could not be sent just now. Wait a minute, then ask for a new code here.",
        ),
        (
            Self::CodeSent,
            "code-sent",
            "A new code is on its way. The one before is void.",
        ),
        (
            Self::AddressCorrected,
            "address-corrected",
            "The address is corrected, and a code is on its way to it.",
        ),
        (
            Self::KillSwitchOn,
            "kill-switch-on",
            "The kill switch is on: mail that can't be encrypted is rejected.",
        ),
        (
            Self::KillSwitchOff,
            "kill-switch-off",
            "The kill switch is off: mail that can't be encrypted is forwarded unencrypted.",
        ),
        (
            Self::EncryptedRepliesOnly,
            "encrypted-replies-only",
            "Unencrypted replies are rejected from now on.",
        ),
        (
            Self::AnyReplies,
            "any-replies",
            "Replies are sent on from now on, encrypted or not.",
        ),
        (
            Self::SignedRepliesOnly,
            "signed-replies-only",
            "Unsigned replies are rejected from now on.",
        ),
        (
            Self::UnsignedReplies,
            "unsigned-replies",
            "Unsigned replies are sent on from now on if your provider vouches for them.",
        ),
        (
            Self::RelayedRecipients,
            "relayed-recipients",
            "Other recipients of new messages get relay addresses. Reply to all reaches them.",
        ),
        (
            Self::RecipientsNamedOnly,
            "recipients-named-only",
            "Other recipients of new messages are named in the message only. Reply to all reaches the sender.",
        ),
        (
            Self::DefaultMailbox,
            "default-mailbox",
            "New aliases deliver to this mailbox unless you choose another.",
        ),
        (Self::MailboxDeleted, "mailbox-deleted", "The mailbox is deleted."),
        (
            Self::AliasCreated,
            "alias-created",
            "Alias created. Mail to it goes to your mailbox.",
        ),
        (Self::AliasOn, "alias-on", "The alias is on: its mail is relayed."),
        (Self::AliasOff, "alias-off", "The alias is off."),
        (
            Self::AliasDeleted,
            "alias-deleted",
            "The alias is deleted, and nobody can take it again.",
        ),
        (
            Self::AliasMoved,
            "alias-moved",
            "The alias now delivers to the other mailbox.",
        ),
        (
            Self::AliasPinned,
            "alias-pinned",
            "Alias pinned. Pinned aliases come first.",
        ),
        (Self::AliasUnpinned, "alias-unpinned", "Alias unpinned."),
        (Self::AliasesOn, "aliases-on", "Aliases turned on"),
        (Self::AliasesOff, "aliases-off", "Aliases turned off"),
        (Self::AliasesPinned, "aliases-pinned", "Aliases pinned"),
        (Self::AliasesUnpinned, "aliases-unpinned", "Aliases unpinned"),
        (Self::AliasesDeleted, "aliases-deleted", "Aliases deleted"),
        (Self::AliasesMoved, "aliases-moved", "The aliases are moved."),
        (Self::PickedMoved, "picked-moved", "Aliases moved"),
        (
            Self::NothingExported,
            "nothing-exported",
            "Nothing was exported. Select at least one alias, and at most 1,000.",
        ),
        (Self::AliasNamed, "alias-named", "The name is saved."),
        (Self::AliasNoted, "alias-noted", "Label and note are saved."),
        (Self::CountsReset, "counts-reset", "The counts start again at nothing."),
        (Self::Recording, "recording", "Activity is recorded from now on."),
        (
            Self::Forgotten,
            "forgotten",
            "Activity is no longer recorded, and what was recorded is deleted.",
        ),
        (
            Self::ThreadStarted,
            "thread-started",
            "A message is on its way to your mailbox. Answer it, and your answer reaches the recipient from this alias.",
        ),
        (
            Self::ContactBlocked,
            "contact-blocked",
            "The contact is blocked: its mail to this alias no longer reaches you.",
        ),
        (
            Self::ContactUnblocked,
            "contact-unblocked",
            "The contact is no longer blocked.",
        ),
        (
            Self::ProfileActivated,
            "profile-activated",
            "The profile is active: mail to its mailbox is sealed with it from now on.",
        ),
        (
            Self::ProfileDeactivated,
            "profile-deactivated",
            "The profile is no longer active. The mailbox's kill switch decides what becomes of its mail.",
        ),
        (Self::ProfileDeleted, "profile-deleted", "The profile is deleted."),
        (Self::ProfileNamed, "profile-named", "The profile has its new name."),
        (
            Self::SubjectHidden,
            "subject-hidden",
            "The subject of new messages is hidden.",
        ),
        (
            Self::SubjectShown,
            "subject-shown",
            "The subject of new messages is no longer hidden.",
        ),
        (
            Self::SenderHidden,
            "sender-hidden",
            "The sender of new messages is hidden.",
        ),
        (
            Self::SenderShown,
            "sender-shown",
            "The sender of new messages is no longer hidden.",
        ),
        (
            Self::ChecklistHidden,
            "checklist-hidden",
            "The list is gone. The help has the same steps.",
        ),
        (Self::TestSent, "test-sent", "A test message is on its way."),
        (
            Self::PasswordChanged,
            "password-changed",
            "The password is changed, and all other sessions have ended. Passkeys, recovery codes and API keys stay.",
        ),
        (
            Self::PasswordReset,
            "password-reset",
            "The password is changed, and all sessions have ended. Passkeys, recovery codes and API keys are gone: make new ones.",
        ),
        (
            Self::TwoFactorOn,
            "two-factor-on",
            "Two-factor authentication is on. Signing in with your password asks for a code from now on.",
        ),
        (
            Self::TwoFactorOff,
            "two-factor-off",
            "Two-factor authentication is off.",
        ),
        (
            Self::RecoveryCodesKept,
            "recovery-codes-kept",
            "Your new recovery codes are in force. Older ones are void.",
        ),
        (
            Self::PasskeyAdded,
            "passkey-added",
            "The passkey is added. You can sign in with it from now on.",
        ),
        (
            Self::PasskeyRemoved,
            "passkey-removed",
            "The passkey is removed. Delete it on your device, too.",
        ),
        (Self::SessionEnded, "session-ended", "The session has ended."),
        (
            Self::OtherSessionsEnded,
            "other-sessions-ended",
            "All other sessions have ended.",
        ),
        (
            Self::ApiKeyRevoked,
            "api-key-revoked",
            "The key is revoked: tools that use it are refused.",
        ),
        (
            Self::AccountDeleted,
            "account-deleted",
            "Your account and all that belonged to it is deleted.",
        ),
    ];

    /// Returns the key word in URLs.
    pub fn key(self) -> &'static str {
        self.entry().1
    }

    /// Returns the sentence that the person reads.
    pub fn words(self) -> &'static str {
        self.entry().2
    }

    /// Returns the sentence with the number of changed things, if it is known.
    pub fn sentence(self, count: Option<u64>) -> String {
        match count {
            Some(count) => format!("{}: {count}.", self.words()),
            None => self.words().to_owned(),
        }
    }

    /// Whether it is a failure, which stays until the person dismisses it.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::CodeNotSent | Self::NothingExported)
    }

    /// Returns the outcome with this key word, or `None` for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find_map(|(done, each, _)| (*each == key).then_some(*done))
    }

    fn entry(self) -> (Self, &'static str, &'static str) {
        // A test makes sure that each has an entry. Without one there would be nothing to say.
        let entry = Self::ALL.iter().find(|(done, ..)| *done == self);
        entry.copied().unwrap_or((self, "", ""))
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
        for (done, key, words) in Done::ALL {
            assert_eq!(Done::from_key(key), Some(*done));
            assert_eq!((done.key(), done.words()), (*key, *words));
            assert!(!words.is_empty());
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
