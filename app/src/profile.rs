//! Defines encryption profiles: kinds, states, permitted state changes, and settings.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, macros::datetime};

/// The expiration of a profile that never expires, as with some OpenPGP keys (RFC 5280 §4.1.2.5).
pub const NO_END: OffsetDateTime = datetime!(9999-12-31 23:59:59 UTC);

/// How a profile encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileKind {
    /// S/MIME 4.0 (RFC 8551) with a chain of three certificates.
    Smime,
    /// OpenPGP (RFC 9580) with the key that the person submits.
    Pgp,
}

/// The state of a profile. `Expired` is never stored, because it depends on the time, see [`ProfileState::at`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileState {
    /// The user certificate is signed, but the chain is incomplete.
    Issued,
    /// The profile is complete, but not used for mail.
    Ready,
    /// Every message to the mailbox is encrypted with it.
    Active,
    /// The profile has expired and can only be deleted.
    Expired,
}

/// An action that changes the state of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileAction {
    /// The chain was checked and stored.
    Complete,
    /// "Activate": mail is encrypted with the profile from now on.
    Activate,
    /// "Deactivate": mail is no longer encrypted with the profile.
    Deactivate,
}

impl ProfileState {
    /// Returns the state at a time. `ended` tells whether the profile has expired by then.
    pub fn at(self, ended: bool) -> Self {
        if ended { Self::Expired } else { self }
    }

    /// Returns the state after an action, or `None` if the action is not allowed.
    pub fn after(self, action: ProfileAction) -> Option<Self> {
        match (self, action) {
            (Self::Issued, ProfileAction::Complete) => Some(Self::Ready),
            (Self::Ready | Self::Active, ProfileAction::Activate) => Some(Self::Active),
            (Self::Active | Self::Ready, ProfileAction::Deactivate) => Some(Self::Ready),
            _ => None,
        }
    }
}

/// Evidence that the person can open mail that is encrypted with a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEvidence {
    /// With S/MIME, a browser generated the key, which is lost unless it was exported. With PGP, the person brought the
    /// key.
    pub kind: ProfileKind,
    /// Whether the browser that generated the key reported an export. It is always `false` for PGP.
    pub exported: bool,
    /// Whether the code inside a test message was entered.
    pub tested: bool,
}

/// Why a ready profile cannot be activated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivationFault {
    /// The key was never exported, so perhaps nobody can open what the profile encrypts. Only a test permits
    /// activation.
    NotExported,
    /// There was no test, and the person has not confirmed to skip it.
    Untested,
}

impl KeyEvidence {
    /// Whether the evidence shows that the person has the key.
    pub fn holds_key(self) -> bool {
        self.tested || self.exported || self.kind == ProfileKind::Pgp
    }

    /// Checks if the profile may be activated. `untested` confirms to skip the test.
    pub fn permits_activation(self, untested: bool) -> Result<(), ActivationFault> {
        match (self.holds_key(), self.tested || untested) {
            (true, true) => Ok(()),
            (true, false) => Err(ActivationFault::Untested),
            (false, _) => Err(ActivationFault::NotExported),
        }
    }
}

/// The settings of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The header fields to hide inside the encrypted message.
    pub hidden: Hidden,
    /// How the content is encrypted.
    pub cipher: Cipher,
}

/// A change of a profile's [`Settings`]. It leaves alone what it does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// Whether to hide the subject.
    pub hide_subject: Option<bool>,
    /// Whether to hide the sender.
    pub hide_sender: Option<bool>,
    /// How to encrypt the content.
    pub cipher: Option<Cipher>,
}

impl From<Settings> for SettingsChange {
    fn from(settings: Settings) -> Self {
        Self {
            hide_subject: Some(settings.hidden.subject),
            hide_sender: Some(settings.hidden.sender),
            cipher: Some(settings.cipher),
        }
    }
}

/// The header confidentiality policy (RFC 9788 §3): header fields that only the encrypted message contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// "Hide the subject": outside, it is `[...]`.
    pub subject: bool,
    /// "Hide the sender": outside, From is only the relay address, and Date does not reveal the sender's time zone.
    pub sender: bool,
}

impl Hidden {
    /// Whether anything is hidden.
    pub fn any(self) -> bool {
        self.subject || self.sender
    }
}

/// The encryption of S/MIME content. OpenPGP keys themselves state what their holder's client can read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cipher {
    /// AES-256-CBC and RSA PKCS#1 v1.5, which every client reads.
    #[default]
    Compatible,
    /// AES-256-GCM (RFC 5084) and RSA-OAEP with SHA-256 (RFC 4055), which few clients read.
    Modern,
}

/// Days before the end of an active profile on which its person is reminded, largest first.
pub const REMINDERS: [u16; 3] = [30, 7, 1];

/// Days before the end of a profile from which its renewal is offered.
pub const RENEWAL_DAYS: i64 = 60;

/// Returns the most urgent of [`REMINDERS`] that is due for a profile of this validity, if any. A reminder before the
/// profile's start does not count, because a person who creates a profile of five days knows that it expires soon.
pub fn reminder(not_before: OffsetDateTime, not_after: OffsetDateTime, now: OffsetDateTime) -> Option<u16> {
    if now > not_after {
        return None;
    }
    REMINDERS
        .into_iter()
        .rev()
        .filter(|days| not_after - not_before >= Duration::days((*days).into()))
        .find(|days| not_after - now <= Duration::days((*days).into()))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_most_urgent_reminder_is_the_one() {
        let (start, end) = (datetime!(2026-11-24 03:00 UTC), datetime!(2028-11-24 03:00 UTC));
        let before = |days, seconds| reminder(start, end, end - Duration::days(days) - Duration::seconds(seconds));
        assert_eq!(before(30, 1), None);
        assert_eq!(before(30, 0), Some(30));
        assert_eq!(before(7, 1), Some(30));
        assert_eq!(before(3, 0), Some(7));
        assert_eq!(before(1, 0), Some(1));
        assert_eq!(before(0, 0), Some(1));
        assert_eq!(reminder(start, end, end + Duration::SECOND), None);
        let short = end - Duration::days(5);
        assert_eq!(reminder(short, end, short), None);
        assert_eq!(reminder(short, end, end - Duration::HOUR), Some(1));
        // RFC 5280 §4.1.2.5: no end.
        assert_eq!(reminder(start, datetime!(9999-12-31 23:59:59 UTC), end), None);
    }

    #[test]
    fn a_key_that_was_neither_exported_nor_tested_activates_nothing() {
        use ActivationFault::{NotExported, Untested};
        use ProfileKind::{Pgp, Smime};
        for (kind, exported, tested, unconfirmed, confirmed) in [
            (Smime, false, false, Err(NotExported), Err(NotExported)),
            (Smime, true, false, Err(Untested), Ok(())),
            (Smime, false, true, Ok(()), Ok(())),
            (Smime, true, true, Ok(()), Ok(())),
            (Pgp, false, false, Err(Untested), Ok(())),
            (Pgp, false, true, Ok(()), Ok(())),
        ] {
            let evidence = KeyEvidence { kind, exported, tested };
            assert_eq!(evidence.permits_activation(false), unconfirmed, "{evidence:?}");
            assert_eq!(evidence.permits_activation(true), confirmed, "{evidence:?}");
        }
    }

    #[test]
    fn only_a_complete_unexpired_profile_can_be_activated() {
        assert_eq!(
            ProfileState::Ready.after(ProfileAction::Activate),
            Some(ProfileState::Active)
        );
        assert_eq!(ProfileState::Issued.after(ProfileAction::Activate), None);
        assert_eq!(ProfileState::Active.at(true).after(ProfileAction::Activate), None);
        assert_eq!(ProfileState::Active.at(true).after(ProfileAction::Deactivate), None);
    }
}
