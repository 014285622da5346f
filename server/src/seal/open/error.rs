//! The errors of opening a message. They share one SMTP reply, but for a form that is not supported: its reply names the form.

use const_oid::ObjectIdentifier;

use super::unsupported::Unsupported;

/// Why a message could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The body is not in the transfer encoding that its header names.
    #[error("the body cannot be decoded from its transfer encoding")]
    TransferEncoding,
    /// The CMS object is not BER, or beyond the limits.
    #[error("the CMS object cannot be read")]
    Ber(#[source] BerError),
    /// The CMS object is BER, but not of the form of RFC 5652 or RFC 5083.
    #[error("the CMS object has another form")]
    Form(#[source] der::Error),
    /// It holds no content: certificates only, or a signature that belongs to something else.
    #[error("the CMS object holds no content")]
    Empty,
    /// The parameters of its cipher are not such, or do not fit what was encrypted.
    #[error("the parameters of the cipher do not fit")]
    Parameters,
    /// It is in a form that is not read here, as everybody can see.
    #[error("not supported: {0:?}")]
    Unsupported(Unsupported),
    /// The person's stored certificate holds a key that is not RSA: a fault of ours.
    #[error("a stored certificate holds another key than RSA: {0}")]
    SignerKey(ObjectIdentifier),
    /// The compressed content cannot be taken out.
    #[error("the compressed content cannot be read")]
    Zlib(#[source] std::io::Error),
    /// More comes out of what was compressed than is read.
    #[error("the compressed content is too large")]
    Bomb,
    /// It is encrypted, but to none of the certificates.
    #[error("encrypted to none of the certificates")]
    Recipient,
    /// A stored certificate cannot be read: a fault of ours.
    #[error("a stored certificate cannot be read")]
    Certificate(#[source] der::Error),
    /// A stored key cannot be read: a fault of ours.
    #[error("a stored key cannot be read")]
    Key(#[source] der::Error),
    /// The numbers of a stored key are no RSA key: a fault of ours.
    #[error("a stored key is no RSA key")]
    DecryptionKey(#[source] nettle::Error),
    /// The same, found with OAEP.
    #[error("a stored key is no RSA key")]
    RejectedKey(#[source] aws_lc_rs::error::KeyRejected),
    /// OAEP could not be prepared: a fault of ours.
    #[error("OAEP cannot be prepared")]
    Oaep(#[source] aws_lc_rs::error::Unspecified),
    /// Key, padding, authentication tag or what is inside is not as it should be: one error, so that nobody learns which.
    #[error("the message cannot be deciphered")]
    Undecipherable,
    /// Encrypted with a cipher that notices no change (EnvelopedData), and no signature of the person's holds over what is
    /// inside, or it does not decipher at all: one error, so that nobody learns which by changing a ciphertext (EFAIL).
    #[error("encrypted with a cipher that notices no change, and not signed by the person")]
    Malleable,
    /// An OpenPGP message that cannot be read, or is none.
    #[error("the OpenPGP message cannot be read")]
    OpenPgp(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// OpenPGP packets that do not make one encrypted message.
    #[error("the OpenPGP packets are not one encrypted message")]
    Packets,
    /// Something encrypted is a part of the message and not all of it (EFAIL).
    #[error("a part of the message is encrypted, and not all of it")]
    Mixed,
}

/// Why a CMS object was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BerError {
    /// More octets than are read.
    #[error("too many octets")]
    Octets,
    /// Values nested too deep.
    #[error("nested too deep")]
    Depth,
    /// More values than are read.
    #[error("too many values")]
    Values,
    /// A value ends behind what it is in.
    #[error("a value is longer than what holds it")]
    Length,
    /// Not BER, or a form of it that CMS does not need.
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
