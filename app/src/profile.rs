//! Profiles: kinds, states and the only legal changes of state (DESIGN §2).

use serde::{Deserialize, Serialize};

/// How a profile encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileKind {
    /// S/MIME 4.0 (RFC 8551) with a chain of three certificates.
    Smime,
    /// OpenPGP (RFC 9580).
    Pgp,
}

/// Where a profile stands. `Expired` is never stored: it follows from the clock, see [`ProfileState::at`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileState {
    /// The user certificate is signed, the chain is not complete yet.
    Issued,
    /// Complete; not used for mail.
    Ready,
    /// Every message relayed to the mailbox is sealed with it.
    Active,
    /// Past its end; can only be deleted.
    Expired,
}

/// What a person can do to a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileAction {
    /// The chain was checked and stored.
    Complete,
    /// "Activate".
    Activate,
    /// "Deactivate".
    Deactivate,
}

impl ProfileState {
    /// The state at a moment, given whether the profile has ended by then.
    pub fn at(self, ended: bool) -> Self {
        if ended { Self::Expired } else { self }
    }

    /// The state after an action, or `None` where the action is not allowed.
    pub fn after(self, action: ProfileAction) -> Option<Self> {
        match (self, action) {
            (Self::Issued, ProfileAction::Complete) => Some(Self::Ready),
            (Self::Ready | Self::Active, ProfileAction::Activate) => Some(Self::Active),
            (Self::Active | Self::Ready, ProfileAction::Deactivate) => Some(Self::Ready),
            _ => None,
        }
    }
}

/// What a person may choose for a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileSettings {
    /// What the outer header does not tell.
    pub hidden: Hidden,
    /// How the content is encrypted.
    pub cipher: Cipher,
}

/// What stands inside the seal only (RFC 9788 §3: the header confidentiality policy).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// "Hide the subject": outside it is `[...]`.
    pub subject: bool,
    /// "Hide the sender": outside From is the bare relay address, and Date does not tell the sender's time zone.
    pub sender: bool,
}

impl Hidden {
    /// Whether anything is hidden.
    pub fn any(self) -> bool {
        self.subject || self.sender
    }
}

/// How the content of S/MIME is encrypted. OpenPGP keys say themselves what their holder's client can read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cipher {
    /// What every client reads: AES-256-CBC, RSA PKCS#1 v1.5.
    #[default]
    Compatible,
    /// What few clients read: AES-256-GCM (RFC 5084), RSA-OAEP with SHA-256 (RFC 4055).
    Modern,
}

#[cfg(test)]
mod tests {
    use super::*;

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
