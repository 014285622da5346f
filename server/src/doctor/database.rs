//! The database can be reached, has this program's schema, belongs to the master key, and its queue moves.

use std::collections::BTreeSet;

use app::address::EmailAddress;
use time::{Duration, OffsetDateTime};

use super::finding::{Check, Finding};
use crate::{
    causes::chain,
    clock::{Clock, SystemClock},
    config::Config,
    domains::Domains,
    store::{Binding, Inspection, Schema, StoreError, clock_mark::MOST_BACK, queue::Depth},
    vault::{VaultError, Which},
};

/// An item that waits longer was tried several times.
const OLD: Duration = Duration::hours(1);

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    let vault = config.open_existing_vault_aside().await;
    let key = vault.as_ref().ok().and_then(Option::as_ref);
    let domains = Domains::new(config.domain.clone(), config.other_domains.clone());
    let alias = config.operator_alias.as_ref();
    let stored = alias.and_then(|alias| Some((alias.local(), domains.stored(alias.domain())?)));
    let inspection = match Inspection::of(&config.database_url, key, stored).await {
        Ok(Some(inspection)) => inspection,
        Ok(None) => {
            let found = "there is no database yet; the relay makes it when it starts";
            return vec![Finding::not_checked(Check::Database, "", found, "")];
        }
        Err(error) => return vec![unreachable(&error)],
    };
    let mut findings = vec![judge_schema(inspection.schema)];
    if let Some(content) = inspection.content {
        let has_previous = key.is_some_and(|key| key.key_id(Which::Previous).is_some());
        findings.push(judge_key(vault.as_ref().err(), content.binding, has_previous));
        findings.push(judge_queue(content.queue, SystemClock.now()));
        findings.extend(content.clock_seen.and_then(|seen| judge_clock(seen, SystemClock.now())));
        findings.extend(judge_domains(&content.relay_domains, &config.domain));
        findings.push(judge_operator_mail(alias, content.takes_operator_mail));
    }
    findings
}

fn unreachable(error: &StoreError) -> Finding {
    Finding::bad(
        Check::Database,
        "",
        chain(error),
        "The relay does not start, or takes no mail.",
        "Correct SEALPOST_DATABASE_URL, start the database, or give its file to the relay's user.",
    )
}

fn judge_schema(schema: Schema) -> Finding {
    match schema {
        Schema::Same => Finding::good(Check::Database, "", "its schema is this program's"),
        Schema::None => {
            let found = "the database is empty; the relay fills it when it starts";
            Finding::not_checked(Check::Database, "", found, "")
        }
        Schema::Older(steps) => Finding::warning(
            Check::Database,
            "",
            format!("its schema is older than this program, by {steps} steps"),
            "The relay brings it up to date when this program starts. A program of an older release may run now.",
            "Make a backup, and start the relay with this program.",
        ),
        Schema::Newer(steps) => Finding::warning(
            Check::Database,
            "",
            format!("its schema is newer than this program, by {steps} steps"),
            "A newer program has used it. This one can go on beside it.",
            "Use the newer program.",
        ),
        Schema::TooNew(_) => Finding::bad(
            Check::Database,
            "",
            "a newer release has changed it in a way that this program does not know",
            "The relay does not start.",
            "Use the newer program, or restore the backup from before it.",
        ),
    }
}

fn judge_key(error: Option<&VaultError>, binding: Binding, has_previous: bool) -> Finding {
    const LOST: &str = "The relay does not start: it cannot open the keys in the database.";
    let bad = |found: String, action: &str| Finding::bad(Check::MasterKey, "", found, LOST, action);
    match (error, binding) {
        (Some(error), _) => bad(chain(error), "Correct the master key, or bring it back from a backup."),
        (None, Binding::Fits) => {
            let found = match has_previous {
                true => {
                    "it opens the keys in the database. Nothing is left under the previous one: take it out of the settings"
                }
                false => "it opens the keys in the database",
            };
            Finding::good(Check::MasterKey, "", found)
        }
        (None, Binding::Previous) => Finding::warning(
            Check::MasterKey,
            "",
            "the keys in the database are under the previous one",
            "The rotation has not begun. The relay writes under the previous master key.",
            "Restart every relay with both keys, and run sealpost key rotate.",
        ),
        (None, Binding::Rotating) => Finding::warning(
            Check::MasterKey,
            "",
            "its rotation has not ended: values may be left under the previous one",
            "The relay needs both master keys.",
            "Run sealpost key rotate until it says that nothing is left.",
        ),
        (None, Binding::PreviousMissing) => bad(
            StoreError::NoPreviousMasterKey.to_string(),
            "Name the previous master key in the settings, and run sealpost key rotate.",
        ),
        (None, Binding::Foreign) => bad(
            StoreError::ForeignMasterKey.to_string(),
            "Bring the right master key back from a backup.",
        ),
        (None, Binding::Unknown) => bad(
            "the database belongs to a master key, and there is none".to_owned(),
            "Bring the master key back from a backup. If the relay makes a new one, the stored keys stay locked for ever.",
        ),
        (None, Binding::None) => {
            let found = "the database belongs to no master key yet";
            Finding::not_checked(Check::MasterKey, "", found, "")
        }
    }
}

/// A certificate names relay addresses of the one domain that its profile was made for.
fn judge_domains(made_for: &BTreeSet<String>, main: &str) -> Option<Finding> {
    let others: Vec<_> = made_for
        .iter()
        .map(String::as_str)
        .filter(|domain| *domain != main)
        .collect();
    (!others.is_empty()).then(|| {
        let others = others.join(", ");
        Finding::bad(
            Check::Database,
            main,
            format!("profiles or contacts were made for {others}"),
            "Mail to their aliases is answered 451 until its senders give up, and answers to what was relayed before are refused.",
            format!("Set the domain back to {others}, and add {main} beside it: sealpost domain add {main}"),
        )
    })
}

/// The relay notes the time each hour. Only a wrong clock is a finding here: that it is right, a time server says.
fn judge_clock(seen: OffsetDateTime, now: OffsetDateTime) -> Option<Finding> {
    let behind = seen - now;
    (behind > MOST_BACK).then(|| {
        Finding::bad(
            Check::Clock,
            "database",
            format!("the relay has worked at a time that comes only in {}", words(behind)),
            "The clock was ahead then, or is behind now. Behind, mail is put off, and certificates count as not valid yet.",
            "Let the system set the clock, for example: apt install systemd-timesyncd, and timedatectl set-ntp true.",
        )
    })
}

/// Nobody's mail to an alias depends on it, so that nothing about it is bad.
fn judge_operator_mail(alias: Option<&EmailAddress>, takes_mail: bool) -> Finding {
    const MEANS: &str = "It is accepted and thrown away. Complaints about mail from your domain go there, and warnings of other providers.";
    match (alias, takes_mail) {
        (Some(alias), true) => {
            let found = "mail to postmaster and abuse goes to this alias";
            Finding::good(Check::OperatorMail, alias.as_str(), found)
        }
        (Some(alias), false) => Finding::warning(
            Check::OperatorMail,
            alias.as_str(),
            "the alias for mail to postmaster and abuse is not there or off, or it is not an administrator's",
            MEANS,
            "Make the alias or turn it on, make its person an administrator, or name another one in SEALPOST_OPERATOR_ALIAS.",
        ),
        (None, _) => Finding::warning(
            Check::OperatorMail,
            "",
            "mail to postmaster and abuse goes nowhere",
            MEANS,
            "Make an alias for it in an administrator's account, and name it in SEALPOST_OPERATOR_ALIAS.",
        ),
    }
}

fn judge_queue(depth: Depth, now: OffsetDateTime) -> Finding {
    let Some(oldest) = depth.oldest else {
        return Finding::good(Check::Queue, "", "no message waits");
    };
    let age = (now - oldest).max(Duration::ZERO);
    let found = format!("{} wait, the oldest for {}", depth.waiting, words(age));
    if age < OLD {
        return Finding::good(Check::Queue, "", found);
    }
    Finding::warning(
        Check::Queue,
        "",
        found,
        "These messages could not be delivered until now. The relay tries for five days, and then tells their senders.",
        "Look at the findings about the next hop. The log says what the next hop answered (RUST_LOG=server=debug).",
    )
}

fn words(age: Duration) -> String {
    match (age.whole_days(), age.whole_hours(), age.whole_minutes()) {
        (0, 0, minutes) => format!("{minutes} minutes"),
        (0, hours, _) => format!("{hours} hours"),
        (days, ..) => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_database_without_its_master_key_is_bad() {
        for (error, binding, expected) in [
            (None, Binding::Fits, State::Good),
            (None, Binding::None, State::NotChecked),
            (None, Binding::Previous, State::Warning),
            (None, Binding::Rotating, State::Warning),
            (None, Binding::PreviousMissing, State::Bad),
            (None, Binding::Foreign, State::Bad),
            (None, Binding::Unknown, State::Bad),
            (Some(&VaultError::Malformed), Binding::Unknown, State::Bad),
        ] {
            assert_eq!(
                judge_key(error, binding, false).state,
                expected,
                "{error:?} {binding:?}"
            );
        }
    }

    #[test]
    fn profiles_of_another_domain_are_bad() {
        let made_for = |domains: &[&str]| domains.iter().map(|domain| (*domain).to_owned()).collect();
        assert!(judge_domains(&made_for(&[]), "new.example").is_none());
        assert!(judge_domains(&made_for(&["new.example"]), "new.example").is_none());
        let finding = judge_domains(&made_for(&["new.example", "old.example"]), "new.example").unwrap();
        assert_eq!(finding.state, State::Bad);
        assert!(
            finding.action.contains("Set the domain back to old.example"),
            "{}",
            finding.action
        );
    }

    #[test]
    fn another_schema_is_a_warning() {
        assert_eq!(judge_schema(Schema::Same).state, State::Good);
        assert_eq!(judge_schema(Schema::None).state, State::NotChecked);
        assert_eq!(judge_schema(Schema::Older(2)).state, State::Warning);
        assert_eq!(judge_schema(Schema::Newer(2)).state, State::Warning);
        assert_eq!(judge_schema(Schema::TooNew("m999_other".into())).state, State::Bad);
    }

    #[test]
    fn mail_to_the_operator_that_goes_nowhere_is_a_warning() {
        let alias = "hello@relay.example".parse().unwrap();
        for (alias, takes_mail, expected) in [
            (Some(&alias), true, State::Good),
            (Some(&alias), false, State::Warning),
            (None, false, State::Warning),
        ] {
            assert_eq!(judge_operator_mail(alias, takes_mail).state, expected, "{alias:?}");
        }
    }

    #[test]
    fn a_time_that_lies_ahead_is_bad() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        assert!(judge_clock(now - Duration::days(1), now).is_none());
        assert!(judge_clock(now + Duration::minutes(59), now).is_none());
        let finding = judge_clock(now + Duration::days(3), now).unwrap();
        assert_eq!(finding.state, State::Bad);
        assert!(finding.found.ends_with("only in 3 days"), "{}", finding.found);
    }

    #[test]
    fn a_message_that_waits_for_hours_is_a_warning() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let depth = |oldest: Option<Duration>| Depth {
            waiting: oldest.map_or(0, |_| 3),
            leased: 0,
            oldest: oldest.map(|age| now - age),
        };
        for (age, expected, says) in [
            (None, State::Good, "no message waits"),
            (
                Some(Duration::minutes(5)),
                State::Good,
                "3 wait, the oldest for 5 minutes",
            ),
            (
                Some(Duration::hours(2)),
                State::Warning,
                "3 wait, the oldest for 2 hours",
            ),
            (Some(Duration::days(3)), State::Warning, "3 wait, the oldest for 3 days"),
            (
                Some(Duration::seconds(-5)),
                State::Good,
                "3 wait, the oldest for 0 minutes",
            ),
        ] {
            let finding = judge_queue(depth(age), now);
            assert_eq!((finding.state, finding.found.as_str()), (expected, says));
        }
    }
}
