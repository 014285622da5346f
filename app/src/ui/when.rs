//! Shows a time in words such as "3 hours ago". The exact time is in its tooltip and in a form for programs.
//!
//! The words are relative to the server's time in the page's data, because the browser's clock could lead to other
//! words than the server's.

use leptos::prelude::*;
use time::{Duration, OffsetDateTime};

use super::words;
use crate::texts::text;

/// `now` is the server's time, sent with `at`.
#[component]
pub(super) fn When(at: OffsetDateTime, now: OffsetDateTime) -> impl IntoView {
    view! { <time datetime=words::machine_time(at) title=words::date_and_time(at)>{relative(at, now)}</time> }
}

/// Returns the time since or until then in the largest unit that fits, rounded down.
fn relative(at: OffsetDateTime, now: OffsetDateTime) -> String {
    let past = now - at;
    let span = past.abs();
    match (span < Duration::MINUTE, past.is_negative()) {
        (true, _) => text!(frame.when.now).to_owned(),
        (false, true) => until(span),
        (false, false) => since(span),
    }
}

/// A count of a unit.
enum Count {
    Minutes(i64),
    Hours(i64),
    Days(i64),
    Months(i64),
    Years(i64),
}

fn counted(span: Duration) -> Count {
    match (span.whole_days(), span.whole_hours()) {
        (days @ 365.., _) => Count::Years(days / 365),
        (days @ 30.., _) => Count::Months(days / 30),
        (days @ 1.., _) => Count::Days(days),
        (_, hours @ 1..) => Count::Hours(hours),
        _ => Count::Minutes(span.whole_minutes()),
    }
}

fn since(span: Duration) -> String {
    match counted(span) {
        Count::Minutes(1) => text!(frame.when.minute_ago).to_owned(),
        Count::Minutes(count) => text!(frame.when.minutes_ago, count = count),
        Count::Hours(1) => text!(frame.when.hour_ago).to_owned(),
        Count::Hours(count) => text!(frame.when.hours_ago, count = count),
        Count::Days(1) => text!(frame.when.day_ago).to_owned(),
        Count::Days(count) => text!(frame.when.days_ago, count = count),
        Count::Months(1) => text!(frame.when.month_ago).to_owned(),
        Count::Months(count) => text!(frame.when.months_ago, count = count),
        Count::Years(1) => text!(frame.when.year_ago).to_owned(),
        Count::Years(count) => text!(frame.when.years_ago, count = count),
    }
}

fn until(span: Duration) -> String {
    match counted(span) {
        Count::Minutes(1) => text!(frame.when.in_minute).to_owned(),
        Count::Minutes(count) => text!(frame.when.in_minutes, count = count),
        Count::Hours(1) => text!(frame.when.in_hour).to_owned(),
        Count::Hours(count) => text!(frame.when.in_hours, count = count),
        Count::Days(1) => text!(frame.when.in_day).to_owned(),
        Count::Days(count) => text!(frame.when.in_days, count = count),
        Count::Months(1) => text!(frame.when.in_month).to_owned(),
        Count::Months(count) => text!(frame.when.in_months, count = count),
        Count::Years(1) => text!(frame.when.in_year).to_owned(),
        Count::Years(count) => text!(frame.when.in_years, count = count),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn times_are_told_in_the_largest_unit() {
        let now = datetime!(2026-11-24 12:00 UTC);
        for (span, expected) in [
            (Duration::ZERO, "just now"),
            (Duration::seconds(59), "just now"),
            (Duration::seconds(-30), "just now"),
            (Duration::seconds(60), "1 minute ago"),
            (Duration::minutes(59), "59 minutes ago"),
            (Duration::minutes(119), "1 hour ago"),
            (Duration::hours(47), "1 day ago"),
            (Duration::days(29), "29 days ago"),
            (Duration::days(59), "1 month ago"),
            (Duration::days(364), "12 months ago"),
            (Duration::days(800), "2 years ago"),
            (Duration::hours(-3), "in 3 hours"),
        ] {
            assert_eq!(relative(now - span, now), expected, "{span}");
        }
    }
}
