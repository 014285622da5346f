//! Defines the errors that people see. The wording is public, and causes stay in the server's log.

use std::{error::Error, fmt};

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

use super::{
    error_words::{key_fault, pki_error},
    limits,
};
use crate::{
    pgp::KeyFault,
    pki::PkiError,
    profile_name::MAX_PROFILE_NAME,
    texts::{Language, here, text},
};

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiError {
    /// There is no session, or it has expired.
    SignedOut,
    /// The object does not exist or belongs to another account. The two are not told apart.
    NotFound,
    /// The address or the password is wrong. The two are not told apart.
    WrongCredentials,
    /// The operator has turned the account off.
    AccountDisabled,
    /// There were too many tries of a code or password in a short time.
    TooManyAttempts {
        /// Minutes to wait, at least 1.
        minutes: u32,
    },
    /// The text is no mail address.
    InvalidAddress,
    /// The address is under the relay's own domain, or is one of the account's mailboxes. It never means that somebody
    /// else has it.
    AddressUnavailable,
    /// An account has the address already. Only administrators learn that.
    AddressTaken,
    /// The password is shorter than [`limits::MIN_PASSWORD`] or longer than 1024 characters.
    WeakPassword,
    /// Somebody would soon guess the new password.
    GuessablePassword,
    /// The mailed code is wrong.
    WrongCode {
        /// Tries left before a new code is needed.
        tries_left: u32,
    },
    /// The code has expired, or was tried too often.
    CodeExpired,
    /// The mailbox is not verified yet.
    MailboxUnverified,
    /// The mailbox is verified, so its address cannot be corrected.
    MailboxVerified,
    /// A second mailbox needs a verified first one.
    FirstMailboxUnverified,
    /// The account signs in with the mailbox that was to be deleted.
    SignInMailbox,
    /// An administrator cannot turn off or delete the own account, nor give up the role.
    OwnAccount,
    /// Nobody would administer the relay any more.
    LastAdministrator,
    /// The typed confirmation does not match.
    NotConfirmed,
    /// Mail that was encrypted or refused would be relayed unencrypted.
    UnsealedMailbox,
    /// The alias is taken, or was once.
    AliasTaken,
    /// The alias has a wrong form.
    InvalidAlias,
    /// A change of several aliases names none.
    NonePicked,
    /// A change of several aliases names more than [`super::bulk::MOST_AT_ONCE`].
    TooManyPicked {
        /// The limit.
        most: u32,
    },
    /// No alias can be created under this domain.
    UnknownDomain,
    /// A label, note or name exceeds its limit.
    TooLong,
    /// The text is no whole number, or one that is too large.
    NotANumber,
    /// The name of a sender is too long, or has characters that no header field may hold.
    InvalidName,
    /// The name of a profile is empty or too long.
    InvalidProfileName,
    /// The action needs an alias that is on.
    AliasDisabled,
    /// The address belongs to this relay, but an outside one is needed.
    OwnAddress,
    /// No profile is active, and the kill switch is on.
    KillSwitch,
    /// The state of the profile does not allow this.
    ProfileState,
    /// The profile's key was never exported, so it needs a test before its activation.
    NotExported,
    /// The person has not confirmed to activate the profile without a test.
    Untested,
    /// The person has not confirmed that their mail apps read the modern form.
    Unconfirmed,
    /// The exchange of the issuance was refused.
    Issuance(PkiError),
    /// The submitted OpenPGP key was refused.
    PgpKey(KeyFault),
    /// The password that confirms who asks is wrong.
    WrongPassword,
    /// A sensitive change needs the password first.
    ConfirmFirst,
    /// The one-time code or recovery code is wrong or was used before.
    WrongSecondFactor,
    /// The password or mailed code was right, but a one-time code is needed as well.
    SecondFactorNeeded,
    /// There is no second step to take, or it has expired.
    SignInExpired,
    /// The code for a new password is wrong or expired, or there is no account. These are not told apart.
    WrongReset,
    /// Two-factor authentication is on or off already, or its set-up took too long.
    TwoFactorState,
    /// The operator lets people sign in at a provider only.
    LocalSignInOff,
    /// Without it nobody could sign in to the account.
    LastWayIn,
    /// The operator has closed signing up.
    SignUpClosed,
    /// Signing up needs an invitation, and this one is invalid or used.
    WrongInvitation,
    /// The account has as many as allowed.
    LimitReached {
        /// The limit.
        most: u64,
    },
    /// The browser's answer does not prove a passkey.
    WrongPasskey,
    /// The relay's URL has an IP address, for which browsers allow no passkeys.
    NoPasskeys,
    /// The mail with the code could not be sent.
    MailNotSent,
    /// The name of an API key is empty, too long or has more than one line.
    InvalidKeyName,
    /// The account has as many API keys as allowed.
    TooManyKeys,
    /// The table has no column of addresses.
    TableHeading,
    /// The file is not a table of comma-separated values in UTF-8.
    NoTable,
    /// The server failed. Its log has the cause.
    Unavailable,
    /// The request or its answer was lost.
    Transport,
}

impl ApiError {
    /// Returns the sentences that the person reads, in the language of the page.
    pub fn words(&self) -> String {
        self.words_in(here())
    }

    fn words_in(&self, language: Language) -> String {
        let words = match self {
            Self::SignedOut => text!(in language; errors.signed_out),
            Self::NotFound => text!(in language; errors.not_found),
            Self::WrongCredentials => text!(in language; errors.wrong_credentials),
            Self::AccountDisabled => text!(in language; errors.account_disabled),
            Self::TooManyAttempts { minutes: 1 } => text!(in language; errors.too_many_attempts_minute),
            Self::TooManyAttempts { minutes } => {
                return text!(in language; errors.too_many_attempts_minutes, count = *minutes);
            }
            Self::InvalidAddress => text!(in language; errors.invalid_address),
            Self::AddressUnavailable => text!(in language; errors.address_unavailable),
            Self::AddressTaken => text!(in language; errors.address_taken),
            Self::WeakPassword => return text!(in language; errors.weak_password, least = limits::MIN_PASSWORD),
            Self::GuessablePassword => text!(in language; errors.guessable_password),
            Self::WrongCode { tries_left: 1 } => text!(in language; errors.wrong_code_try),
            Self::WrongCode { tries_left } => return text!(in language; errors.wrong_code_tries, count = *tries_left),
            Self::CodeExpired => text!(in language; errors.code_expired),
            Self::MailboxUnverified => text!(in language; errors.mailbox_unverified),
            Self::MailboxVerified => text!(in language; errors.mailbox_verified),
            Self::FirstMailboxUnverified => text!(in language; errors.first_mailbox_unverified),
            Self::SignInMailbox => text!(in language; errors.sign_in_mailbox),
            Self::OwnAccount => text!(in language; errors.own_account),
            Self::LastAdministrator => text!(in language; errors.last_administrator),
            Self::NotConfirmed => text!(in language; errors.not_confirmed),
            Self::UnsealedMailbox => text!(in language; errors.unsealed_mailbox),
            Self::AliasTaken => text!(in language; errors.alias_taken),
            Self::InvalidAlias => text!(in language; errors.invalid_alias),
            Self::NonePicked => text!(in language; errors.none_picked),
            Self::TooManyPicked { most } => return text!(in language; errors.too_many_picked, most = *most),
            Self::UnknownDomain => text!(in language; errors.unknown_domain),
            Self::TooLong => text!(in language; errors.too_long),
            Self::NotANumber => text!(in language; errors.not_a_number),
            Self::InvalidName => return text!(in language; errors.invalid_name, most = limits::MAX_NAME),
            Self::InvalidProfileName => return text!(in language; errors.invalid_profile_name, most = MAX_PROFILE_NAME),
            Self::AliasDisabled => text!(in language; errors.alias_disabled),
            Self::OwnAddress => text!(in language; errors.own_address),
            Self::KillSwitch => text!(in language; errors.kill_switch),
            Self::ProfileState => text!(in language; errors.profile_state),
            Self::NotExported => text!(in language; errors.not_exported),
            Self::Untested => text!(in language; errors.untested),
            Self::Unconfirmed => text!(in language; errors.unconfirmed),
            Self::Issuance(error) => return text!(in language; errors.issuance, why = pki_error(error, language)),
            Self::PgpKey(fault) => return key_fault(fault, language),
            Self::WrongPassword => text!(in language; errors.wrong_password),
            Self::ConfirmFirst => text!(in language; errors.confirm_first),
            Self::WrongSecondFactor => text!(in language; errors.wrong_second_factor),
            Self::SecondFactorNeeded => text!(in language; errors.second_factor_needed),
            Self::SignInExpired => text!(in language; errors.sign_in_expired),
            Self::WrongReset => text!(in language; errors.wrong_reset),
            Self::TwoFactorState => text!(in language; errors.two_factor_state),
            Self::LocalSignInOff => text!(in language; errors.local_sign_in_off),
            Self::LastWayIn => text!(in language; errors.last_way_in),
            Self::SignUpClosed => text!(in language; errors.sign_up_closed),
            Self::WrongInvitation => text!(in language; errors.wrong_invitation),
            Self::LimitReached { most } => return text!(in language; errors.limit_reached, most = *most),
            Self::WrongPasskey => text!(in language; errors.wrong_passkey),
            Self::NoPasskeys => text!(in language; errors.no_passkeys),
            Self::MailNotSent => text!(in language; errors.mail_not_sent),
            Self::InvalidKeyName => return text!(in language; errors.invalid_key_name, most = limits::MAX_KEY_NAME),
            Self::TooManyKeys => return text!(in language; errors.too_many_keys, most = limits::MAX_KEYS),
            Self::TableHeading => text!(in language; errors.table_heading),
            Self::NoTable => text!(in language; errors.no_table),
            Self::Unavailable => text!(in language; errors.unavailable),
            Self::Transport => text!(in language; errors.transport),
        };
        words.to_owned()
    }
}

/// Writes the English words, for programs and logs. Pages show [`ApiError::words`].
impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words_in(Language::en))
    }
}

impl Error for ApiError {}

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
