//! Profiles: kinds, states and the only legal changes of state (DESIGN §2).

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, macros::datetime};

/// RFC 5280 §4.1.2.5: the end of what has none, as an OpenPGP key may.
pub const NO_END: OffsetDateTime = datetime!(9999-12-31 23:59:59 UTC);

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
