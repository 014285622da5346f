//! Defines the errors of an issuance, with advice.

use crate::{
    api::{ApiError, pki_error_words},
    custody::protocol::CustodyError,
    pki::PkiError,
    texts::text,
};

/// Why the issuance failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Trouble {
    Custody(CustodyError),
    Server(ApiError),
    Download,
}

impl From<CustodyError> for Trouble {
    fn from(error: CustodyError) -> Self {
        Self::Custody(error)
    }
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self::Server(error)
    }
}

impl Trouble {
    /// Returns what went wrong, as a sentence.
    pub fn words(&self) -> String {
        let words = match self {
            Self::Custody(CustodyError::Pki(error)) => {
                return text!(wizard.trouble.failed, why = pki_error_words(error));
            }
            Self::Custody(CustodyError::NoKey) => text!(wizard.trouble.no_key),
            Self::Custody(CustodyError::Cancelled) => text!(wizard.trouble.cancelled),
            Self::Custody(CustodyError::Broken) => text!(wizard.trouble.broken),
            Self::Server(error) => return error.words(),
            Self::Download => text!(wizard.trouble.download),
        };
        words.to_owned()
    }

    /// Returns advice, if there is more to do than trying again.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Custody(CustodyError::Pki(PkiError::PassphraseTooShort | PkiError::PassphraseCharacter)) => {
                Some(text!(wizard.trouble.other_passphrase))
            }
            Self::Custody(CustodyError::Pki(PkiError::Refused { .. } | PkiError::Malformed(_)))
            | Self::Server(ApiError::Issuance(_)) => Some(text!(wizard.trouble.nothing_kept)),
            Self::Custody(CustodyError::NoKey) => Some(text!(wizard.trouble.start_over)),
            Self::Custody(_) => None,
            Self::Server(ApiError::SignedOut) => Some(text!(wizard.trouble.sign_in)),
            Self::Server(ApiError::Transport) => Some(text!(wizard.trouble.connection)),
            Self::Server(_) => None,
            Self::Download => Some(text!(wizard.trouble.allow_downloads)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_the_worker_logs() {
        for error in [
            CustodyError::Pki(PkiError::PassphraseTooShort),
            CustodyError::NoKey,
            CustodyError::Cancelled,
            CustodyError::Broken,
        ] {
            let words = format!("It did not work: {error}.");
            assert_eq!(Trouble::from(error).words(), words);
        }
    }
}
