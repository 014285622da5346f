//! Maps message identifiers between both sides, so that threads hold together although neither side learns the other's.
//!
//! A message has one identifier in the mailbox and another one outside. The relay derives the second from the first, or
//! the first from the second. It is a keyed hash under the relay's domain, so a message that is sent twice gets the
//! same identifier twice. The relay stores the pair for the alias, and translates the identifiers in an answer back.
//! Under another alias, the same identifier means nothing.
//!
//! The Subject of a received message is stored beside the pair, encrypted and bound to its contact.

use std::{collections::HashMap, sync::Arc};

use app::id::{AliasId, ContactId};
use serde::{Deserialize, Serialize};

use crate::{
    mail::{header, message::Message, value},
    store::{Store, StoreError, accepted::MessageIds, correspondence::Side, stored::Hash},
    vault::{Purpose, Vault, VaultError, Wrapped},
};

/// Most identifiers in References that are looked up.
const MOST: usize = 64;

/// Most characters of a Subject that are stored.
const LONGEST_SUBJECT: usize = 500;

/// The message of a thread that another message answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Its identifier in the mailbox.
    pub id: String,
    /// The latest known Subject of the thread. It may be empty.
    pub subject: String,
}

/// The thread that a message belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Thread<'a> {
    /// The contact that sent or gets the message.
    pub contact: ContactId,
    /// The other contacts that it names. An answer to all belongs to the thread of each.
    pub others: &'a [ContactId],
    /// Its Subject. It is empty for a message without one, for one that the person hides, and for the person's own
    /// messages.
    pub subject: &'a str,
}

/// A message's identifiers in their stored, encrypted form. Rows of older versions have the first two fields only.
#[derive(Serialize, Deserialize)]
struct Pair {
    inside: String,
    outside: String,
    /// The contact that the Subject belongs to, then the others.
    #[serde(default)]
    contacts: Vec<ContactId>,
}

/// Translates Message-IDs between the two sides.
#[derive(Clone)]
pub struct MessageIdMap {
    store: Store,
    vault: Arc<Vault>,
    domain: String,
}

/// Why Message-IDs were not translated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MessageIdError {
    /// The database failed.
    #[error("identifiers could not be looked up")]
    Store(#[from] StoreError),
    /// A stored pair cannot be decrypted.
    #[error("a pair of identifiers does not open")]
    Vault(#[from] VaultError),
    /// A stored pair is damaged.
    #[error("a pair of identifiers is damaged")]
    Damaged(#[from] serde_json::Error),
}

impl MessageIdMap {
    /// Creates the map over a database. `domain` is the domain of derived identifiers.
    pub fn new(store: Store, vault: Arc<Vault>, domain: String) -> Self {
        Self { store, vault, domain }
    }

    /// Derives the identifier of a message for the other side. The same message always gets the same one under an
    /// alias, and different ones under different aliases. Otherwise anybody with an alias could have an identifier
    /// translated, and search for it in what another person's provider stores.
    pub fn derive(&self, alias: AliasId, original: &str) -> String {
        let name = self
            .vault
            .pseudonym("message id", format!("{alias}\0{original}").as_bytes());
        format!("{}@{}", hex::encode(name), self.domain)
    }

    /// Encrypts a message's identifiers in the mailbox and outside, to be stored with it, together with its Subject.
    /// [`MessageIdMap::find_answered`] returns the Subject only for contacts of its thread.
    pub fn pair(
        &self,
        alias: AliasId,
        (inside, outside): (&str, &str),
        thread: Thread<'_>,
    ) -> Result<MessageIds, MessageIdError> {
        let kept: String = thread.subject.chars().take(LONGEST_SUBJECT).collect();
        let purpose = Purpose::Subject {
            contact: thread.contact,
        };
        let subject = self.vault.wrap(purpose, kept.as_bytes())?;
        let contacts = std::iter::once(&thread.contact).chain(thread.others).copied();
        let ids = serde_json::to_vec(&Pair {
            inside: inside.to_owned(),
            outside: outside.to_owned(),
            contacts: contacts.collect(),
        })?;
        Ok(MessageIds {
            alias: alias.0,
            inside: self.hash(alias, inside),
            outside: self.hash(alias, outside),
            ids: self.vault.wrap(Purpose::MessageIds { alias }, &ids)?,
            subject: Some(subject),
        })
    }

    /// Translates the identifiers that a message refers to, if they are known. `side` is the side that the message comes
    /// from.
    pub async fn translate(
        &self,
        alias: AliasId,
        side: Side,
        message: &Message<'_>,
    ) -> Result<HashMap<String, String>, MessageIdError> {
        let mut named: HashMap<Hash, String> = HashMap::new();
        for name in [header::IN_REPLY_TO, header::REFERENCES] {
            let ids = message.first(name).map(value::message_ids).unwrap_or_default();
            let latest = ids.len().saturating_sub(MOST);
            named.extend(ids.into_iter().skip(latest).map(|id| (self.hash(alias, &id), id)));
        }
        if named.is_empty() {
            return Ok(HashMap::new());
        }
        let known = self
            .store
            .message_ids(alias, side, named.keys().copied().collect())
            .await?;
        let mut translated = HashMap::new();
        for (hash, wrapped) in known {
            let pair = self.open(alias, &wrapped)?;
            if let Some(id) = named.remove(&hash) {
                let other = match side {
                    Side::Inside => pair.outside,
                    Side::Outside => pair.inside,
                };
                translated.insert(id, other);
            }
        }
        Ok(translated)
    }

    /// Returns the latest message of the mailbox's side that a message refers to, if its thread is with the contact.
    pub async fn find_answered(
        &self,
        alias: AliasId,
        contact: ContactId,
        message: &Message<'_>,
    ) -> Result<Option<Answered>, MessageIdError> {
        let ids = |name| message.first(name).map(value::message_ids).unwrap_or_default();
        let mut latest_first = ids(header::IN_REPLY_TO);
        latest_first.extend(ids(header::REFERENCES).into_iter().rev());
        latest_first.truncate(MOST);
        if latest_first.is_empty() {
            return Ok(None);
        }
        let hashes = latest_first.iter().map(|id| self.hash(alias, id)).collect();
        let subjects = self.store.subjects(alias, hashes).await?;
        let mut known = latest_first.into_iter().filter_map(|id| {
            let (ids, wrapped) = subjects.get(&self.hash(alias, &id))?;
            let contacts = self.open(alias, ids).ok()?.contacts;
            let owner = match contacts.contains(&contact) {
                true => *contacts.first()?,
                false => contact,
            };
            // The Subject of a thread with another contact does not unwrap.
            let subject = self.vault.unwrap(Purpose::Subject { contact: owner }, wrapped).ok()?;
            let subject = String::from_utf8(subject.to_vec()).ok()?;
            Some(Answered { id, subject })
        });
        let Some(mut latest) = known.next() else {
            return Ok(None);
        };
        if latest.subject.is_empty() {
            let earlier = known.map(|known| known.subject).find(|subject| !subject.is_empty());
            latest.subject = earlier.unwrap_or_default();
        }
        Ok(Some(latest))
    }

    fn open(&self, alias: AliasId, wrapped: &Wrapped) -> Result<Pair, MessageIdError> {
        let opened = self.vault.unwrap(Purpose::MessageIds { alias }, wrapped)?;
        Ok(serde_json::from_slice(&opened)?)
    }

    fn hash(&self, alias: AliasId, id: &str) -> Hash {
        self.vault
            .pseudonym("message id of an alias", format!("{alias}\0{id}").as_bytes())
    }
}

/// Returns the contact that the Subject beside a decrypted pair is bound to. `None` if the pair is of an older version and does not
/// say it.
pub fn owner_of_subject(pair: &[u8]) -> Option<ContactId> {
    let pair: Pair = serde_json::from_slice(pair).ok()?;
    pair.contacts.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_pair_is_read_as_it_was() {
        let older: Pair = serde_json::from_str(r#"["in@relay","out@x"]"#).unwrap();
        assert_eq!((&*older.inside, &*older.outside), ("in@relay", "out@x"));
        assert!(older.contacts.is_empty());
    }
}
