//! Defines the errors that stop a reply. The person sees them, the contact never does.

use crate::mail::{content::EncodingError, multipart::SplitError, place::Place};

/// Why a reply cannot leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StripError {
    /// To or Cc names somebody who is no contact of the alias. That person and the contact would learn each other's
    /// address, and their answers would bypass the relay.
    #[error("an address in To or Cc is no relay address of this alias")]
    Recipient,
    /// A part is encrypted, or is CMS with content. It cannot be searched.
    #[error("a part of the message is still encrypted or sealed")]
    StillEncrypted,
    /// The part is Outlook's winmail.dat, which wraps text and files together with the sender's identity.
    #[error(
        "the message is in Outlook's rich text format (winmail.dat), which names its sender; send it as HTML or plain text"
    )]
    Tnef,
    /// The part's type fetches or joins content from elsewhere (RFC 2046 §5.2.2, §5.2.3), or is unknown.
    #[error("a part of the message is of a kind that is not sent on")]
    Kind,
    /// A multipart body lacks the boundary that its header names.
    #[error("the parts of the message cannot be told apart")]
    Structure,
    /// A transfer encoding is unknown or broken.
    #[error("a part of the message cannot be decoded")]
    Encoding,
    /// The text's character set is unknown, so the text cannot be searched.
    #[error("a text is in an unknown character set")]
    Charset,
    /// The finished message still names the person.
    #[error("the message names the mailbox or its provider: {0}")]
    Leak(Place),
    /// Multiparts and messages are nested too deep.
    #[error("the message is nested too deeply")]
    TooDeep,
    /// There are too many parts.
    #[error("the message has too many parts")]
    TooManyParts,
}

impl From<EncodingError> for StripError {
    fn from(_: EncodingError) -> Self {
        Self::Encoding
    }
}

impl From<SplitError> for StripError {
    fn from(error: SplitError) -> Self {
        match error {
            SplitError::NoParts => Self::Structure,
            SplitError::TooMany => Self::TooManyParts,
        }
    }
}
