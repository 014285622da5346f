//! Defines the errors that people see. The wording is public, and causes stay in the server's log.

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

use super::limits;
use crate::{pgp::KeyFault, pki::PkiError, profile_name::MAX_PROFILE_NAME};

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ApiError {
    /// There is no session, or it has expired.
    #[error("Please sign in first.")]
    SignedOut,
    /// The object does not exist or belongs to another account. The two are not told apart.
    #[error("This does not exist.")]
    NotFound,
    /// The address or the password is wrong. The two are not told apart.
    #[error("Address or password is not right.")]
    WrongCredentials,
    /// There were too many tries of a code or password in a short time.
    #[error("Too many attempts. Please try again in {}.", counted(*minutes, "minute", "minutes"))]
    TooManyAttempts {
        /// Minutes to wait, at least 1.
        minutes: u32,
    },
    /// The text is no mail address.
    #[error("This is not a mail address.")]
    InvalidAddress,
    /// The address is under the relay's own domain, or is one of the account's mailboxes. It never means that somebody
    /// else has it.
    #[error("This address cannot be used here: it belongs to this relay, or is one of your mailboxes already.")]
    AddressUnavailable,
    /// The password is shorter than [`limits::MIN_PASSWORD`] or longer than 1024 characters.
    #[error("The password must have at least {} characters.", limits::MIN_PASSWORD)]
    WeakPassword,
    /// Somebody would soon guess the new password.
    #[error("This password is easy to guess. Take three or four random words, or let a password manager make one.")]
    GuessablePassword,
    /// The mailed code is wrong.
    #[error("This code is not right. {}.", counted(*tries_left, "try is left", "tries are left"))]
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
    /// The mailbox is verified, so its address cannot be corrected.
    #[error("This address is confirmed already, so it cannot be changed. Add the other address as a new mailbox.")]
    MailboxVerified,
    /// A second mailbox needs a verified first one.
    #[error("Please verify the mailbox that you signed up with first.")]
    FirstMailboxUnverified,
    /// The account signs in with the mailbox that was to be deleted.
    #[error("You sign in with this address, so its mailbox cannot be deleted.")]
    SignInMailbox,
    /// The typed confirmation does not match.
    #[error("What you typed is not the address. Nothing was deleted.")]
    NotConfirmed,
    /// Mail that was encrypted or refused would be relayed unencrypted.
    #[error(
        "Mail to that mailbox is not sealed. Tick the box to move there all the same, or activate a profile there first."
    )]
    UnsealedMailbox,
    /// The alias is taken, or was once.
    #[error("This alias is taken. Please take another.")]
    AliasTaken,
    /// The alias has a wrong form.
    #[error(
        "An alias has 3 to 64 letters, digits, dots, hyphens or underscores, and starts and ends with a letter or digit."
    )]
    InvalidAlias,
    /// A change of several aliases names none.
    #[error("Select at least one alias first.")]
    NonePicked,
    /// A change of several aliases names more than [`super::bulk::MOST_AT_ONCE`].
    #[error("At most {most} aliases can be changed at once. Narrow your search.")]
    TooManyPicked {
        /// The limit.
        most: u32,
    },
    /// No alias can be created under this domain.
    #[error("This relay has no such domain.")]
    UnknownDomain,
    /// A label, note or name exceeds its limit.
    #[error("This text is too long.")]
    TooLong,
    /// The name of a sender is too long, or has characters that no header field may hold.
    #[error("A name is one line of at most {} characters.", limits::MAX_NAME)]
    InvalidName,
    /// The name of a profile is empty or too long.
    #[error("Give the profile a name of one line, of at most {} characters.", MAX_PROFILE_NAME)]
    InvalidProfileName,
    /// The action needs an alias that is on.
    #[error("This alias is off. Turn it on first.")]
    AliasDisabled,
    /// The address belongs to this relay, but an outside one is needed.
    #[error("This address belongs to this relay. Please give the recipient's own address.")]
    OwnAddress,
    /// No profile is active, and the kill switch is on.
    #[error("No valid profile is active and the kill switch is on, so no message can reach your mailbox.")]
    KillSwitch,
    /// The state of the profile does not allow this.
    #[error("The profile's state does not allow this.")]
    ProfileState,
    /// The profile's key was never exported, so it needs a test before its activation.
    #[error(
        "The key of this profile was never exported, so it may be lost. Send a test message and enter its code. If your mail app \
         cannot open the message, delete this profile and make a new one."
    )]
    NotExported,
    /// The person has not confirmed to activate the profile without a test.
    #[error("Enter the code of a test message, or confirm that you activate the profile without a test.")]
    Untested,
    /// The person has not confirmed that their mail apps read the modern form.
    #[error("Please confirm that your mail apps read the modern form: what they cannot read is lost to you.")]
    Unconfirmed,
    /// The exchange of the issuance was refused.
    #[error("The certificates were refused: {0}.")]
    Issuance(PkiError),
    /// The submitted OpenPGP key was refused.
    #[error("{0}.")]
    PgpKey(KeyFault),
    /// The password that confirms who asks is wrong.
    #[error("The password is not right.")]
    WrongPassword,
    /// A sensitive change needs the password first.
    #[error("Please enter your password first.")]
    ConfirmFirst,
    /// The one-time code or recovery code is wrong or was used before.
    #[error("This code is not right, or was used before.")]
    WrongSecondFactor,
    /// The password or mailed code was right, but a one-time code is needed as well.
    #[error("Two-factor authentication is on: please give a code of your authenticator app, or a recovery code, too.")]
    SecondFactorNeeded,
    /// There is no second step to take, or it has expired.
    #[error("This took too long or too many tries. Please sign in again.")]
    SignInExpired,
    /// The code for a new password is wrong or expired, or there is no account. These are not told apart.
    #[error("Address or code is not right, or the code is no longer valid.")]
    WrongReset,
    /// Two-factor authentication is on or off already, or its set-up took too long.
    #[error("Two-factor authentication is not in a state that allows this. Please start again.")]
    TwoFactorState,
    /// The operator has closed signing up.
    #[error("Signing up is closed on this relay.")]
    SignUpClosed,
    /// Signing up needs an invitation, and this one is invalid or used.
    #[error("This invitation is not valid. Each is good for one account, for 14 days.")]
    WrongInvitation,
    /// The account has as many as allowed.
    #[error("You have as many as this relay allows ({most}).")]
    LimitReached {
        /// The limit.
        most: u64,
    },
    /// The browser's answer does not prove a passkey.
    #[error("This passkey was not accepted. Please try again.")]
    WrongPasskey,
    /// The relay's URL has an IP address, for which browsers allow no passkeys.
    #[error("Passkeys need a relay that is reached by a host name.")]
    NoPasskeys,
    /// The mail with the code could not be sent.
    #[error("The mail could not be sent. Please try again later.")]
    MailNotSent,
    /// The name of an API key is empty, too long or has more than one line.
    #[error("Give the key a name of one line, of at most {} characters.", limits::MAX_KEY_NAME)]
    InvalidKeyName,
    /// The account has as many API keys as allowed.
    #[error("You have {} API keys. Revoke one first.", limits::MAX_KEYS)]
    TooManyKeys,
    /// The table has no column of addresses.
    #[error("The table has no column “alias” or “email” in its first line.")]
    TableHeading,
    /// The file is not a table of comma-separated values in UTF-8.
    #[error("This is no table: comma-separated values in UTF-8 are wanted.")]
    NoTable,
    /// The server failed. Its log has the cause.
    #[error("Something went wrong on the server. Please try again later.")]
    Unavailable,
    /// The request or its answer was lost.
    #[error("The server could not be reached or did not understand the request.")]
    Transport,
}

/// Writes a number with its noun.
fn counted(number: u32, one: &str, several: &str) -> String {
    let what = if number == 1 { one } else { several };
    format!("{number} {what}")
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::Transport
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        for (minutes, words) in [(1, "in 1 minute."), (15, "in 15 minutes.")] {
            assert!(ApiError::TooManyAttempts { minutes }.to_string().ends_with(words));
        }
        for (tries_left, words) in [
            (0, " 0 tries are left."),
            (1, " 1 try is left."),
            (4, " 4 tries are left."),
        ] {
            assert!(ApiError::WrongCode { tries_left }.to_string().ends_with(words));
        }
    }
}
