//! What page and key worker say to each other: one command, one answer, in turns. JSON, but for the exported file, which
//! is transferred as bytes.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    api::profile::CertificateView,
    pki::{
        PkiError,
        issuance::{self, Completion, UserRequest},
        name::Subject,
        pkcs12::Form,
        validity::Expiration,
    },
};

/// Page to worker.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Make the user key and message 1.
    Start {
        /// For whom.
        subject: Subject,
        /// For how long.
        expiration: Expiration,
    },
    /// Check message 2, make message 3.
    Finish {
        /// Message 2.
        answer: issuance::Answer,
    },
    /// Write the PKCS#12 file.
    Export {
        /// What it is encrypted with.
        passphrase: Zeroizing<String>,
        /// How it is encrypted.
        form: Form,
    },
    /// Wipe the key.
    End,
}

/// Worker to page, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The user key is made.
    Requested {
        /// Message 1.
        request: UserRequest,
    },
    /// The chain is made and verified; the root key is gone.
    Issued {
        /// Message 3.
        completion: Completion,
        /// User, root, intermediate, to be shown.
        certificates: Vec<CertificateView>,
    },
    /// The key is wiped.
    Ended,
    /// The command was not carried out.
    Failed {
        /// Why.
        error: CustodyError,
    },
}

/// What the worker answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Anything but a file.
    Event(Event),
    /// The PKCS#12 file.
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
    /// The worker could not be started, or stopped.
    #[error("the part of this page that keeps the key stopped; please reload the page")]
    Broken,
}
