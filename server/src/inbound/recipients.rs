//! Reads the people in Reply-To, To and Cc of a message to an alias, besides the alias and its sender.

use std::collections::{HashMap, HashSet};

use app::address::{EmailAddress, OutsideAddress};

use crate::{
    domains::Domains,
    mail::{
        author::mailboxes,
        header::{CC, REPLY_TO, TO},
        message::Message,
        value,
    },
};

/// Most recipients in To and Cc that get relay addresses. A longer list is a mailing that nobody answers to all, and each
/// entry costs a contact and a key.
pub const MOST_RECIPIENTS: usize = 30;

/// Most addresses in Reply-To that get relay addresses. A form or a help desk names one, a group a few, and each costs a
/// contact and a key.
pub const MOST_REPLY_TO: usize = 4;

/// Most recipients that the text of the message names. A longer list would fill pages.
const MOST_NAMED: usize = 500;

/// An entry of an address field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The display name.
    pub name: Option<String>,
    /// The address.
    pub address: OutsideAddress,
}

/// The people that the header names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedRecipients {
    /// The addresses that an answer should go to, if that is not the sender alone. At most [`MOST_REPLY_TO`].
    pub reply_to: Vec<Entry>,
    /// The entries of To that get relay addresses. With those of Cc at most [`MOST_RECIPIENTS`].
    pub to: Vec<Entry>,
    /// The entries of Cc that get relay addresses.
    pub cc: Vec<Entry>,
    /// All entries of To and Cc except the alias. At most [`MOST_NAMED`].
    pub all: Vec<Entry>,
}

/// The addresses of the person and of the relay.
pub struct Own<'a> {
    /// The alias that was written to.
    pub alias: &'a EmailAddress,
    /// The verified mailboxes of the account.
    pub mailboxes: &'a [EmailAddress],
    /// The relay's domains.
    pub domains: &'a Domains,
}

impl Own<'_> {
    /// Whether an address must not get a relay address. A mailbox would receive the person's own words unencrypted. Another
    /// alias of the person would start a loop. Aliases of other people are excluded too: otherwise the missing entries
    /// would tell which aliases belong to one person.
    fn is_ours(&self, address: &OutsideAddress) -> bool {
        let is_mailbox = |mailbox: &EmailAddress| {
            let mailbox = OutsideAddress::from(mailbox);
            mailbox.domain() == address.domain() && strip_tag(&mailbox) == strip_tag(address)
        };
        self.domains.stored(address.domain()).is_some() || self.mailboxes.iter().any(is_mailbox)
    }
}

/// The local part in lower case and without its `+tag`, because providers deliver both to the same mailbox.
fn strip_tag(address: &OutsideAddress) -> String {
    let local = address.local().to_lowercase();
    local.split('+').next().unwrap_or_default().to_owned()
}

impl NamedRecipients {
    /// Reads Reply-To, To and Cc of a message from `sender`.
    pub fn of(message: &Message<'_>, sender: &OutsideAddress, own: &Own<'_>) -> Self {
        let mut reply_to = entries(message, REPLY_TO, MOST_REPLY_TO);
        reply_to.retain(|entry| !own.is_ours(&entry.address));
        if reply_to.iter().all(|entry| entry.address.folded() == sender.folded()) {
            reply_to.clear();
        }
        let alias = OutsideAddress::from(own.alias).folded();
        let mut seen = HashSet::from([alias]);
        let mut all = Vec::new();
        let [to, cc] = [TO, CC].map(|name| {
            let mut new = entries(message, name, MOST_NAMED);
            new.retain(|entry| seen.insert(entry.address.folded()));
            all.extend(new.iter().take(MOST_NAMED.saturating_sub(all.len())).cloned());
            new.retain(|entry| !own.is_ours(&entry.address));
            new
        });
        let mut room = MOST_RECIPIENTS;
        let [to, cc] = [to, cc].map(|mut list| {
            list.truncate(room);
            room -= list.len();
            list
        });
        Self { reply_to, to, cc, all }
    }

    /// The line of text that names all recipients.
    pub fn line(&self) -> String {
        let mut line = "Sealpost: This message was also sent to:".to_owned();
        for entry in &self.all {
            line.push_str("\r\n  ");
            line.push_str(&crate::rewrite::shown_name(entry.name.as_deref(), &entry.address));
        }
        line
    }
}

/// The entries with an address, of all fields of a name, with their display names.
fn entries(message: &Message<'_>, name: &'static str, most: usize) -> Vec<Entry> {
    let mut found = Vec::new();
    for field in message.all(name) {
        let listed = value::address_list(field).into_iter();
        let named = listed.filter_map(|each| {
            let address: OutsideAddress = each.address?.parse().ok()?;
            Some((address.folded(), each.name?))
        });
        let mut names: HashMap<String, String> = named.collect();
        let room = most.saturating_sub(found.len());
        let addresses = mailboxes(field).into_iter().filter_map(|mailbox| mailbox.outside);
        found.extend(addresses.take(room).map(|address| Entry {
            name: names.remove(&address.folded()),
            address,
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(header: &str) -> NamedRecipients {
        let domains = Domains::new("relay.example".into(), vec!["other.example".into()]);
        let own = Own {
            alias: &"amber@relay.example".parse().unwrap(),
            mailboxes: &["ann@example.org".parse().unwrap()],
            domains: &domains,
        };
        let raw = format!("{header}\r\n\r\n");
        NamedRecipients::of(&Message::parse(raw.as_bytes()), &"bob@x.test".parse().unwrap(), &own)
    }

    fn texts(entries: &[Entry]) -> Vec<String> {
        let text = |entry: &Entry| format!("{} {}", entry.name.as_deref().unwrap_or("-"), entry.address);
        entries.iter().map(text).collect()
    }

    #[test]
    fn others_are_named_once_and_own_addresses_never() {
        let found = parse(
            "To: amber@relay.example, Carol <carol@x.test>, ann+tag@example.org, hazel@other.example\r\n\
             Cc: \"Dave, Jr.\" <dave@y.test>, CAROL@x.test, team: erin@z.test;, bob@x.test",
        );
        assert_eq!(texts(&found.to), ["Carol carol@x.test"]);
        assert_eq!(
            texts(&found.cc),
            ["Dave, Jr. dave@y.test", "- erin@z.test", "- bob@x.test"]
        );
        assert_eq!(found.all.len(), 6);
        assert!(found.line().contains("\r\n  Carol (carol@x.test)\r\n"));
    }

    #[test]
    fn reply_to_counts_if_it_is_another_and_not_ours() {
        let to = |value: &str| texts(&parse(&format!("Reply-To: {value}")).reply_to);
        assert_eq!(to("Sales <sales@x.test>"), ["Sales sales@x.test"]);
        assert_eq!(to("bob@x.test, list@y.test"), ["- bob@x.test", "- list@y.test"]);
        for none in [
            "Bob <BOB@x.test>",
            "amber@relay.example",
            "r-00@relay.example",
            "hazel@other.example",
            "Ann@example.org",
            "nobody",
            "",
        ] {
            assert!(to(none).is_empty(), "{none}");
        }
        assert_eq!(
            to("a@x.test, b@x.test, c@x.test, d@x.test, e@x.test").len(),
            MOST_REPLY_TO
        );
    }

    #[test]
    fn no_more_than_some_get_relay_addresses_and_all_are_named() {
        let many: Vec<_> = (0..40).map(|each| format!("p{each}@x.test")).collect();
        let found = parse(&format!(
            "To: {}\r\nCc: {}",
            many[..20].join(", "),
            many[20..].join(", ")
        ));
        assert_eq!((found.to.len(), found.cc.len(), found.all.len()), (20, 10, 40));
        let far = (0..5000).map(|each| format!("p{each}@x.test")).collect::<Vec<_>>();
        assert_eq!(parse(&format!("To: {}", far.join(","))).all.len(), MOST_NAMED);
    }
}
