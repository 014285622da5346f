//! The messages between page and key worker: one command, one answer, in turns. They are JSON, but the exported file is transferred
//! as bytes.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    address::EmailAddress,
    api::profile::CertificateView,
    pki::{
        PkiError,
        issuance::{self, Choice, Completion, UserRequest},
        mobileconfig,
        name::Subject,
        pkcs12::Form,
    },
};

/// The file that the key leaves in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Package {
    /// Key and chain alone.
    Pkcs12(Form),
    /// Apple's configuration profile around it.
    ConfigurationProfile,
}

impl Package {
    /// The name of the file: the mailbox, and an ending that tells the forms apart.
    pub fn file_name(self, mailbox: &EmailAddress) -> String {
        let ending = match self {
            Self::Pkcs12(Form::Modern) => ".p12",
            Self::Pkcs12(Form::Compatible) => "-compatible.p12",
            Self::ConfigurationProfile => ".mobileconfig",
        };
        format!("{mailbox}{ending}")
    }

    /// The media type of the download.
    pub fn media_type(self) -> &'static str {
        match self {
            // RFC 7292 registers none; this is what systems know it by.
            Self::Pkcs12(_) => "application/x-pkcs12",
            Self::ConfigurationProfile => mobileconfig::MEDIA_TYPE,
        }
    }
}

/// A command of the page to the worker.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Make the user key and message 1.
    Start {
        /// The subject of the chain.
        subject: Subject,
        /// For how long, and with which keys.
        choice: Choice,
    },
    /// Check message 2, make message 3.
    Finish {
        /// Message 2 of the issuance.
        answer: issuance::Answer,
    },
    /// Write the file that the key leaves in.
    Export {
        /// The passphrase that encrypts the key in it.
        passphrase: Zeroizing<String>,
        /// The form of the file.
        package: Package,
    },
    /// Wipe the key and end the issuance.
    End,
}

/// Worker to page, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The user key is made.
    Requested {
        /// Message 1 of the issuance.
        request: UserRequest,
    },
    /// The chain is made and verified; the root key is gone.
    Issued {
        /// Message 3 of the issuance.
        completion: Completion,
        /// User, root, intermediate, to be shown.
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
    /// The file that the key leaves in.
    Exported(Vec<u8>),
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CustodyError {
    /// A check failed, or a primitive.
    #[error(transparent)]
    Pki(PkiError),
    /// There is no key that this could be done with.
    #[error("the key is no longer in this browser")]
    NoKey,
    /// The person stopped it.
    #[error("you stopped it")]
    Cancelled,
    /// The worker could not be started, or stopped.
    #[error("the part of this page that keeps the key stopped; please reload the page")]
    Broken,
}
