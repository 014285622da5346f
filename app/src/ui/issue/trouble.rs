//! Defines the errors of an issuance, with advice.

use crate::{api::ApiError, custody::protocol::CustodyError, pki::PkiError};

/// Why the issuance failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::ui) enum Trouble {
    #[error("It did not work: {0}.")]
    Custody(#[from] CustodyError),
    #[error(transparent)]
    Server(#[from] ApiError),
    #[error("The browser did not take the file.")]
    Download,
}

impl Trouble {
    /// Returns advice, if there is more to do than trying again.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Custody(CustodyError::Pki(PkiError::PassphraseTooShort | PkiError::PassphraseCharacter)) => {
                Some("Choose another passphrase and export again.")
            }
            Self::Custody(CustodyError::Pki(PkiError::Refused { .. } | PkiError::Malformed(_)))
            | Self::Server(ApiError::Issuance(_)) => Some(
                "Nothing was kept, and your mailbox is as it was. Issue again. If it happens again, tell whoever runs this relay: \
                 one side makes what the other does not accept.",
            ),
            Self::Custody(CustodyError::NoKey) => Some("Discard this profile and issue a new one."),
            Self::Custody(_) => None,
            Self::Server(ApiError::SignedOut) => Some(
                "Sign in in another tab, then try again here: to reload this page would lose a key that is not exported.",
            ),
            Self::Server(ApiError::Transport) => Some("Check your connection, then try again here."),
            Self::Server(_) => None,
            Self::Download => Some("Allow downloads for this site in the browser's settings, then export again."),
        }
    }
}
