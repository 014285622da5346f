//! Reminds people 30, 7 and 1 days before the active profile of a mailbox expires.
//!
//! The reminder is sealed with that profile and never sent unencrypted, so the provider does not learn that protection
//! ends.

use std::{sync::Arc, time::Duration};

use app::{
    address::EmailAddress,
    profile::ProfileKind,
    texts::{Language, date},
};
use leptos_i18n::td_string;
use time::{OffsetDateTime, macros::format_description};
use tokio::{sync::Notify, time::interval};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::{Notices, SENDER};
use crate::{
    letters::{Automatic, Text, WriteError, Written, lines},
    parcel::Parcel,
    refusal::Refusal,
    sealing::Notice,
    store::{
        StoreError,
        accepted::Accepted,
        mailbox_route::MailboxRoute,
        profile::Profile,
        reminder::{Due, Reminded},
        route::ActiveProfile,
    },
};

/// How often due reminders are looked for.
const LOOK: Duration = Duration::from_secs(60 * 60);

/// Sends due reminders.
pub struct Reminders {
    notices: Arc<Notices>,
    public_url: String,
    wake: Notify,
}

impl Reminders {
    /// Creates the sender. `public_url` is the web interface, where the person finds the profile's page.
    pub fn new(notices: Arc<Notices>, public_url: String) -> Self {
        let wake = Notify::new();
        Self {
            notices,
            public_url,
            wake,
        }
    }

    /// Looks for due reminders now.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Looks for due reminders at start, each hour, and when it is woken, until it is told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        let mut hours = interval(LOOK);
        loop {
            tokio::select! {
                _ = hours.tick() => {}
                () = self.wake.notified() => {}
                () = stop.cancelled() => return,
            }
            self.remind().await;
        }
    }

    /// Sends each due reminder. One that cannot be sent is due again the next time.
    async fn remind(&self) {
        let due = match self.notices.store.due_reminders(self.notices.clock.now()).await {
            Ok(due) => due,
            Err(error) => return tracing::warn!(%error, "reminders could not be looked up"),
        };
        for due in due {
            self.send_and_log(due).await;
        }
    }

    async fn send_and_log(&self, due: Due) {
        let (profile, days) = (due.profile.id, due.days);
        match self.send(due).await {
            Ok(()) => tracing::info!(%profile, days, "a reminder of a profile's end"),
            Err(refusal) => {
                let cause = refusal.cause.as_deref().map(tracing::field::display);
                tracing::warn!(%profile, days, reason = refusal.reason.word(), cause, "a reminder was not sent");
            }
        }
    }

    async fn send(&self, due: Due) -> Result<(), Refusal> {
        let Notices { store, queue, .. } = &*self.notices;
        let Some(mut route) = store.mailbox_route(due.profile.mailbox).await? else {
            return Ok(());
        };
        // Another profile may have been activated in the meantime.
        let Some(active) = route.active.take().filter(|active| active.id == due.profile.id) else {
            return Ok(());
        };
        let parcel = self.seal(&due.profile, route, active).await?;
        let accepted = Accepted {
            items: vec![queue.report(parcel)?],
            reminded: Some(Reminded {
                profile: due.profile.id,
                days: due.days,
            }),
            ..Accepted::default()
        };
        match queue.put(accepted).await {
            Ok(()) | Err(StoreError::Gone) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn seal(&self, profile: &Profile, to: MailboxRoute, active: Arc<ActiveProfile>) -> Result<Parcel, Refusal> {
        let notices = &self.notices;
        let (sender, now) = (notices.own_address(SENDER)?, notices.clock.now());
        let reminder = Reminder {
            profile,
            mailbox: &to.address,
            kill_switch: to.kill_switch,
            public_url: &self.public_url,
            language: notices.store.language_of(profile.mailbox).await?,
            now,
        };
        let notice = Notice {
            data: reminder.write(&sender, &notices.id()?)?.into_bytes(),
            sender,
            mailbox: to.address.clone(),
            now,
            mark: notices.sealing().loop_mark(profile.mailbox),
        };
        notices.outlet.notice(active, notice).await
    }
}

/// The content of a reminder.
struct Reminder<'a> {
    profile: &'a Profile,
    mailbox: &'a EmailAddress,
    kill_switch: bool,
    public_url: &'a str,
    language: Language,
    now: OffsetDateTime,
}

impl Reminder<'_> {
    fn write(&self, from: &EmailAddress, id: &str) -> Result<Written, WriteError> {
        let text = Text {
            name: "Sealpost",
            from,
            to: self.mailbox,
            // It stands outside the seal, so it reveals nothing.
            subject: td_string!(self.language, mail.reminder.subject),
            text: &self.text(),
            automatic: Automatic::Generated,
            id,
            now: self.now,
        };
        text.write()
    }

    fn text(&self) -> Zeroizing<String> {
        let language = self.language;
        let consequence = match self.kill_switch {
            true => td_string!(language, mail.reminder.rejected),
            false => td_string!(language, mail.reminder.clear),
        };
        lines(&td_string!(
            language,
            mail.reminder.text,
            ends = self.end(),
            consequence = consequence,
            page = format!("{}/profiles/{}", self.public_url, self.profile.id)
        ))
    }

    /// Says when the profile ends. Rounds up to whole days, because a reminder leaves some minutes after its time.
    fn end(&self) -> String {
        let (language, Self { mailbox, profile, .. }) = (self.language, self);
        let kind = match profile.kind {
            ProfileKind::Smime => "S/MIME",
            ProfileKind::Pgp => "PGP",
        };
        let time = profile.not_after.format(format_description!("[hour]:[minute] UTC"));
        let end = format!("{}, {}", date(language, profile.not_after), time.unwrap_or_default());
        let name = &profile.name;
        match (profile.not_after - self.now - time::Duration::SECOND).whole_days() + 1 {
            1 => td_string!(
                language,
                mail.reminder.ends_in_a_day,
                name = name,
                kind = kind,
                mailbox = mailbox,
                end = end
            ),
            count => td_string!(
                language,
                mail.reminder.ends_in_days,
                name = name,
                kind = kind,
                mailbox = mailbox,
                count = count,
                end = end
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use app::id::{MailboxId, ProfileId};
    use app::profile::{KeyEvidence, ProfileState};
    use time::macros::datetime;

    use super::*;

    fn text(kill_switch: bool, now: OffsetDateTime) -> Zeroizing<String> {
        text_in(Language::en, kill_switch, now)
    }

    fn text_in(language: Language, kill_switch: bool, now: OffsetDateTime) -> Zeroizing<String> {
        let profile = Profile {
            id: ProfileId(3),
            name: "Thunderbird, Nov 2026".to_owned(),
            mailbox: MailboxId(1),
            kind: ProfileKind::Smime,
            state: ProfileState::Active,
            not_before: datetime!(2026-11-24 03:00 UTC),
            not_after: datetime!(2028-11-24 03:00 UTC),
            evidence: KeyEvidence {
                kind: ProfileKind::Smime,
                exported: true,
                tested: false,
            },
        };
        Reminder {
            profile: &profile,
            mailbox: &"ann@example.org".parse().unwrap(),
            kill_switch,
            public_url: "https://relay.example",
            language,
            now,
        }
        .text()
    }

    #[test]
    fn it_says_when_what_and_where() {
        let on = text(true, datetime!(2028-11-17 03:20 UTC));
        for words in [
            "The profile “Thunderbird, Nov 2026” (S/MIME) that all mail to ann@example.org is sealed with ends in 7 days: on 24 November 2028, 03:00 UTC.",
            "mail to your aliases is refused (550 5.7.1)",
            "\r\nhttps://relay.example/profiles/3\r\n",
        ] {
            assert!(on.contains(words), "{words}\n{}", *on);
        }
        let off = text(false, datetime!(2028-11-23 03:00 UTC));
        assert!(
            off.contains("ends in 1 day:") && off.contains("your provider can read it"),
            "{}",
            *off
        );
        assert!(text(true, datetime!(2028-11-24 02:59 UTC)).contains("ends in 1 day:"));
    }

    #[test]
    fn it_speaks_the_language_of_the_account() {
        let text = text_in(Language::de, true, datetime!(2028-11-17 03:20 UTC));
        for words in [
            "läuft in 7 Tagen ab: am 24. November 2028, 03:00 UTC.\r\n",
            "werden E-Mails an Ihre Aliasse abgewiesen (550 5.7.1)",
            "\r\nhttps://relay.example/profiles/3\r\n",
        ] {
            assert!(text.contains(words), "{words}\n{}", *text);
        }
    }
}
