//! Rewrites To and Cc: each relay address becomes its contact. Any other address stops the reply.

use app::address::{EmailAddress, OutsideAddress};
use mail_builder::headers::{HeaderType, address::Address, raw::Raw};

use super::{Facts, addresses::Addresses, error::StripError, line};
use crate::mail::{
    header::{CC, TO},
    message::{Field, Message},
    outside,
    value::{self, Listed},
};

/// Most characters of a display name that are kept.
const LONGEST_NAME: usize = 100;

/// To and Cc of a header that leaves.
pub struct People {
    to: Vec<Address<'static>>,
    cc: Vec<Address<'static>>,
}

impl People {
    /// Reads To and Cc. Omits the alias and the mailbox, because only From may name the person. Does not read Bcc.
    pub fn of(message: &Message<'_>, facts: &Facts<'_>, addresses: &Addresses<'_>) -> Result<Self, StripError> {
        let mut seen = Vec::new();
        let mut list = |name| -> Result<Vec<Address<'static>>, StripError> {
            let mut contacts = Vec::new();
            for listed in message.all(name).flat_map(value::address_list) {
                let Some(contact) = contact(&listed, facts, addresses)? else {
                    continue;
                };
                if !seen.contains(&contact.folded()) {
                    seen.push(contact.folded());
                    contacts.push(write_entry(listed.name.as_deref(), &contact, addresses, facts.contact));
                }
            }
            Ok(contacts)
        };
        let mut to = list(TO)?;
        let cc = list(CC)?;
        if to.is_empty() && !seen.contains(&facts.contact.folded()) {
            to.push(write_entry(None, facts.contact, addresses, facts.contact));
        }
        Ok(Self { to, cc })
    }

    /// Returns the value of To. If all contacts are in Cc, it is the empty group of RFC 5322 §3.4.
    pub fn to(&self) -> HeaderType<'static> {
        if self.to.is_empty() {
            Raw::new("undisclosed-recipients:;").into()
        } else {
            Address::new_list(self.to.clone()).into()
        }
    }

    /// Returns the value of Cc.
    pub fn cc(&self) -> Option<HeaderType<'static>> {
        (!self.cc.is_empty()).then(|| Address::new_list(self.cc.clone()).into())
    }
}

/// Returns the contact of an entry, or `None` for the alias and the mailbox.
fn contact(
    listed: &Listed,
    facts: &Facts<'_>,
    addresses: &Addresses<'_>,
) -> Result<Option<OutsideAddress>, StripError> {
    let address = listed.address.as_deref().unwrap_or_default();
    let address: EmailAddress = address.parse().map_err(|_| StripError::Recipient)?;
    if address.same_mailbox(facts.alias) || addresses.is_mailbox(&address) {
        return Ok(None);
    }
    (facts.contacts)(&address).ok_or(StripError::Recipient).map(Some)
}

/// Returns the people of an address field in the header of a message inside, which nobody writes to.
pub fn display(field: Field<'_>, addresses: &Addresses<'_>) -> Option<HeaderType<'static>> {
    let written = value::address_list(field).into_iter().filter_map(|listed| {
        let address = listed.address.as_deref()?;
        let own = address.parse().is_ok_and(|address| addresses.is_mailbox(&address));
        // The mail client wrote the name beside the person's own address.
        let name = listed.name.as_deref().filter(|_| !own);
        let shown: OutsideAddress = addresses.replace_in(address).parse().ok()?;
        shown.as_str().is_ascii().then(|| mailbox(name, &shown, addresses))
    });
    let written: Vec<_> = written.collect();
    (!written.is_empty()).then(|| Address::new_list(written).into())
}

/// Returns an entry to write. A local part beyond ASCII needs an 8-bit header (RFC 6532 §3.2), and so a host with
/// SMTPUTF8. The host of this address has it, or the address could not exist. In copies for others, an empty group
/// names the address (RFC 6857 §3.1.8).
fn write_entry(
    name: Option<&str>,
    address: &OutsideAddress,
    addresses: &Addresses<'_>,
    recipient: &OutsideAddress,
) -> Address<'static> {
    match address.local().is_ascii() || address == recipient {
        true => mailbox(name, address, addresses),
        false => Address::new_group(Some(address.shown()), Vec::new()),
    }
}

fn mailbox(name: Option<&str>, address: &OutsideAddress, addresses: &Addresses<'_>) -> Address<'static> {
    let name = name.and_then(|name| plain_name(name, addresses));
    let domain = outside::wire_domain(address);
    Address::new_address(name, format!("{}@{domain}", address.local()))
}

/// Returns the contact's own name. A client may have copied the From that the relay wrote, such as `Bob Example
/// (bob@example.com)`, so the address is removed. A name that is an address is dropped.
fn plain_name(name: &str, addresses: &Addresses<'_>) -> Option<String> {
    let name = line(name, LONGEST_NAME, addresses);
    let quotes = ['\'', '"', ' '];
    let name = name.trim_matches(quotes);
    let name = match name.strip_suffix(')').and_then(|name| name.rsplit_once(" (")) {
        Some((own, address)) if address.contains('@') => own.trim_matches(quotes),
        _ => name,
    };
    (!name.is_empty() && !name.contains('@')).then(|| name.to_owned())
}
