//! Returns the words for enums, dates and outcomes on the pages.

use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use crate::{
    address::EmailAddress,
    api::{activity::Outcome, alias::OffAnswer, profile::MailWithout},
    pki::{
        name_constraint::{NameConstraint, Names},
        role::Role,
    },
    profile::{NO_END, ProfileKind, ProfileState},
    texts::{self, text},
};

pub(super) fn kind(kind: ProfileKind) -> &'static str {
    match kind {
        ProfileKind::Smime => "S/MIME",
        ProfileKind::Pgp => "PGP",
    }
}

pub(super) fn state(state: ProfileState) -> &'static str {
    match state {
        ProfileState::Issued => text!(frame.words.state_issued),
        ProfileState::Ready => text!(frame.words.state_ready),
        ProfileState::Active => text!(frame.words.state_active),
        ProfileState::Expired => text!(frame.words.state_expired),
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
        Role::User => text!(frame.words.role_user),
        Role::Intermediate => text!(frame.words.role_intermediate),
        Role::Root => text!(frame.words.role_root),
        Role::Contact => text!(frame.words.role_contact),
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
    texts::date(texts::here(), moment)
}

/// Returns a name constraint as a sentence.
pub(super) fn constraint(NameConstraint { is_permitted, names }: NameConstraint) -> String {
    match (is_permitted, names) {
        (true, Names::Address(name)) => text!(profile.constraint.may_address, name = name),
        (false, Names::Address(name)) => text!(profile.constraint.may_not_address, name = name),
        (true, Names::AddressesAt(name)) => text!(profile.constraint.may_addresses_at, name = name),
        (false, Names::AddressesAt(name)) => text!(profile.constraint.may_not_addresses_at, name = name),
        (true, Names::Dns(name)) => text!(profile.constraint.may_dns, name = name),
        (false, Names::Dns(name)) => text!(profile.constraint.may_not_dns, name = name),
        (true, Names::AnyDns) => text!(profile.constraint.may_any_dns).to_owned(),
        (false, Names::AnyDns) => text!(profile.constraint.may_not_any_dns).to_owned(),
        (true, Names::AnyIpv4) => text!(profile.constraint.may_any_ipv4).to_owned(),
        (false, Names::AnyIpv4) => text!(profile.constraint.may_not_any_ipv4).to_owned(),
        (true, Names::AnyIpv6) => text!(profile.constraint.may_any_ipv6).to_owned(),
        (false, Names::AnyIpv6) => text!(profile.constraint.may_not_any_ipv6).to_owned(),
        (true, Names::Other) => text!(profile.constraint.may_other).to_owned(),
        (false, Names::Other) => text!(profile.constraint.may_not_other).to_owned(),
    }
}

/// Returns a profile's expiration for a list.
pub(super) fn end(not_after: OffsetDateTime, left: i64) -> String {
    match not_after == NO_END {
        true => days_left(left),
        false => text!(frame.words.until, date = date(not_after), left = days_left(left)),
    }
}

/// Returns day and time of day in UTC.
pub(super) fn date_and_time(moment: OffsetDateTime) -> String {
    let time = moment.format(format_description!("[hour]:[minute]:[second]"));
    text!(
        frame.words.date_and_time,
        date = date(moment),
        time = time.unwrap_or_default()
    )
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
        text!(frame.words.byte).to_owned()
    } else if octets < KB {
        text!(frame.words.bytes, count = octets)
    } else if octets < MB {
        text!(frame.words.kilobytes, count = octets / KB)
    } else {
        text!(
            frame.words.megabytes,
            whole = octets / MB,
            tenth = octets % MB * 10 / MB
        )
    }
}

pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Sealed => text!(frame.words.sealed),
        Outcome::Relayed => text!(frame.words.relayed),
        Outcome::Refused => text!(frame.words.refused),
        Outcome::Forged => text!(frame.words.forged),
        Outcome::ThreadStarted => text!(frame.words.thread_started),
        Outcome::ReplySent => text!(frame.words.reply_sent),
        Outcome::ReplyRefused => text!(frame.words.reply_refused),
        Outcome::Delivered => text!(frame.words.delivered),
        Outcome::Delayed => text!(frame.words.delayed),
        Outcome::Undeliverable => text!(frame.words.undeliverable),
        Outcome::Dropped => text!(frame.words.dropped),
        Outcome::Blocked => text!(frame.words.blocked),
        Outcome::Unsubscribed => text!(frame.words.unsubscribed),
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
        OffAnswer::Reject => text!(frame.words.off_reject),
        OffAnswer::Drop => text!(frame.words.off_drop),
    }
}

/// More days than to any end except [`NO_END`].
const FOREVER: i64 = 365_000;

pub(super) fn days_left(count: i64) -> String {
    match count {
        FOREVER.. => text!(frame.words.no_end).to_owned(),
        ..-1 => text!(frame.words.ended_days, count = -count),
        -1 => text!(frame.words.ended_day).to_owned(),
        0 => text!(frame.words.ends_today).to_owned(),
        1 => text!(frame.words.day_left).to_owned(),
        _ => text!(frame.words.days_left, count = count),
    }
}

/// Returns what happens to a mailbox's mail after its active profile is deactivated or deleted.
pub(super) fn mail_without_active(address: &EmailAddress, without: MailWithout) -> String {
    let address = address.to_string();
    match without {
        MailWithout::Sealed(next) => text!(frame.words.then_sealed, address = address, name = next.name),
        MailWithout::Rejected => text!(frame.words.then_rejected, address = address),
        MailWithout::Clear => text!(frame.words.then_clear, address = address),
    }
}

/// Returns what happens to a mailbox's mail after another profile than the active one is deleted. Nothing changes.
pub(super) fn mail_without_other(address: &EmailAddress, without: MailWithout) -> String {
    let address = address.to_string();
    match without {
        MailWithout::Sealed(active) => text!(frame.words.still_sealed, address = address, name = active.name),
        MailWithout::Rejected => text!(frame.words.still_rejected, address = address),
        MailWithout::Clear => text!(frame.words.still_clear, address = address),
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

    #[cfg(feature = "ssr")]
    #[test]
    fn german_has_its_own_order_and_comma() {
        use leptos::prelude::{Owner, provide_context};

        Owner::new().with(|| {
            provide_context(crate::texts::Language::de);
            let moment = datetime!(2028-03-05 03:04:05 UTC);
            assert_eq!(date_and_time(moment), "5. März 2028, 03:04:05 UTC");
            assert_eq!(end(moment, 1), "bis 5. März 2028, noch 1 Tag");
            assert_eq!(size(52_428_799), "49,9 MB");
        });
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
