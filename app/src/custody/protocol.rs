//! Defines the messages between page and key worker, one answer for each command.
//!
//! They are JSON, except that the exported file is transferred as bytes.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    address::EmailAddress,
    pki::{
        PkiError,
        issuance::{self, Choice, Completion, UserRequest},
        mobileconfig,
        name::Subject,
        pkcs12::Form,
        view::CertificateView,
    },
};

/// The kind of file for the exported key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Package {
    /// Only key and chain.
    Pkcs12(Form),
    /// Apple's configuration profile with key and chain.
    ConfigurationProfile,
}

impl Package {
    /// Returns the file name: the mailbox, and an ending for the form.
    pub fn file_name(self, mailbox: &EmailAddress) -> String {
        let ending = match self {
            Self::Pkcs12(Form::Modern) => ".p12",
            Self::Pkcs12(Form::Compatible) => "-compatible.p12",
            Self::ConfigurationProfile => ".mobileconfig",
        };
        format!("{mailbox}{ending}")
    }

    /// Returns the media type of the download.
    pub fn media_type(self) -> &'static str {
        match self {
            // RFC 7292 registers none, but systems know this one.
            Self::Pkcs12(_) => "application/x-pkcs12",
            Self::ConfigurationProfile => mobileconfig::MEDIA_TYPE,
        }
    }
}

/// A command of the page to the worker.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Generate the user key and message 1.
    Start {
        /// The subject of the chain.
        subject: Subject,
        /// Expiration and key size.
        choice: Choice,
    },
    /// Check message 2 and create message 3.
    Finish {
        /// Message 2 of the issuance.
        answer: issuance::Answer,
    },
    /// Write the file with the exported key.
    Export {
        /// The passphrase that encrypts the key.
        passphrase: Zeroizing<String>,
        /// The form of the file.
        package: Package,
    },
    /// Wipe the key and end the issuance.
    End,
}

/// A message from worker to page, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The user key is generated.
    Requested {
        /// Message 1 of the issuance.
        request: UserRequest,
    },
    /// The chain is created and verified, and the root key is gone.
    Issued {
        /// Message 3 of the issuance.
        completion: Completion,
        /// User, root and intermediate certificate for display.
        certificates: Vec<CertificateView>,
    },
    /// The key is wiped.
    Ended,
    /// The command was not carried out.
    Failed {
        /// The reason.
        error: CustodyError,
    },
}

/// An answer of the worker to the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An answer as JSON.
    Event(Event),
    /// The file with the exported key.
    Exported(Vec<u8>),
}

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CustodyError {
    /// A check or a cryptographic operation failed.
    #[error(transparent)]
    Pki(PkiError),
    /// There is no key for it.
    #[error("the key is no longer in this browser")]
    NoKey,
    /// The person stopped it.
    #[error("you stopped it")]
    Cancelled,
    /// The worker could not be started, or it stopped.
    #[error("the part of this page that keeps the key stopped; please reload the page")]
    Broken,
}
