//! How long a chain holds, and what clients say to that.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::error::PkiError;

/// "Set an expiration": what the person chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiration {
    /// How many units.
    pub amount: u16,
    /// The unit.
    pub unit: Unit,
}

/// Unit of an expiration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, derive_more::Display)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Days of 24 hours.
    #[display("days")]
    Days,
    /// Calendar months.
    #[display("months")]
    Months,
    /// Calendar years.
    #[display("years")]
    Years,
}

/// What clients think of an expiration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acceptance {
    /// No client is known to object.
    Fine,
    /// From 825 days on: Apple Mail and others may refuse.
    SomeMayRefuse,
    /// More than 3 years: Apple Mail refuses.
    AppleRefuses,
}

impl Expiration {
    /// The default of the wizard: 2 years.
    pub const SUGGESTED: Self = Self {
        amount: 2,
        unit: Unit::Years,
    };

    /// What clients think of it when it starts at `now`.
    pub fn acceptance(self, now: OffsetDateTime) -> Result<Acceptance, PkiError> {
        let _ = now;
        unimplemented!()
    }
}

/// First and last second of a chain (RFC 5280 §4.1.2.5); whole seconds, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// notBefore.
    #[serde(with = "time::serde::timestamp")]
    pub not_before: OffsetDateTime,
    /// notAfter.
    #[serde(with = "time::serde::timestamp")]
    pub not_after: OffsetDateTime,
}

impl Validity {
    /// From `now`, truncated to the second, for as long as chosen. At least one day, at most 50 years.
    pub fn starting(now: OffsetDateTime, expiration: Expiration) -> Result<Self, PkiError> {
        let _ = (now, expiration);
        unimplemented!()
    }
}
