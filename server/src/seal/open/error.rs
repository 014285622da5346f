//! Defines the errors of opening a message. All share one SMTP reply, except unsupported forms, whose reply names the
//! form.

use const_oid::ObjectIdentifier;

use super::unsupported::Unsupported;

/// Why a message could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The body is not in the transfer encoding that its header names.
    #[error("the body cannot be decoded from its transfer encoding")]
    TransferEncoding,
    /// The CMS object is not BER, or exceeds the limits.
    #[error("the CMS object cannot be read")]
    Ber(#[source] BerError),
    /// The CMS object is BER, but does not have the form of RFC 5652 or RFC 5083.
    #[error("the CMS object has another form")]
    Form(#[source] der::Error),
    /// The CMS object holds no content. It has only certificates, or a signature over something else.
    #[error("the CMS object holds no content")]
    Empty,
    /// The parameters of the cipher are malformed, or do not fit the ciphertext.
    #[error("the parameters of the cipher do not fit")]
    Parameters,
    /// The form is not supported, as everybody can see.
    #[error("not supported: {0:?}")]
    Unsupported(Unsupported),
    /// The person's stored certificate holds a key that is not RSA. The relay is at fault.
    #[error("a stored certificate holds another key than RSA: {0}")]
    SignerKey(ObjectIdentifier),
    /// The compressed content cannot be decompressed.
    #[error("the compressed content cannot be read")]
    Zlib(#[source] std::io::Error),
    /// The decompressed content exceeds the limit.
    #[error("the compressed content is too large")]
    Bomb,
    /// It is encrypted to none of our certificates.
    #[error("encrypted to none of the certificates")]
    Recipient,
    /// A stored certificate cannot be read. The relay is at fault.
    #[error("a stored certificate cannot be read")]
    Certificate(#[source] der::Error),
    /// A stored key cannot be read. The relay is at fault.
    #[error("a stored key cannot be read")]
    Key(#[source] der::Error),
    /// The numbers of a stored key make no RSA key. The relay is at fault.
    #[error("a stored key is no RSA key")]
    DecryptionKey(#[source] nettle::Error),
    /// OAEP found the same.
    #[error("a stored key is no RSA key")]
    RejectedKey(#[source] aws_lc_rs::error::KeyRejected),
    /// OAEP could not be set up. The relay is at fault.
    #[error("OAEP cannot be prepared")]
    Oaep(#[source] aws_lc_rs::error::Unspecified),
    /// Key, padding, authentication tag or content is wrong. One error covers all, so that nobody learns which.
    #[error("the message cannot be deciphered")]
    Undecipherable,
    /// The cipher does not detect changes (EnvelopedData), and either no signature of the person covers the content or
    /// it does not decrypt. One error covers both, so that nobody learns which by changing a ciphertext (EFAIL).
    #[error("encrypted with a cipher that notices no change, and not signed by the person")]
    Malleable,
    /// The OpenPGP message is malformed.
    #[error("the OpenPGP message cannot be read")]
    OpenPgp(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The OpenPGP packets are not exactly one encrypted message.
    #[error("the OpenPGP packets are not one encrypted message")]
    Packets,
    /// Only a part of the message is encrypted (EFAIL).
    #[error("a part of the message is encrypted, and not all of it")]
    Mixed,
}

/// Why a CMS object was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BerError {
    /// There are too many octets.
    #[error("too many octets")]
    Octets,
    /// Values are nested too deep.
    #[error("nested too deep")]
    Depth,
    /// There are too many values.
    #[error("too many values")]
    Values,
    /// A value is longer than the value that contains it.
    #[error("a value is longer than what holds it")]
    Length,
    /// The bytes are not BER, or a form of it that CMS does not need.
    #[error("not BER")]
    Syntax,
}

impl From<BerError> for OpenError {
    fn from(error: BerError) -> Self {
        Self::Ber(error)
    }
}

impl From<Unsupported> for OpenError {
    fn from(form: Unsupported) -> Self {
        Self::Unsupported(form)
    }
}

impl From<der::Error> for OpenError {
    fn from(error: der::Error) -> Self {
        Self::Form(error)
    }
}
