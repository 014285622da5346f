//! What a reply is known by when it comes again, so that each is sent on once: marks of its signatures, of the texts they
//! are over, of its key, and of what DKIM covers. One that is there already is enough to refuse it; all are stored in the
//! transaction that accepts the reply.

use std::collections::BTreeSet;

use time::{Duration, OffsetDateTime};

use super::{
    Replies,
    proof::{AHEAD, Provider, VALID},
};
use crate::{
    mail::{
        header::{DATE, FROM, MESSAGE_ID, SUBJECT, TO},
        message::Message,
    },
    seal::open::Opened,
    smtp::reply::{self, Refusal},
    store::{accepted::Reply, correspondence::ReplyRoute},
    vault::Vault,
};

/// How long a text counts as sent, at least: as long as a second signature over it, made with the first, is valid. A person
/// who writes the same again later means it.
const TEXT: Duration = VALID.saturating_add(AHEAD);

/// What a copy of a reply is known by when it comes again.
pub struct Marks {
    /// What its author made, whatever is written around it.
    pub own: Vec<Reply>,
    /// The message as it came, octet for octet.
    pub same: Reply,
}

impl Marks {
    /// Of a reply to the contact of a route.
    pub fn of(
        data: &[u8],
        opened: &Opened,
        provider: Provider<'_>,
        (route, vault, now): (&ReplyRoute, &Vault, OffsetDateTime),
    ) -> Self {
        let contact = route.contact.0.to_be_bytes();
        let mark = |label, of: &[u8]| vault.pseudonym(label, &[contact.as_slice(), of].concat());
        // Twice the same mark in one transaction would be one too many.
        let mut own = BTreeSet::new();
        let marks = &opened.marks;
        own.extend(marks.signatures.iter().map(|digest| mark("reply", digest)));
        for text in &marks.texts {
            own.extend(
                periods(now).map(|period| mark("reply text", &[text.as_slice(), &period.to_be_bytes()].concat())),
            );
        }
        own.extend(marks.key.iter().map(|key| mark("reply key", key)));
        if opened.signature.is_none() {
            own.extend(written(data, provider).iter().map(|written| mark("reply", written)));
        }
        let as_row = |digest| Reply {
            mailbox: route.mailbox.0,
            digest,
        };
        Self {
            own: own.into_iter().map(as_row).collect(),
            same: as_row(mark("reply as it came", data)),
        }
    }
}

impl Replies {
    /// Whether the same message was sent on to all of its contacts before: its provider has lost our answer, and gets it
    /// again. What is only like one that was sent on is a replay.
    pub(super) async fn came_again(&self, marks: &[Marks]) -> Result<bool, Refusal> {
        let (mut own, mut same) = (0, 0);
        for mark in marks {
            for each in &mark.own {
                own += usize::from(self.is_marked(*each).await?);
            }
            same += usize::from(self.is_marked(mark.same).await?);
        }
        match (own, same) {
            (0, _) => Ok(false),
            (_, same) if same == marks.len() => Ok(true),
            _ => Err(Refusal::new(reply::SENT_BEFORE, "sent_before")),
        }
    }

    async fn is_marked(&self, mark: Reply) -> Result<bool, Refusal> {
        let marked = self.store.is_marked(mark).await;
        marked.map_err(|error| Refusal::later("store", error))
    }
}

/// This period of [`TEXT`] and the next: a mark of both lasts for one period at least.
fn periods(now: OffsetDateTime) -> [i64; 2] {
    let this = now.unix_timestamp().div_euclid(TEXT.whole_seconds());
    [this, this + 1]
}

/// What tells an unsigned message from others. DKIM covers less than it seems to: a second Message-ID on top leaves it
/// valid, so that what counts is the content that is covered.
fn written(data: &[u8], provider: Provider<'_>) -> Vec<Vec<u8>> {
    let message = Message::parse(data);
    let id = message.first(MESSAGE_ID).map_or(&b""[..], |field| field.raw_value());
    let mut written = vec![[id, b"\0", message.body()].concat()];
    if let Some(covered) = provider.covered {
        // Not all names at once: a copy that lost one of two signatures may have fewer of them covered.
        let of = |names: &[&str]| covered.digest(names).to_vec();
        let has = |name| covered.field(name).is_some();
        match (has(MESSAGE_ID), has(DATE)) {
            (false, false) => written.push(of(&[FROM, TO, SUBJECT])),
            (id, date) => {
                written.extend(id.then(|| of(&[MESSAGE_ID])));
                written.extend(date.then(|| of(&[DATE])));
            }
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_counts_as_sent_for_as_long_as_a_signature_is_valid() {
        let start = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        for hour in 0..24 * 20 {
            let sent = start + Duration::hours(hour);
            let stored = periods(sent);
            assert!(stored.contains(&periods(sent + VALID + AHEAD)[0]), "{hour}");
            assert!(!stored.contains(&periods(sent + TEXT * 2)[0]), "{hour}");
        }
    }
}
