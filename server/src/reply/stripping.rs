//! Strips a reply and signs it, with those contacts only that it names.
//!
//! Relay addresses stand in encoded text, too, so only [`strip`] finds them. It runs with the contact that the reply goes to. If it asks
//! for others of the alias, they are read from the database, and it runs again.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use app::address::{EmailAddress, OutsideAddress};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Common, Replies, refusal};
use crate::{
    dkim::Signers,
    mail::{
        header::{CC, TO},
        message::Message,
        value,
    },
    parcel::Parcel,
    refusal::{Reason, Refusal},
    seal::open::Opened,
    store::correspondence::ReplyRoute,
    strip,
};

/// A reply that is authorised, and what stripping it needs.
struct Draft {
    header: Zeroizing<Vec<u8>>,
    /// The person's names, to be removed.
    own_names: Vec<String>,
    opened: Opened,
    common: Common,
    /// The Message-IDs outside, by those in the mailbox.
    ids: HashMap<String, String>,
    name: String,
    mailboxes: Vec<EmailAddress>,
    contact: OutsideAddress,
    domain: String,
    now: OffsetDateTime,
    signers: Arc<Signers>,
}

impl Replies {
    /// Strips a reply and signs it as the alias's domain.
    pub(super) async fn strip_and_sign(
        &self,
        (header, own_names): (Zeroizing<Vec<u8>>, Vec<String>),
        opened: Opened,
        route: &ReplyRoute,
        (common, ids): (Common, HashMap<String, String>),
    ) -> Result<Parcel, Refusal> {
        let draft = Arc::new(Draft {
            header,
            own_names,
            opened,
            common,
            ids,
            name: route.display_name.clone(),
            mailboxes: route.own_addresses.clone(),
            contact: route.contact_address.clone(),
            domain: self.domain.clone(),
            now: self.clock.now(),
            signers: Arc::clone(&self.signers),
        });
        let mut asked = draft.addressed();
        let mut contacts = HashMap::from([(route.relay_local.clone(), route.contact_address.clone())]);
        asked.remove(&route.relay_local);
        let mut unknown = BTreeSet::new();
        contacts.extend(self.look_up(route, &asked, &mut unknown).await?);
        loop {
            let (job, known, missing) = (Arc::clone(&draft), contacts.clone(), unknown.clone());
            let run = move || {
                let asked = RefCell::default();
                let parcel = job.strip(&known, &asked);
                (parcel, &asked.into_inner() - &missing)
            };
            let (parcel, asked) = self.processors.run(run).await?;
            let found = self.look_up(route, &asked, &mut unknown).await?;
            if found.is_empty() {
                return parcel;
            }
            contacts.extend(found);
        }
    }

    /// Reads contacts by the local parts of their relay addresses, and notes those that the alias does not have.
    async fn look_up(
        &self,
        route: &ReplyRoute,
        asked: &BTreeSet<String>,
        unknown: &mut BTreeSet<String>,
    ) -> Result<HashMap<String, OutsideAddress>, Refusal> {
        let locals: Vec<_> = asked.iter().cloned().collect();
        let found = self.store.contacts_among(route.alias, &locals).await?;
        unknown.extend(locals.into_iter().filter(|local| !found.contains_key(local)));
        Ok(found)
    }
}

impl Draft {
    /// The local parts of the relay's addresses in To and Cc. An unknown one ends the stripping, before it asks for the next.
    fn addressed(&self) -> BTreeSet<String> {
        let header = Message::parse(&self.header);
        let fields = [TO, CC].into_iter().flat_map(|name| header.all(name));
        fields
            .flat_map(value::addresses)
            .filter_map(|address| self.relay_local(&address.parse().ok()?))
            .collect()
    }

    fn relay_local(&self, address: &EmailAddress) -> Option<String> {
        (address.domain() == self.domain).then(|| address.local().to_lowercase())
    }

    /// Strips with the contacts that are known, and collects in `asked` those that are not.
    fn strip(
        &self,
        known: &HashMap<String, OutsideAddress>,
        asked: &RefCell<BTreeSet<String>>,
    ) -> Result<Parcel, Refusal> {
        // If the operator removed the domain, nothing may leave under it.
        let signer = self
            .signers
            .of(self.common.alias.domain())
            .ok_or_else(|| Refusal::new(Reason::DomainGivenUp))?;
        let contact_of = |address: &EmailAddress| {
            let local = self.relay_local(address)?;
            let contact = known.get(&local).cloned();
            if contact.is_none() {
                asked.borrow_mut().insert(local);
            }
            contact
        };
        let facts = strip::Facts {
            alias: &self.common.alias,
            relay_domain: &self.domain,
            alias_name: Some(self.name.as_str()).filter(|name| !name.is_empty()),
            own_names: &self.own_names,
            mailboxes: &self.mailboxes,
            contacts: &contact_of,
            contact: &self.contact,
            message_id: &|id| self.ids.get(id).cloned(),
            own_message_id: &self.common.own_id,
            now: self.now,
        };
        let message = Message::parse(&self.header);
        let stripped = strip::strip(&message, &self.opened.entity, &facts, &mut UnwrapErr(SysRng));
        Parcel::reply(self.contact.clone(), stripped.map_err(refusal::of_strip)?)
            .sign(signer)
            .map_err(Refusal::from)
    }
}
