//! Limits how often a client or an account may try something.

use std::net::IpAddr;

use app::api::ApiError;
use time::{Duration, OffsetDateTime};

use super::{Site, fault::fault};

use crate::{limits::attempts::Limit, network::client_key};

/// Passwords tried for one address from one place. Others are not held up by them.
pub const SIGN_IN_ADDRESS: Limit = Limit::new("sign-in address", 10, Duration::minutes(15));
/// Passwords tried for one address from all places together, by devices that are not known: many clients are one attacker, too.
pub const SIGN_IN_ACCOUNT: Limit = Limit::new("sign-in account", 100, Duration::hours(1));
/// Passwords tried from one place, by devices that are not known.
pub const SIGN_IN_CLIENT: Limit = Limit::new("sign-in client", 50, Duration::minutes(15));
/// Passwords tried on one known device.
pub const SIGN_IN_DEVICE: Limit = Limit::new("sign-in device", 10, Duration::minutes(15));
/// The same over time, right ones too: a device may be stolen.
pub const SIGN_IN_DEVICE_DAY: Limit = Limit::new("sign-in device day", 100, Duration::days(1));
/// Wrong passwords within a day of which the person is not told.
pub const WRONG_PASSWORDS: Limit = Limit::new("wrong passwords", 9, Duration::days(1));
/// Letters about wrong passwords.
pub const WRONG_PASSWORDS_LETTER: Limit = Limit::new("wrong passwords letter", 1, Duration::days(1));
/// Passwords given again by one account.
pub const PASSWORD: Limit = Limit::new("password", 10, Duration::minutes(15));
/// One-time codes and recovery codes tried for one account.
pub const SECOND_FACTOR: Limit = Limit::new("second factor", 10, Duration::minutes(15));
/// The same over time, right ones too, and not forgotten after a right one: else a million codes are tried in some months.
pub const SECOND_FACTOR_DAY: Limit = Limit::new("second factor day", 50, Duration::days(1));
/// Ceremonies of passkeys begun or ended from one place.
pub const PASSKEY_CLIENT: Limit = Limit::new("passkey client", 200, Duration::minutes(15));
/// Codes asked for from one place by who forgot a password.
pub const FORGOT_CLIENT: Limit = Limit::new("forgot client", 20, Duration::hours(1));
/// Codes asked for one address from one place by who forgot a password, at once.
pub const FORGOT_PAUSE: Limit = Limit::new("forgot pause", 1, Duration::minutes(1));
/// The same, over time.
pub const FORGOT: Limit = Limit::new("forgot", 10, Duration::days(1));
/// Codes asked for one address from all places: whose inbox fills up is what counts.
pub const FORGOT_ADDRESS: Limit = Limit::new("forgot address", 30, Duration::days(1));
/// Codes tried from one place in order to replace a password.
pub const RESET_CLIENT: Limit = Limit::new("reset client", 50, Duration::minutes(15));
/// Codes tried for one address from one place in order to replace its password.
pub const RESET_ADDRESS: Limit = Limit::new("reset address", 20, Duration::hours(1));
/// Accounts made from one place.
pub const SIGN_UP_CLIENT: Limit = Limit::new("sign-up client", 30, Duration::hours(1));
/// Mailboxes added to one account: each mails a code to whom the person names.
pub const NEW_MAILBOX: Limit = Limit::new("new mailbox", 10, Duration::days(1));
/// Codes mailed to one address at the wish of one place, at once.
pub const CODE_PAUSE: Limit = Limit::new("code pause", 1, Duration::minutes(1));
/// The same, over time.
pub const CODES_CLIENT: Limit = Limit::new("codes client", 10, Duration::days(1));
/// Codes mailed to one address at the wish of all places: whose inbox fills up is what counts.
pub const CODES: Limit = Limit::new("codes", 30, Duration::days(1));
/// Letters to the owner of an address that somebody else typed.
pub const CLAIM_LETTER: Limit = Limit::new("claim letter", 1, Duration::days(1));
/// Codes tried by one account, beside the tries that each code has.
pub const CODE_TRIES: Limit = Limit::new("code tries", 30, Duration::hours(1));
/// Codes of test messages tried by one account, beside the tries that each code has.
pub const TEST_CODE_TRIES: Limit = Limit::new("test code tries", 30, Duration::hours(1));
/// Threads started by one account: each names a stranger's address.
pub const THREADS: Limit = Limit::new("threads", 30, Duration::hours(1));
/// Test messages of one account: each takes a key.
pub const PROBES: Limit = Limit::new("test messages", 10, Duration::hours(1));
/// Issuances of one account: each makes a key.
pub const ISSUANCE: Limit = Limit::new("issuance", 30, Duration::hours(1));
/// Calls with a wrong API key from one place.
pub const API_KEY_CLIENT: Limit = Limit::new("api key client", 60, Duration::minutes(15));
/// Tables imported by one account.
pub const IMPORT: Limit = Limit::new("import", 10, Duration::days(1));

impl Site {
    /// Counts an attempt; [`ApiError::TooManyAttempts`] if it is one too many.
    pub(super) async fn admit(&self, limit: &Limit, who: &[u8]) -> Result<(), ApiError> {
        let now = self.clock.now();
        let exceeded = limit.count(&self.store, &self.vault, who, now).await.map_err(fault)?;
        let Some(attempts) = exceeded else {
            return Ok(());
        };
        Err(too_many(attempts.ends, now))
    }

    /// Counts an attempt; whether it is one too many.
    pub(super) async fn is_over(&self, limit: &Limit, who: &[u8]) -> Result<bool, ApiError> {
        let now = self.clock.now();
        let exceeded = limit.count(&self.store, &self.vault, who, now).await;
        exceeded.map(|over| over.is_some()).map_err(fault)
    }

    /// Forgets the attempts counted so far.
    pub(super) async fn readmit(&self, limit: &Limit, who: &[u8]) -> Result<(), ApiError> {
        let key = limit.key(&self.vault, who);
        self.store.forget_attempts(&key).await.map_err(fault)
    }
}

/// The error for a person who has to wait.
pub fn too_many(until: OffsetDateTime, now: OffsetDateTime) -> ApiError {
    let seconds = (until - now).whole_seconds().max(1);
    let minutes = u32::try_from((seconds + 59) / 60).unwrap_or(u32::MAX);
    ApiError::TooManyAttempts { minutes }
}

/// By what the attempts of one place on one address are counted.
pub fn at_place(folded: &str, ip: IpAddr) -> Vec<u8> {
    // No address holds the octet that ends it.
    [folded.as_bytes(), &[0], &client_key(ip)].concat()
}
