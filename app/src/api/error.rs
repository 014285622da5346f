//! What a person is told when the server declines. Public wording only: causes stay in the server's log.

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

use crate::pki::PkiError;

/// Why a request was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ApiError {
    /// No session, or one that ended.
    #[error("Please sign in first.")]
    SignedOut,
    /// Does not exist, or belongs to somebody else: the two are not told apart.
    #[error("This does not exist.")]
    NotFound,
    /// The same for an unknown address and a wrong password.
    #[error("Address or password is not right.")]
    WrongCredentials,
    /// Too many attempts.
    #[error("Too many attempts. Please try again in {minutes} minutes.")]
    TooManyAttempts {
        /// Minutes to wait, at least 1.
        minutes: u32,
    },
    /// The address is no mail address.
    #[error("This is not a mail address.")]
    InvalidAddress,
    /// The address cannot be used here: it has an account, or lies under the relay's own domain.
    #[error("This address cannot be used. If it is yours and has an account, sign in instead.")]
    AddressUnavailable,
    /// The password is shorter than [`super::account::MIN_PASSWORD`] or longer than 1024 characters.
    #[error("The password must have at least {} characters.", super::account::MIN_PASSWORD)]
    WeakPassword,
    /// The code is wrong.
    #[error("This code is not right. {tries_left} tries are left.")]
    WrongCode {
        /// Tries left before a new code is needed.
        tries_left: u32,
    },
    /// The code has expired, or was tried too often.
    #[error("This code is no longer valid. Please ask for a new one.")]
    CodeExpired,
    /// The mailbox is not verified yet.
    #[error("This mailbox is not verified yet.")]
    MailboxUnverified,
    /// A second mailbox before the first is verified.
    #[error("Please verify the mailbox that you signed up with first.")]
    FirstMailboxUnverified,
    /// The alias is taken, now or formerly.
    #[error("This alias is taken. Please take another.")]
    AliasTaken,
    /// The alias is not of the accepted form.
    #[error(
        "An alias has 3 to 64 letters, digits, dots, hyphens or underscores, and starts and ends with a letter or digit."
    )]
    InvalidAlias,
    /// A text is too long.
    #[error("This text is too long.")]
    TooLong,
    /// The name of a sender is too long, or has what no header field may hold.
    #[error("A name is one line of at most {} characters.", super::alias::MAX_NAME)]
    InvalidName,
    /// The alias is disabled.
    #[error("This alias is disabled. Enable it first.")]
    AliasDisabled,
    /// An address of this relay where an outside one is wanted.
    #[error("This address belongs to this relay. Please give the recipient's own address.")]
    OwnAddress,
    /// Nothing can be sealed, and the kill switch is on.
    #[error("No profile is active and the kill switch is on, so no message can reach your mailbox.")]
    KillSwitch,
    /// The profile is not in a state that allows this.
    #[error("The profile's state does not allow this.")]
    ProfileState,
    /// The exchange of the issuance was refused.
    #[error("The certificates were refused: {0}.")]
    Issuance(PkiError),
    /// The mail with the code could not be handed over.
    #[error("The mail could not be sent. Please try again later.")]
    MailNotSent,
    /// The name of an API key is empty, too long or of more than one line.
    #[error(
        "Give the key a name of one line, of at most {} characters.",
        super::api_key::MAX_KEY_NAME
    )]
    InvalidKeyName,
    /// The account has as many API keys as it may.
    #[error("You have {} API keys. Revoke one first.", super::api_key::MAX_KEYS)]
    TooManyKeys,
    /// The address that confirms a deletion is not the account's.
    #[error("Type the address that you sign in with to confirm.")]
    NotConfirmed,
    /// A table without a column of addresses.
    #[error("The table has no column “alias” or “email” in its first line.")]
    TableHeading,
    /// No table at all.
    #[error("This is no table: comma-separated values in UTF-8 are wanted.")]
    NoTable,
    /// A fault on the server; its log says more.
    #[error("Something went wrong on the server. Please try again later.")]
    Unavailable,
    /// The request or its answer did not get through.
    #[error("The server could not be reached or did not understand the request.")]
    Transport,
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::Transport
    }
}
