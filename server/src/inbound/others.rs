//! Gives relay addresses to the other people whom a message names, so that an answer to all reaches them.

use app::address::OutsideAddress;
use time::OffsetDateTime;

use super::{
    Inbound,
    recipients::{Entry, NamedRecipients, Own},
};

use crate::{
    envelope::Client,
    mail::message::Message,
    refusal::Refusal,
    rewrite::{People, Person},
    sealing::Others,
    store::route::Route,
};

impl Inbound {
    /// Finds or creates the contacts of everybody whom a message names. New contacts in Reply-To count like new
    /// senders. Over the limit, the message is deferred, because an answer would go astray. Other recipients over the
    /// limit get no relay address, and only the text names them.
    pub(super) async fn find_others(
        &self,
        message: &Message<'_>,
        sender: &OutsideAddress,
        (route, to): (&Route, &app::address::EmailAddress),
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<Others, Refusal> {
        let mailboxes = self.store.own_addresses_beside(route.mailbox).await?;
        let own = Own {
            alias: to,
            mailboxes: &mailboxes,
            domains: &self.domains,
        };
        let mut named = NamedRecipients::of(message, sender, &own);
        if !route.relayed_recipients {
            named.to.clear();
            named.cc.clear();
        }
        let fields = [&named.reply_to, &named.to, &named.cc];
        let wanted: Vec<_> = fields.into_iter().flatten().map(|entry| &entry.address).collect();
        if wanted.is_empty() {
            return Ok(Others {
                people: People {
                    line: (!named.all.is_empty()).then(|| named.line()),
                    ..People::default()
                },
                contacts: Vec::new(),
            });
        }
        let mut known = self.store.known_contacts(route.alias, &wanted).await?;
        let is_new = |entry: &&Entry| !known.contains_key(&entry.address.folded());
        let mut new: Vec<_> = named.reply_to.iter().filter(is_new).collect();
        for _ in &new {
            self.new_contacts
                .admit(client.ip, route.alias, route.mailbox, now)
                .await?;
        }
        let recipients: Vec<_> = named.to.iter().chain(&named.cc).filter(is_new).collect();
        let place = (client.ip, route.alias, route.mailbox);
        let room = self.new_contacts.admit_named(place, recipients.len(), now).await?;
        new.extend(recipients.into_iter().take(room));
        let new: Vec<_> = new.into_iter().map(|entry| entry.address.clone()).collect();
        known.extend(self.outlet.sealing.contacts(route.alias, &new, now).await?);

        let found = |list: &[Entry]| -> Vec<Person> {
            let person = |entry: &Entry| {
                Some(Person {
                    name: entry.name.clone(),
                    address: entry.address.clone(),
                    relay_address: known.get(&entry.address.folded())?.relay_address.clone(),
                })
            };
            list.iter().filter_map(person).collect()
        };
        let (reply_to, to, cc) = (found(&named.reply_to), found(&named.to), found(&named.cc));
        let is_complete = to.len() + cc.len() == named.all.len();
        let people = People {
            line: (!is_complete).then(|| named.line()),
            reply_to,
            to,
            cc,
        };
        Ok(Others {
            people,
            contacts: known.into_values().collect(),
        })
    }
}
