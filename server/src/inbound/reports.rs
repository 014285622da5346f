//! Who is told of what could not be delivered. An outside sender gets a report that names the alias only, and only if it
//! was authenticated; the person gets a message that is sealed like all mail to them; nobody is told of a report.

use std::sync::Arc;

use app::{
    address::{EmailAddress, OutsideAddress},
    api::alias::AliasId,
};
use async_trait::async_trait;

use super::{
    Inbound,
    others::Others,
    policy::{self, Treatment},
    sealing::{Addressee, Job, Letter},
};
use crate::{
    deliver::Parcel,
    queue::{
        Reporter,
        item::{Failed, Origin, Unlocked},
        report::{self, Report},
    },
    smtp::reply::{self, Refusal},
    store::{
        accepted::{Accepted, Happening, ProbeNote},
        activity::Outcome,
        probe::ProbeState,
        route::Route,
    },
    vault::Token,
};

#[async_trait]
impl Reporter for Inbound {
    async fn report(&self, failed: &Failed) -> Result<Accepted, Refusal> {
        let mut accepted = Accepted::default();
        match &failed.origin {
            Origin::Inbound { alias, sender } => {
                accepted.happenings.push(undeliverable(*alias, failed));
                if let Some(sender) = sender {
                    self.tell_sender(*alias, sender, failed, &mut accepted).await?;
                }
            }
            Origin::Reply { alias } => {
                accepted.happenings.push(undeliverable(*alias, failed));
                self.tell_person(*alias, failed, &mut accepted).await?;
            }
            Origin::Probe => accepted.probe = Some(ProbeNote::Ended(ProbeState::Failed(failed.reason.clone()))),
            Origin::Report => {}
        }
        Ok(accepted)
    }
}

fn undeliverable(alias: AliasId, failed: &Failed) -> Happening {
    Happening {
        alias,
        outcome: Outcome::Undeliverable,
        octets: failed.octets,
    }
}

impl Inbound {
    async fn tell_sender(
        &self,
        alias: AliasId,
        sender: &EmailAddress,
        failed: &Failed,
        accepted: &mut Accepted,
    ) -> Result<(), Refusal> {
        let route = self
            .store
            .route_by_id(alias)
            .await
            .map_err(|error| Refusal::later("store", error))?;
        let Some(route) = route else { return Ok(()) };
        let from = self.address_of("postmaster")?;
        let alias = self.alias_of(&route)?;
        // It names the alias and nothing else: neither the mailbox nor what its provider said, which may name it.
        let report = Report {
            domain: &self.domain,
            from: &from,
            to: sender,
            words: format!(
                "Your message to {alias} could not be delivered.\r\n\r\n\
                 It was accepted, but its final destination does not take it. You may send it again later.\r\n"
            ),
            recipient: &OutsideAddress::from(&alias),
            status: failed.status,
            said: None,
            original: None,
            id: random_id()?,
            now: self.clock.now(),
        };
        let written = report::write(&report).map_err(|error| Refusal::later("report", error))?;
        let parcel = Parcel::report(sender.into(), written)
            .signed(&self.signer)
            .map_err(|error| Refusal::later("dkim", error))?;
        let item = self.queue.report(parcel);
        accepted
            .items
            .push(item.map_err(|error| Refusal::later("vault", error))?);
        Ok(())
    }

    /// The person is told by a message from the relay itself, which has a contact like any other sender.
    async fn tell_person(&self, alias: AliasId, failed: &Failed, accepted: &mut Accepted) -> Result<(), Refusal> {
        let route = self
            .store
            .route_by_id(alias)
            .await
            .map_err(|error| Refusal::later("store", error))?;
        let Some(route) = route else { return Ok(()) };
        let sender = self.address_of("mailer-daemon")?;
        let to = self.addressee(&route, self.alias_of(&route)?);
        let treatment = match policy::treatment(route, self.clock.now()) {
            // Where nothing may go to the mailbox, the activity page is all there is.
            Err(refusal) if refusal.reply == reply::KILL_SWITCH => return Ok(()),
            treatment => treatment?,
        };
        let original = match treatment {
            Treatment::Seal(_) => failed.message.as_ref().map(Unlocked::as_bytes),
            // It may have come encrypted: what the provider could not read then it does not get now.
            Treatment::Clear(_) => None,
        };
        let written = self.notice(failed, original, &sender, &to.alias)?;
        self.tell(treatment, to, sender, written, accepted).await
    }

    /// Relays what the relay itself has to tell, as if `sender` had written it to the alias.
    pub(super) async fn tell(
        &self,
        treatment: Treatment,
        to: Addressee,
        sender: EmailAddress,
        written: Vec<u8>,
        accepted: &mut Accepted,
    ) -> Result<(), Refusal> {
        let now = self.clock.now();
        let parcel = match treatment {
            Treatment::Clear(permit) => Parcel::clear(to.mailbox, written, permit)
                .signed(&self.signer)
                .map_err(|error| Refusal::later("dkim", error))?,
            Treatment::Seal(profile) => {
                let sender = sender.into();
                let contact = self.sealing.contact(to.alias_id, &sender, now).await?;
                let letter = Letter {
                    data: Arc::new(written),
                    sender,
                    seen: None,
                };
                let job = Job {
                    profile,
                    contact,
                    others: Others::default(),
                    to,
                    letter,
                    now,
                };
                self.sealed(job, accepted).await?
            }
        };
        let item = self.queue.report(parcel);
        accepted
            .items
            .push(item.map_err(|error| Refusal::later("vault", error))?);
        Ok(())
    }

    fn notice(
        &self,
        failed: &Failed,
        original: Option<&[u8]>,
        from: &EmailAddress,
        to: &EmailAddress,
    ) -> Result<Vec<u8>, Refusal> {
        let attached = match original {
            Some(_) => "is attached",
            None => "is not attached",
        };
        let report = Report {
            domain: &self.domain,
            from,
            to,
            words: format!(
                "Your message to {} from {to} could not be delivered.\r\n\r\nWhat was said: {}\r\n\r\n\
                 Nobody will try again. Your message {attached}.\r\n",
                failed.to, failed.reason
            ),
            recipient: &failed.to,
            status: failed.status,
            said: Some(&failed.reason),
            original,
            id: random_id()?,
            now: self.clock.now(),
        };
        report::write(&report).map_err(|error| Refusal::later("notice", error))
    }

    pub(super) fn alias_of(&self, route: &Route) -> Result<EmailAddress, Refusal> {
        let address = self.domains.address(&route.local, &route.domain);
        address.map_err(|error| Refusal::later("alias", error))
    }

    pub(super) fn address_of(&self, local: &str) -> Result<EmailAddress, Refusal> {
        format!("{local}@{}", self.domain)
            .parse()
            .map_err(|error| Refusal::later("alias", error))
    }
}

fn random_id() -> Result<String, Refusal> {
    let token = Token::random().map_err(|error| Refusal::later("random", error))?;
    Ok(hex::encode(token.0))
}
