//! Decides who is told that a message was not delivered.
//!
//! An authenticated outside sender gets a report that names only the alias. The person gets a message, sealed like all
//! mail to them. A failed report is not reported.

use app::{
    address::{EmailAddress, OutsideAddress},
    id::AliasId,
    texts::Language,
};
use async_trait::async_trait;
use leptos_i18n::td_string;

use super::Notices;
use crate::{
    envelope::RequireTls,
    letters::{delivery_report::Report, lines},
    outlet::{Clear, Content},
    parcel::{
        Parcel,
        item::{Failed, Origin, Unlocked},
    },
    policy,
    queue::Reporter,
    refusal::{Reason, Refusal},
    store::{
        accepted::{Accepted, TestMessageNote},
        activity::{ActivityEvent, Outcome},
        test_message::TestMessageState,
    },
};

#[async_trait]
impl Reporter for Notices {
    async fn report(&self, failed: &Failed) -> Result<Accepted, Refusal> {
        let mut accepted = Accepted::default();
        match &failed.origin {
            Origin::Inbound { alias, sender } => {
                accepted.events.push(failure_event(*alias, failed));
                if let Some(sender) = sender {
                    self.tell_sender(*alias, sender, failed, &mut accepted).await?;
                }
            }
            Origin::Reply { alias } => {
                accepted.events.push(failure_event(*alias, failed));
                self.tell_person(*alias, failed, &mut accepted).await?;
            }
            Origin::TestMessage => {
                accepted.test_message = Some(TestMessageNote::Ended(TestMessageState::Failed(failed.reason.clone())))
            }
            Origin::Report => {}
        }
        Ok(accepted)
    }
}

fn failure_event(alias: AliasId, failed: &Failed) -> ActivityEvent {
    ActivityEvent {
        alias,
        outcome: Outcome::Undeliverable,
        octets: failed.octets,
    }
}

/// The reason as the sender learns it, and the remedy.
fn reason_for_sender(failed: &Failed) -> &'static str {
    match failed.status {
        RequireTls::NOT_SUPPORTED | RequireTls::NOT_ENCRYPTED => {
            "It demands TLS on its whole way (REQUIRETLS), and its final destination does not offer that. You may send it \
             again without this demand."
        }
        _ => "It was accepted, but its final destination does not take it. You may send it again later.",
    }
}

impl Notices {
    async fn tell_sender(
        &self,
        alias: AliasId,
        sender: &EmailAddress,
        failed: &Failed,
        accepted: &mut Accepted,
    ) -> Result<(), Refusal> {
        let Some(route) = self.store.route_by_id(alias).await? else {
            return Ok(());
        };
        let from = self.own_address("postmaster")?;
        let alias = self.alias_address(&route)?;
        let require_tls = failed.require_tls.of_report();
        // The report names only the alias. The mailbox is secret, and its provider's answer may name it.
        let report = Report {
            domain: self.domains.main(),
            // Nobody knows the language of a stranger.
            language: Language::en,
            from: &from,
            to: sender,
            words: format!(
                "Your message to {alias} could not be delivered.\r\n\r\n{}\r\n",
                reason_for_sender(failed)
            ),
            recipient: &OutsideAddress::from(&alias),
            status: failed.status,
            said: None,
            id: self.id()?,
            now: self.clock.now(),
        };
        let parcel = Parcel::report(sender.into(), report.write()?).sign(&self.outlet.signer)?;
        let parcel = parcel.requiring_tls(require_tls);
        accepted.items.push(self.queue.report(parcel)?);
        Ok(())
    }

    /// Tells the person in a message from the relay itself, which is a contact like any other sender.
    async fn tell_person(&self, alias: AliasId, failed: &Failed, accepted: &mut Accepted) -> Result<(), Refusal> {
        let Some(route) = self.store.route_by_id(alias).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        let sender = self.own_address("mailer-daemon")?;
        let to = self.sealing().addressee(&route, self.alias_address(&route)?);
        let language = self.store.language_of(route.mailbox).await?;
        let treatment = match policy::treatment(route, now) {
            // If policy lets nothing go to the mailbox, the failure stands on the activity page only.
            Err(refusal) if refusal.reason == Reason::KillSwitch => return Ok(()),
            treatment => treatment?,
        };
        let (mailbox, alias) = (to.mailbox.clone(), to.alias.clone());
        let content = || {
            // RFC 8689 §5: a report about a message with REQUIRETLS does not hold its text.
            let original = failed.message.as_ref().filter(|_| failed.require_tls == RequireTls::No);
            let original = original.map(Unlocked::as_bytes);
            let report = self.report_to_person(failed, original.is_some(), (&sender, &alias), language)?;
            let data = match original {
                Some(original) => report.write_with(original)?,
                None => report.write()?.into_bytes(),
            };
            Ok(Content::Told {
                sender: sender.clone(),
                to,
                data,
                now,
            })
        };
        // The reply may have been encrypted, so its text must not reach the provider unencrypted now.
        let clear = || {
            let report = self.report_to_person(failed, false, (&sender, &alias), language)?;
            Ok(Clear::Own(report.write()?))
        };
        let parcel = self.outlet.parcel(treatment, mailbox, content, clear, accepted).await?;
        let parcel = parcel.requiring_tls(failed.require_tls.of_report());
        accepted.items.push(self.queue.report(parcel)?);
        Ok(())
    }

    fn report_to_person<'a>(
        &'a self,
        failed: &'a Failed,
        is_attached: bool,
        (from, to): (&'a EmailAddress, &'a EmailAddress),
        language: Language,
    ) -> Result<Report<'a>, Refusal> {
        let (recipient, said) = (&failed.to, &failed.reason);
        let words = match is_attached {
            true => td_string!(
                language,
                mail.undelivered.attached,
                recipient = recipient,
                alias = to,
                said = said
            ),
            false => td_string!(
                language,
                mail.undelivered.not_attached,
                recipient = recipient,
                alias = to,
                said = said
            ),
        };
        Ok(Report {
            domain: self.domains.main(),
            language,
            from,
            to,
            words: lines(&words).to_string(),
            recipient: &failed.to,
            status: failed.status,
            said: Some(&failed.reason),
            id: self.id()?,
            now: self.clock.now(),
        })
    }
}
