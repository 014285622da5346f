//! Shows a time in words such as "3 hours ago". The exact time is in its tooltip and in a form for programs.
//!
//! The words are relative to the server's time in the page's data, because the browser's clock could lead to other
//! words than the server's.

use leptos::prelude::*;
use time::{Duration, OffsetDateTime};

use super::words;

/// `now` is the server's time, sent with `at`.
#[component]
pub(super) fn When(at: OffsetDateTime, now: OffsetDateTime) -> impl IntoView {
    view! { <time datetime=words::machine_time(at) title=words::date_and_time(at)>{relative(at, now)}</time> }
}

/// Returns the time since or until then in the largest unit that fits, rounded down.
fn relative(at: OffsetDateTime, now: OffsetDateTime) -> String {
    let past = now - at;
    match (past.abs(), past.is_negative()) {
        (span, _) if span < Duration::MINUTE => "just now".to_owned(),
        (span, true) => format!("in {}", words(span)),
        (span, false) => format!("{} ago", words(span)),
    }
}

fn words(span: Duration) -> String {
    let (count, unit) = match (span.whole_days(), span.whole_hours()) {
        (365.., _) => (span.whole_days() / 365, "year"),
        (30.., _) => (span.whole_days() / 30, "month"),
        (1.., _) => (span.whole_days(), "day"),
        (_, 1..) => (span.whole_hours(), "hour"),
        _ => (span.whole_minutes(), "minute"),
    };
    match count {
        1 => format!("1 {unit}"),
        _ => format!("{count} {unit}s"),
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
