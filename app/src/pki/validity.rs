//! Computes how long a chain is valid, and which clients refuse that.

use serde::{Deserialize, Serialize};
use time::{Date, Duration, Month, OffsetDateTime, UtcOffset};

use super::error::PkiError;

/// Longest validity. Clients accept no longer one, and dates stay far from the end of the calendar.
const MOST_YEARS: i32 = 50;

/// Longest validity in days, rounded up.
const MOST_DAYS: u16 = 50 * 366 + 1;

/// From this many days on, clients may refuse a certificate.
const SOME_REFUSE_FROM: Duration = Duration::days(825);

/// The person's choice in "Set an expiration".
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

impl Unit {
    /// From short to long.
    pub const ALL: [Self; 3] = [Self::Days, Self::Months, Self::Years];

    /// Returns the unit with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.to_string() == name)
    }
}

/// How clients treat an expiration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acceptance {
    /// No client is known to object.
    Fine,
    /// From 825 days on, Apple Mail and others may refuse.
    SomeMayRefuse,
    /// Above 3 years, Apple Mail refuses.
    AppleRefuses,
}

impl Expiration {
    /// The default of the wizard, 2 years.
    pub const SUGGESTED: Self = Self {
        amount: 2,
        unit: Unit::Years,
    };

    /// Returns the chosen expiration of a chain with this validity in the largest unit that fits, or
    /// [`Self::SUGGESTED`] if none does.
    pub fn chosen(not_before: OffsetDateTime, not_after: OffsetDateTime) -> Self {
        let fits = |unit| {
            let end = |amount| Validity::starting(not_before, Self { amount, unit }).map(|valid| valid.not_after);
            // The end grows with the amount, so a binary search works.
            let (mut low, mut high) = (1, MOST_DAYS);
            while low < high {
                let middle = low.midpoint(high);
                match end(middle) {
                    Ok(end) if end < not_after => low = middle + 1,
                    _ => high = middle,
                }
            }
            (end(low) == Ok(not_after)).then_some(Self { amount: low, unit })
        };
        let units = [Unit::Years, Unit::Months, Unit::Days];
        units.into_iter().find_map(fits).unwrap_or(Self::SUGGESTED)
    }

    /// Returns how clients treat a validity that starts at `now`.
    pub fn acceptance(self, now: OffsetDateTime) -> Result<Acceptance, PkiError> {
        let validity = Validity::starting(now, self)?;
        let three_years = Validity::starting(
            now,
            Self {
                amount: 3,
                unit: Unit::Years,
            },
        )?;
        Ok(if validity.not_after > three_years.not_after {
            Acceptance::AppleRefuses
        } else if validity.not_after - validity.not_before >= SOME_REFUSE_FROM {
            Acceptance::SomeMayRefuse
        } else {
            Acceptance::Fine
        })
    }
}

/// First and last second of a chain (RFC 5280 §4.1.2.5), in whole seconds and UTC.
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
    /// Starts at `now`, truncated to the second, and lasts as long as chosen, from one day to 50 years. Months and
    /// years follow the calendar. A day that the month lacks becomes its last day.
    pub fn starting(now: OffsetDateTime, expiration: Expiration) -> Result<Self, PkiError> {
        let amount = i32::from(expiration.amount);
        let not_before = whole_second(now)?;
        let not_after = match expiration.unit {
            Unit::Days => not_before.checked_add(Duration::days(amount.into())),
            Unit::Months => months_later(not_before, amount),
            Unit::Years => months_later(not_before, 12 * amount),
        };
        let longest = months_later(not_before, 12 * MOST_YEARS).ok_or(PkiError::Validity)?;
        match not_after {
            Some(not_after) if amount > 0 && not_after <= longest => Ok(Self { not_before, not_after }),
            _ => Err(PkiError::Validity),
        }
    }

    /// Builds a validity from a start to a later end.
    pub(super) fn between(not_before: OffsetDateTime, not_after: OffsetDateTime) -> Result<Self, PkiError> {
        let not_before = whole_second(not_before)?;
        if not_before < not_after {
            Ok(Self { not_before, not_after })
        } else {
            Err(PkiError::Validity)
        }
    }
}

fn whole_second(moment: OffsetDateTime) -> Result<OffsetDateTime, PkiError> {
    moment
        .to_offset(UtcOffset::UTC)
        .replace_nanosecond(0)
        .map_err(|_| PkiError::Validity)
}

fn months_later(from: OffsetDateTime, months: i32) -> Option<OffsetDateTime> {
    let count = from.year() * 12 + i32::from(u8::from(from.month())) - 1 + months;
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let day = from.day().min(month.length(year));
    Some(from.replace_date(Date::from_calendar_date(year, month, day).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    fn end(from: OffsetDateTime, amount: u16, unit: Unit) -> Result<OffsetDateTime, PkiError> {
        Validity::starting(from, Expiration { amount, unit }).map(|validity| validity.not_after)
    }

    #[test]
    fn months_and_years_go_by_the_calendar() {
        let new_year = datetime!(2026-01-31 12:00:00.5 UTC);
        assert_eq!(end(new_year, 1, Unit::Months), Ok(datetime!(2026-02-28 12:00 UTC)));
        assert_eq!(end(new_year, 13, Unit::Months), Ok(datetime!(2027-02-28 12:00 UTC)));
        assert_eq!(
            end(datetime!(2028-02-29 0:00 UTC), 1, Unit::Years),
            Ok(datetime!(2029-02-28 0:00 UTC))
        );
        assert_eq!(end(new_year, 10, Unit::Days), Ok(datetime!(2026-02-10 12:00 UTC)));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let now = datetime!(2026-11-24 8:00 UTC);
        for (amount, unit) in [
            (0, Unit::Days),
            (51, Unit::Years),
            (u16::MAX, Unit::Months),
            (u16::MAX, Unit::Days),
        ] {
            assert_eq!(end(now, amount, unit), Err(PkiError::Validity), "{amount} {unit}");
        }
    }

    #[test]
    fn clients_object_from_825_days_and_past_three_years() {
        let now = datetime!(2026-11-24 8:00 UTC);
        let of = |amount, unit| Expiration { amount, unit }.acceptance(now).unwrap();
        assert_eq!(Expiration::SUGGESTED.acceptance(now), Ok(Acceptance::Fine));
        assert_eq!(of(824, Unit::Days), Acceptance::Fine);
        assert_eq!(of(825, Unit::Days), Acceptance::SomeMayRefuse);
        assert_eq!(of(3, Unit::Years), Acceptance::SomeMayRefuse);
        assert_eq!(of(37, Unit::Months), Acceptance::AppleRefuses);
    }

    #[test]
    fn the_choice_is_found_again() {
        let starts = [
            datetime!(2026-11-24 03:00 UTC),
            datetime!(2028-02-29 00:00 UTC),
            datetime!(2026-01-31 12:00:07 UTC),
        ];
        for (start, (amount, unit)) in starts.into_iter().flat_map(|start| {
            let choices = [
                (1, Unit::Years),
                (2, Unit::Years),
                (50, Unit::Years),
                (18, Unit::Months),
                (1, Unit::Months),
                (1, Unit::Days),
                (100, Unit::Days),
                (3000, Unit::Days),
            ];
            choices.map(|choice| (start, choice))
        }) {
            let expiration = Expiration { amount, unit };
            let end = Validity::starting(start, expiration).unwrap().not_after;
            assert_eq!(Expiration::chosen(start, end), expiration, "{start}");
        }
    }

    #[test]
    fn what_nobody_chose_is_the_suggestion() {
        let start = datetime!(2026-11-24 03:00 UTC);
        for odd in [
            datetime!(2027-11-24 03:01 UTC),
            datetime!(9999-12-31 23:59:59 UTC),
            start,
        ] {
            assert_eq!(Expiration::chosen(start, odd), Expiration::SUGGESTED, "{odd}");
        }
    }

    proptest! {
        #[test]
        fn the_end_is_always_later_by_whole_seconds(seconds in 0i64..4_000_000_000, amount in 1u16..600, unit in 0..3) {
            let unit = [Unit::Days, Unit::Months, Unit::Years][unit as usize];
            let now = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
            if let Ok(validity) = Validity::starting(now, Expiration { amount, unit }) {
                prop_assert!(validity.not_after - validity.not_before >= Duration::days(i64::from(amount)));
                prop_assert_eq!(validity.not_after.nanosecond(), 0);
                prop_assert_eq!(validity.not_after.time(), validity.not_before.time());
            }
        }
    }
}
