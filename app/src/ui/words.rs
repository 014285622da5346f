//! Returns the words for enums, dates and outcomes on the pages.

use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use crate::{
    address::EmailAddress,
    api::{activity::Outcome, alias::OffAnswer, profile::MailWithout},
    pki::role::Role,
    profile::{NO_END, ProfileKind, ProfileState},
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

/// Returns the style class of a state.
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
        Role::Contact => "Contact certificate",
    }
}

/// Returns a person's text for `<Title>`, which writes it into the document as it is.
pub(super) fn title(text: &str) -> String {
    match cfg!(feature = "ssr") {
        true => text.replace('&', "&amp;").replace('<', "&lt;"),
        false => text.to_owned(),
    }
}

/// Returns the day in UTC, as in the certificate. A validity is chosen by the day.
pub(super) fn date(moment: OffsetDateTime) -> String {
    moment
        .format(format_description!("[day padding:none] [month repr:long] [year]"))
        .unwrap_or_default()
}

/// Returns a profile's expiration for a list.
pub(super) fn end(not_after: OffsetDateTime, left: i64) -> String {
    match not_after == NO_END {
        true => days_left(left),
        false => format!("until {}, {}", date(not_after), days_left(left)),
    }
}

/// Returns day and time of day in UTC.
pub(super) fn date_and_time(moment: OffsetDateTime) -> String {
    moment
        .format(format_description!(
            "[day padding:none] [month repr:long] [year], [hour]:[minute]:[second] UTC"
        ))
        .unwrap_or_default()
}

/// Returns a time for programs (the `datetime` of `<time>`).
pub(super) fn machine_time(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_default()
}

/// Returns a size for people, in kilobytes of 1024.
pub(super) fn size(octets: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = 1024 * KB;
    if octets == 1 {
        "1 byte".to_owned()
    } else if octets < KB {
        format!("{octets} bytes")
    } else if octets < MB {
        format!("{} KB", octets / KB)
    } else {
        format!("{}.{} MB", octets / MB, octets % MB * 10 / MB)
    }
}

pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Sealed => "Sealed and relayed",
        Outcome::Relayed => "Relayed in the clear",
        Outcome::Refused => "Refused by the kill switch",
        Outcome::Forged => "Refused: forged sender",
        Outcome::ThreadStarted => "Thread started",
        Outcome::ReplySent => "Your reply was sent on",
        Outcome::ReplyRefused => "Reply refused: not proven yours, or not encrypted",
        Outcome::Delivered => "Delivered",
        Outcome::Delayed => "Waiting: it is tried again",
        Outcome::Undeliverable => "Could not be delivered",
        Outcome::Dropped => "Dropped: the alias is off",
        Outcome::Blocked => "Not relayed: the sender is blocked",
        Outcome::Unsubscribed => "Turned off by unsubscribing",
    }
}

/// Returns the style class of an outcome.
pub(super) fn outcome_class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Sealed | Outcome::ThreadStarted | Outcome::ReplySent | Outcome::Delivered => "outcome good",
        Outcome::Relayed | Outcome::Delayed | Outcome::Dropped | Outcome::Blocked | Outcome::Unsubscribed => {
            "outcome warn"
        }
        Outcome::Refused | Outcome::Forged | Outcome::ReplyRefused | Outcome::Undeliverable => "outcome bad",
    }
}

/// Returns the consequence of turning an alias off.
pub(super) fn off_answer(answer: OffAnswer) -> &'static str {
    match answer {
        OffAnswer::Reject => "The alias is off: senders are told that there is no such address.",
        OffAnswer::Drop => "The alias is off: its mail is taken and thrown away, and senders do not notice.",
    }
}

pub(super) fn days(count: i64) -> String {
    match count {
        1 => "1 day".to_owned(),
        count => format!("{count} days"),
    }
}

/// More days than to any end except [`NO_END`].
const FOREVER: i64 = 365_000;

pub(super) fn days_left(count: i64) -> String {
    match count {
        FOREVER.. => "does not expire".to_owned(),
        ..0 => format!("ended {} ago", days(-count)),
        0 => "ends today".to_owned(),
        _ => format!("{} left", days(count)),
    }
}

/// Returns what happens to a mailbox's mail after its active profile is deactivated or deleted.
pub(super) fn mail_without_active(address: &EmailAddress, without: MailWithout) -> String {
    match without {
        MailWithout::Sealed(other) => format!("Mail to {address} is then sealed with “{}”.", other.name),
        MailWithout::Rejected => format!(
            "Mail to {address} is then rejected, because the mailbox's kill switch is on. Senders are told that it was not delivered."
        ),
        MailWithout::Clear => format!(
            "Mail to {address} is then forwarded unencrypted, because the mailbox's kill switch is off. Your provider can read it."
        ),
    }
}

/// Returns what happens to a mailbox's mail after another profile than the active one is deleted. Nothing changes.
pub(super) fn mail_without_other(address: &EmailAddress, without: MailWithout) -> String {
    match without {
        MailWithout::Sealed(active) => {
            format!(
                "Nothing changes for mail to {address}: it is still sealed with “{}”.",
                active.name
            )
        }
        MailWithout::Rejected => {
            format!("Mail to {address} is rejected until a profile is active, because the mailbox's kill switch is on.")
        }
        MailWithout::Clear => format!(
            "Mail to {address} is forwarded unencrypted until a profile is active, because the mailbox's kill switch is off."
        ),
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
        let from_now = |now: OffsetDateTime| (NO_END - now).whole_days();
        assert_eq!(days_left(from_now(datetime!(2026-11-24 0:00 UTC))), "does not expire");
        assert_eq!(end(NO_END, from_now(datetime!(2926-11-24 0:00 UTC))), "does not expire");
        assert_eq!(
            end(datetime!(2028-02-05 0:00 UTC), 2),
            "until 5 February 2028, 2 days left"
        );
    }

    #[test]
    fn dates_are_written_out() {
        let moment = datetime!(2028-02-05 03:04:05 UTC);
        assert_eq!(date(moment), "5 February 2028");
        assert_eq!(date_and_time(moment), "5 February 2028, 03:04:05 UTC");
        assert_eq!(machine_time(moment), "2028-02-05T03:04:05Z");
    }

    #[test]
    fn sizes_are_rounded_down() {
        for (octets, words) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1024, "1 KB"),
            (1024 * 1024 - 1, "1023 KB"),
            (1024 * 1024, "1.0 MB"),
            (52_428_799, "49.9 MB"),
            (u64::MAX, "17592186044415.9 MB"),
        ] {
            assert_eq!(size(octets), words);
        }
    }
}
