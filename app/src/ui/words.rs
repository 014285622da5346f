//! How things are called on the pages.

use time::{OffsetDateTime, macros::format_description};

use crate::{
    pki::certificate::Role,
    profile::{ProfileKind, ProfileState},
};

pub(super) fn kind(kind: ProfileKind) -> &'static str {
    match kind {
        ProfileKind::Smime => "S/MIME",
        ProfileKind::Pgp => "PGP",
    }
}

pub(super) fn state(state: ProfileState) -> &'static str {
    match state {
        ProfileState::Issued => "Unfinished",
        ProfileState::Ready => "Ready",
        ProfileState::Active => "Active",
        ProfileState::Expired => "Expired",
    }
}

/// The name by which style sheets know a state.
pub(super) fn state_class(state: ProfileState) -> &'static str {
    match state {
        ProfileState::Issued | ProfileState::Ready => "badge",
        ProfileState::Active => "badge good",
        ProfileState::Expired => "badge bad",
    }
}

pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::User => "User certificate",
        Role::Intermediate => "Intermediate certificate",
        Role::Root => "Root certificate",
        Role::Correspondent => "Correspondent certificate",
    }
}

/// The day, which is all that a validity is chosen by; UTC, as in the certificate.
pub(super) fn date(moment: OffsetDateTime) -> String {
    moment
        .format(format_description!("[day padding:none] [month repr:long] [year]"))
        .unwrap_or_default()
}

/// Day and time of day, UTC.
pub(super) fn date_and_time(moment: OffsetDateTime) -> String {
    moment
        .format(format_description!(
            "[day padding:none] [month repr:long] [year], [hour]:[minute]:[second] UTC"
        ))
        .unwrap_or_default()
}

pub(super) fn days(count: i64) -> String {
    match count {
        1 => "1 day".to_owned(),
        count => format!("{count} days"),
    }
}

pub(super) fn days_left(count: i64) -> String {
    match count {
        ..0 => format!("ended {} ago", days(-count)),
        0 => "ends today".to_owned(),
        _ => format!("{} left", days(count)),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn days_are_counted_in_words() {
        assert_eq!(days_left(730), "730 days left");
        assert_eq!(days_left(1), "1 day left");
        assert_eq!(days_left(0), "ends today");
        assert_eq!(days_left(-1), "ended 1 day ago");
    }

    #[test]
    fn dates_are_written_out() {
        let moment = datetime!(2028-02-05 03:04:05 UTC);
        assert_eq!(date(moment), "5 February 2028");
        assert_eq!(date_and_time(moment), "5 February 2028, 03:04:05 UTC");
    }
}
