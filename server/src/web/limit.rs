//! Limits how often a client or an account may try something.

use std::net::IpAddr;

use app::api::ApiError;
use time::{Duration, OffsetDateTime};

use super::{Site, fault::fault};

use crate::{limits::attempts::Limit, network::client_key};

/// Password tries for one address from one place. Others are not affected.
pub const SIGN_IN_ADDRESS: Limit = Limit::new("sign-in address", 10, Duration::minutes(15));
/// Password tries for one address from all unknown devices together, because one attacker may have many clients.
pub const SIGN_IN_ACCOUNT: Limit = Limit::new("sign-in account", 100, Duration::hours(1));
/// Password tries from one place by unknown devices.
pub const SIGN_IN_CLIENT: Limit = Limit::new("sign-in client", 50, Duration::minutes(15));
/// Password tries on one known device.
pub const SIGN_IN_DEVICE: Limit = Limit::new("sign-in device", 10, Duration::minutes(15));
/// The same per day, including right passwords, because a device may be stolen.
pub const SIGN_IN_DEVICE_DAY: Limit = Limit::new("sign-in device day", 100, Duration::days(1));
/// Wrong passwords per day before the person is told.
pub const WRONG_PASSWORDS: Limit = Limit::new("wrong passwords", 9, Duration::days(1));
/// Letters about wrong passwords.
pub const WRONG_PASSWORDS_LETTER: Limit = Limit::new("wrong passwords letter", 1, Duration::days(1));
/// Password confirmations by one account.
pub const PASSWORD: Limit = Limit::new("password", 10, Duration::minutes(15));
/// One-time and recovery codes tried for one account.
pub const SECOND_FACTOR: Limit = Limit::new("second factor", 10, Duration::minutes(15));
/// The same per day, including right codes, which do not reset it. Otherwise some months would be enough for a million
/// codes.
pub const SECOND_FACTOR_DAY: Limit = Limit::new("second factor day", 50, Duration::days(1));
/// Passkey ceremonies begun or ended from one place.
pub const PASSKEY_CLIENT: Limit = Limit::new("passkey client", 200, Duration::minutes(15));
/// Trips to the sign-in provider begun from one place.
pub const PROVIDER_CLIENT: Limit = Limit::new("provider client", 200, Duration::minutes(15));
/// Reset codes requested from one place.
pub const FORGOT_CLIENT: Limit = Limit::new("forgot client", 20, Duration::hours(1));
/// Reset codes requested for one address from one place, per minute.
pub const FORGOT_PAUSE: Limit = Limit::new("forgot pause", 1, Duration::minutes(1));
/// The same per day.
pub const FORGOT: Limit = Limit::new("forgot", 10, Duration::days(1));
/// Reset codes requested for one address from all places, to protect the inbox.
pub const FORGOT_ADDRESS: Limit = Limit::new("forgot address", 30, Duration::days(1));
/// Reset codes tried from one place.
pub const RESET_CLIENT: Limit = Limit::new("reset client", 50, Duration::minutes(15));
/// Reset codes tried for one address from one place.
pub const RESET_ADDRESS: Limit = Limit::new("reset address", 20, Duration::hours(1));
/// Accounts created from one place.
pub const SIGN_UP_CLIENT: Limit = Limit::new("sign-up client", 30, Duration::hours(1));
/// Mailboxes added to one account, because each mails a code to any address.
pub const NEW_MAILBOX: Limit = Limit::new("new mailbox", 10, Duration::days(1));
/// Verification codes mailed to one address for one place, per minute.
pub const CODE_PAUSE: Limit = Limit::new("code pause", 1, Duration::minutes(1));
/// The same per day.
pub const CODES_CLIENT: Limit = Limit::new("codes client", 10, Duration::days(1));
/// Verification codes mailed to one address for all places, to protect the inbox.
pub const CODES: Limit = Limit::new("codes", 30, Duration::days(1));
/// Letters to the owner of an address that somebody else typed.
pub const CLAIM_LETTER: Limit = Limit::new("claim letter", 1, Duration::days(1));
/// Verification codes tried by one account, besides the limit of each code.
pub const CODE_TRIES: Limit = Limit::new("code tries", 30, Duration::hours(1));
/// Test message codes tried by one account, besides the limit of each code.
pub const TEST_CODE_TRIES: Limit = Limit::new("test code tries", 30, Duration::hours(1));
/// Threads started by one account, because each names a stranger's address.
pub const THREADS: Limit = Limit::new("threads", 30, Duration::hours(1));
/// Test messages of one account, because each uses a key.
pub const TEST_MESSAGES: Limit = Limit::new("test messages", 10, Duration::hours(1));
/// Issuances of one account, because each generates a key.
pub const ISSUANCE: Limit = Limit::new("issuance", 30, Duration::hours(1));
/// Calls with a wrong API key from one place.
pub const API_KEY_CLIENT: Limit = Limit::new("api key client", 60, Duration::minutes(15));
/// Tables imported by one account.
pub const IMPORT: Limit = Limit::new("import", 10, Duration::days(1));

impl Site {
    /// Counts an attempt. Returns [`ApiError::TooManyAttempts`] if there are too many.
    pub(super) async fn admit(&self, limit: &Limit, who: &[u8]) -> Result<(), ApiError> {
        let now = self.clock.now();
        let exceeded = limit.count(&self.store, &self.vault, who, now).await.map_err(fault)?;
        let Some(attempts) = exceeded else {
            return Ok(());
        };
        Err(too_many(attempts.ends, now))
    }

    /// Counts an attempt. Returns whether there are too many.
    pub(super) async fn is_over(&self, limit: &Limit, who: &[u8]) -> Result<bool, ApiError> {
        let now = self.clock.now();
        let exceeded = limit.count(&self.store, &self.vault, who, now).await;
        exceeded.map(|over| over.is_some()).map_err(fault)
    }

    /// Forgets the counted attempts.
    pub(super) async fn readmit(&self, limit: &Limit, who: &[u8]) -> Result<(), ApiError> {
        let key = limit.key(&self.vault, who);
        self.store.forget_attempts(&key).await.map_err(fault)
    }
}

/// Returns the error for a person who has to wait.
pub fn too_many(until: OffsetDateTime, now: OffsetDateTime) -> ApiError {
    let seconds = (until - now).whole_seconds().max(1);
    let minutes = u32::try_from((seconds + 59) / 60).unwrap_or(u32::MAX);
    ApiError::TooManyAttempts { minutes }
}

/// Returns the key that counts the attempts of one place on one address.
pub fn at_place(folded: &str, ip: IpAddr) -> Vec<u8> {
    // No address contains this separator.
    [folded.as_bytes(), &[0], &client_key(ip)].concat()
}
