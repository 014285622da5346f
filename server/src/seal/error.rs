//! Defines the errors of sealing. Each is a fault of the relay or of its database, never of the sender.

use super::pgp::{Cause, KeyError, PersonKeyError};

/// Why a message was not sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A stored certificate is not DER, or what the relay built from it is not.
    #[error("a certificate cannot be read")]
    Certificate(#[source] der::Error),
    /// The contact's stored key is no RSA key in PKCS#8.
    #[error("the contact's stored key cannot be used")]
    Key(#[source] aws_lc_rs::error::KeyRejected),
    /// The contact's key is not the one in its certificate.
    #[error("the contact's key and certificate do not belong together")]
    KeyMismatch,
    /// The key of the user certificate is not rsaEncryption, which key transport needs.
    #[error("the user certificate holds no RSA key")]
    RecipientKey,
    /// The user certificate is not valid yet, or has expired.
    #[error("the user certificate is not valid at this time")]
    RecipientValidity,
    /// The content key could not be encrypted, because the key of the user certificate is too short.
    #[error("the content key could not be encrypted")]
    KeyTransport(#[source] aws_lc_rs::error::Unspecified),
    /// The contact's key could not sign.
    #[error("the message could not be signed")]
    Signature(#[source] aws_lc_rs::error::Unspecified),
    /// The cipher failed.
    #[error("encryption failed")]
    Encryption(#[source] aws_lc_rs::error::Unspecified),
    /// The person's OpenPGP key cannot encrypt at this time.
    #[error("the person's key cannot be used at this time")]
    Person(#[source] PersonKeyError),
    /// The contact's OpenPGP key cannot be used.
    #[error("the contact's key cannot be used")]
    Contact(#[source] KeyError),
    /// The OpenPGP message could not be built.
    #[error("the OpenPGP message could not be built")]
    OpenPgp(#[source] Cause),
}

impl From<der::Error> for SealError {
    fn from(error: der::Error) -> Self {
        Self::Certificate(error)
    }
}

impl From<KeyError> for SealError {
    fn from(error: KeyError) -> Self {
        Self::Contact(error)
    }
}
