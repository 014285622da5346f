//! What a reply is known by when it comes again, so that each is sent on once: marks of its signatures, of the texts they
//! are over, of its key, and of what DKIM covers. One that is there already is enough to refuse it; all are stored in the
//! transaction that accepts the reply.
//!
//! A signature tells two answers with the same words apart by its time only, which has seconds. Two within one second have the
//! same signature, and nothing in it can tell the second from a replay. Two things together can: a content key that was never
//! used, which somebody who cannot read the first answer cannot put around it; and the provider's word, without which whoever
//! got hold of a signed text could encrypt it anew again and again. The provider gains nothing by that: what it knows, it may
//! write as an unsigned reply. With "Signed replies only" it may not, and each signature counts once.

use std::collections::BTreeSet;

use time::{Duration, OffsetDateTime};

use super::{
    Replies,
    proof::{AHEAD, Proof, Provider, VALID},
};

use crate::{
    mail::{
        header::{DATE, FROM, MESSAGE_ID, SUBJECT, TO},
        indexed::IndexedMessage,
    },
    refusal::Refusal,
    seal::open::Opened,
    smtp_reply,
    store::{accepted::Reply, correspondence::ReplyRoute},
    vault::Vault,
};

/// How far apart two signatures over one text are made at least if the person wrote it twice. A client that signs one text twice
/// does it in one go.
const TOGETHER: Duration = Duration::minutes(1);

/// How long a text counts as sent, at least, if its signature does not tell its time: as long as one that does is valid.
const TIMELESS: Duration = VALID.saturating_add(AHEAD);

/// What a copy of a reply is known by when it comes again.
pub struct Marks {
    /// Marks of what its author made, whatever is written around it. One that is there already makes it a replay.
    pub own: Vec<Reply>,
    /// Marks by which a later message is known, if only its signature vouches for it. These may be there already.
    pub signed: Vec<Reply>,
    /// The message as it came, octet for octet.
    pub same: Reply,
}

impl Marks {
    /// Of a reply to the contact of a route. `proof` shows whether the provider vouches for it.
    pub fn of(
        data: &IndexedMessage,
        opened: &Opened,
        (proof, provider): (&Proof, Provider<'_>),
        (route, vault, now): (&ReplyRoute, &Vault, OffsetDateTime),
    ) -> Self {
        let contact = route.contact.0.to_be_bytes();
        let mark = |label, of: &[u8]| vault.pseudonym(label, &[contact.as_slice(), of].concat());
        // Twice the same mark in one transaction would be one too many.
        let (mut own, mut signed) = (BTreeSet::new(), BTreeSet::new());
        let marks = &opened.marks;
        signed.extend(marks.signatures.iter().map(|digest| mark("reply", digest)));
        for text in &marks.texts {
            let (label, periods) = match text.signed_at {
                Some(time) => ("reply text at", periods(time, TOGETHER)),
                None => ("reply text", periods(now, TIMELESS)),
            };
            signed.extend(periods.map(|period| mark(label, &[&text.digest[..], &period.to_be_bytes()].concat())));
        }
        own.extend(marks.key.iter().map(|key| mark("reply key", key)));
        if opened.signature.is_none() {
            own.extend(
                unsigned_marks(data, provider)
                    .iter()
                    .map(|written| mark("reply", written)),
            );
        }
        let is_new_envelope = marks.key.is_some() && proof.by_provider() && !route.signed_replies_only;
        if !is_new_envelope {
            own.append(&mut signed);
        }
        let as_row = |digest| Reply {
            mailbox: route.mailbox.0,
            digest,
        };
        Self {
            own: own.into_iter().map(as_row).collect(),
            signed: signed.into_iter().map(as_row).collect(),
            same: as_row(mark("reply as it came", data)),
        }
    }
}

impl Replies {
    /// Whether the same message was sent on to all of its contacts before: its provider has lost our answer, and gets it
    /// again. What is only like one that was sent on is a replay.
    pub(super) async fn is_repeat(&self, marks: &[Marks]) -> Result<bool, Refusal> {
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
            _ => Err(Refusal::new(smtp_reply::SENT_BEFORE, "sent_before")),
        }
    }

    async fn is_marked(&self, mark: Reply) -> Result<bool, Refusal> {
        let marked = self.store.is_marked(mark).await;
        marked.map_err(Refusal::from)
    }
}

/// The period of this length that a time is in, and the next: times that are less than a period apart have one in common.
fn periods(time: OffsetDateTime, length: Duration) -> [i64; 2] {
    let this = time.unix_timestamp().div_euclid(length.whole_seconds());
    [this, this + 1]
}

/// What tells an unsigned message from others. DKIM covers less than it seems to: a second Message-ID on top leaves it
/// valid, so that what counts is the content that is covered.
fn written(data: &IndexedMessage, provider: Provider<'_>) -> Vec<Vec<u8>> {
    let message = data.message();
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
    fn times_that_are_close_have_a_period_in_common() {
        let start = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        for second in 0..300 {
            let first = start + Duration::seconds(second);
            let common = |later: Duration| {
                let later = periods(first + later, TOGETHER);
                periods(first, TOGETHER).iter().any(|period| later.contains(period))
            };
            assert!(common(Duration::ZERO) && common(TOGETHER), "{second}");
            assert!(!common(TOGETHER * 2), "{second}");
        }
    }

    #[test]
    fn a_text_without_time_counts_as_sent_for_as_long_as_a_signature_is_valid() {
        let start = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        for hour in 0..24 * 20 {
            let sent = start + Duration::hours(hour);
            let stored = periods(sent, TIMELESS);
            assert!(stored.contains(&periods(sent + VALID + AHEAD, TIMELESS)[0]), "{hour}");
            assert!(!stored.contains(&periods(sent + TIMELESS * 2, TIMELESS)[0]), "{hour}");
        }
    }
}
