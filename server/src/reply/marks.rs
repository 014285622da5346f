//! Computes the marks by which a repeated reply is recognised, so that each reply is sent once.
//!
//! The marks come from its signatures, the signed texts, its content key, and the fields that DKIM covers. One known
//! mark is enough to refuse a reply. The transaction that accepts the reply stores all of them.
//!
//! A signature distinguishes two replies with the same words by its time only, in whole seconds. Two replies within one
//! second have the same signature, so the signature cannot tell the second from a replay. Two things together can: a new
//! content key, and the provider's confirmation. Somebody who cannot read the first reply cannot encrypt it again under a
//! new key. Without the provider's confirmation, anybody who has a signed text could encrypt it again and again. The
//! provider gains nothing by that, because it may write unsigned replies of what it knows. With "Signed replies only" it
//! may not, and each signature counts once.

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
    refusal::{Reason, Refusal},
    seal::open::Opened,
    store::{accepted::ReplyMark, correspondence::ReplyRoute},
    vault::Vault,
};

/// The shortest time between two signatures over one text that the person wrote twice. A client that signs one text twice
/// does it at once.
const TOGETHER: Duration = Duration::minutes(1);

/// The shortest time that a text counts as sent if its signature has no time. It equals the validity of a signature that
/// has one.
const TIMELESS: Duration = VALID.saturating_add(AHEAD);

/// The marks by which a copy of a reply is recognised.
pub struct Marks {
    /// Marks of what the author made. If one of them is known, the reply is a replay, whatever surrounds it.
    pub own: Vec<ReplyMark>,
    /// Marks for later messages that only a signature confirms. They may be known already.
    pub signed: Vec<ReplyMark>,
    /// The mark of the message as it was received, octet for octet.
    pub same: ReplyMark,
}

impl Marks {
    /// Computes the marks of a reply to a route's contact. `proof` tells whether the provider confirms the reply.
    pub fn of(
        data: &IndexedMessage,
        opened: &Opened,
        (proof, provider): (&Proof, Provider<'_>),
        (route, vault, now): (&ReplyRoute, &Vault, OffsetDateTime),
    ) -> Self {
        let contact = route.contact.0.to_be_bytes();
        let mark = |label, of: &[u8]| vault.pseudonym(label, &[contact.as_slice(), of].concat());
        // A transaction must not hold the same mark twice.
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
        let as_row = |digest| ReplyMark {
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
    /// Whether the same message was sent before. Then its provider lost our answer and gets it again. A message that only
    /// resembles a sent one is a replay.
    pub(super) async fn is_repeat(&self, marks: &Marks) -> Result<bool, Refusal> {
        for own in &marks.own {
            if self.is_marked(*own).await? {
                return match self.is_marked(marks.same).await? {
                    true => Ok(true),
                    false => Err(Refusal::new(Reason::SentBefore)),
                };
            }
        }
        Ok(false)
    }

    async fn is_marked(&self, mark: ReplyMark) -> Result<bool, Refusal> {
        let marked = self.store.is_marked(mark).await;
        marked.map_err(Refusal::from)
    }
}

/// The period of this length that contains the time, and the next one. Two times less than a period apart share a period.
fn periods(time: OffsetDateTime, length: Duration) -> [i64; 2] {
    let this = time.unix_timestamp().div_euclid(length.whole_seconds());
    [this, this + 1]
}

/// Identifies an unsigned message. DKIM covers less than it seems to, because a second Message-ID on top leaves it
/// valid. So the covered content counts.
fn unsigned_marks(data: &IndexedMessage, provider: Provider<'_>) -> Vec<Vec<u8>> {
    let message = data.message();
    let id = message.first(MESSAGE_ID).map_or(&b""[..], |field| field.raw_value());
    let mut written = vec![[id, b"\0", message.body()].concat()];
    if let Some(covered) = provider.covered {
        // Each name counts alone, because a copy that lost one of two signatures may have fewer names covered.
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
