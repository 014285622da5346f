//! How often something may be tried, and by whom.

use std::net::IpAddr;

use app::api::ApiError;
use time::Duration;

use super::{Site, fault::fault};
use crate::store::attempt::AttemptKey;

/// A bound on attempts within a window that starts with the first of them.
pub struct Limit {
    label: &'static str,
    most: u32,
    window: Duration,
}

impl Limit {
    const fn new(label: &'static str, most: u32, window: Duration) -> Self {
        Self { label, most, window }
    }
}

/// Passwords tried for one address.
pub const SIGN_IN_ADDRESS: Limit = Limit::new("sign-in address", 10, Duration::minutes(15));
/// Passwords tried from one place.
pub const SIGN_IN_CLIENT: Limit = Limit::new("sign-in client", 50, Duration::minutes(15));
/// Accounts made from one place.
pub const SIGN_UP_CLIENT: Limit = Limit::new("sign-up client", 30, Duration::hours(1));
/// Mailboxes added to one account: each mails a code to whom the person names.
pub const NEW_MAILBOX: Limit = Limit::new("new mailbox", 10, Duration::days(1));
/// Codes mailed to one mailbox, at once.
pub const CODE_PAUSE: Limit = Limit::new("code pause", 1, Duration::minutes(1));
/// Codes mailed to one mailbox, over time.
pub const CODES: Limit = Limit::new("codes", 10, Duration::days(1));
/// Codes tried by one account, beside the tries that each code has.
pub const CODE_TRIES: Limit = Limit::new("code tries", 30, Duration::hours(1));
/// Aliases taken by one account: none is ever free again.
pub const NEW_ALIAS: Limit = Limit::new("new alias", 100, Duration::days(1));
/// Threads started by one account: each names a stranger's address.
pub const THREADS: Limit = Limit::new("threads", 30, Duration::hours(1));
/// Issuances of one account: each makes a key.
pub const ISSUANCE: Limit = Limit::new("issuance", 30, Duration::hours(1));
/// Calls with a wrong API key from one place.
pub const API_KEY_CLIENT: Limit = Limit::new("api key client", 60, Duration::minutes(15));
/// Tables imported by one account.
pub const IMPORT: Limit = Limit::new("import", 10, Duration::days(1));

impl Site {
    /// Counts an attempt; [`ApiError::TooManyAttempts`] where it is one too many.
    pub(super) async fn admit(&self, limit: &Limit, who: &[u8]) -> Result<(), ApiError> {
        let now = self.clock.now();
        let attempts = self
            .store
            .count_attempt(&self.attempt_key(limit, who), limit.window, now)
            .await
            .map_err(fault)?;
        if attempts.count <= limit.most {
            return Ok(());
        }
        let seconds = (attempts.ends - now).whole_seconds().max(1);
        let minutes = u32::try_from((seconds + 59) / 60).unwrap_or(u32::MAX);
        Err(ApiError::TooManyAttempts { minutes })
    }

    /// Forgets the attempts counted so far.
    pub(super) async fn readmit(&self, limit: &Limit, who: &[u8]) -> Result<(), ApiError> {
        let key = self.attempt_key(limit, who);
        self.store.forget_attempts(&key).await.map_err(fault)
    }

    fn attempt_key(&self, limit: &Limit, who: &[u8]) -> AttemptKey {
        self.vault
            .pseudonym("attempt", &[limit.label.as_bytes(), &[0], who].concat())
    }
}

/// By what a place is counted: an IPv4 address, or the /64 that an IPv6 host has for itself.
pub fn place(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets()[..8].to_vec(),
    }
}
