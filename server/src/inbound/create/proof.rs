//! Proves that a message to `new@` is a new, current request of its author.
//!
//! | proof | condition | identifies a repeated message |
//! | --- | --- | --- |
//! | DKIM | it covers From, Subject, a To or Cc with this very `new@`, and a Date of today | the covered From, Date and Subject, and the body |
//! | SPF | it is in alignment with the author: the provider itself delivers the message | From, To, Date, Subject, Message-ID and the body |
//! | a signature, only while sender checks are off | it is by the key of one of the mailbox's profiles, and of today | the signed content |
//!
//! With sender checks on, a signature alone does not count. It shows only that the person once wrote these words to somebody.

use app::{address::EmailAddress, id::MailboxId};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use tokio::time::Instant;

use super::super::{
    Inbound,
    identify::{self, Addressee},
};

use crate::{
    auth::{Authentication, Covered, relaxed},
    keyring::Keyring,
    mail::{author::mailboxes, header, indexed::IndexedMessage, message::Message, value},
    refusal::{Reason, Refusal},
};

/// The longest time between now and a request's Date or signing time. It keeps old messages from being used again.
const FRESH: Duration = Duration::days(1);

/// The shortest time before a refusal that may have needed keys, so that it takes equally long for everybody.
const ANSWER: std::time::Duration = std::time::Duration::from_millis(400);

/// The kind of proof that DKIM gives. Its mark is computed from the fields that must be covered, so an added field does not
/// change it.
const COVERED: [&str; 3] = [header::FROM, header::DATE, header::SUBJECT];

/// The kind of proof that SPF gives. Its mark covers everything that tells two requests apart.
const SENT: [&str; 5] = [
    header::FROM,
    header::TO,
    header::DATE,
    header::SUBJECT,
    header::MESSAGE_ID,
];

/// A proof that a message is a request of its author. It also identifies the request, so that each counts once.
pub struct Proof(Vec<u8>);

/// The refusal for an author who has no account, and for one whose request is not proven. Both get the same answer.
pub fn stranger() -> Refusal {
    Refusal::new(Reason::NoOwner)
}

impl Proof {
    /// The identity of the request: the kind of proof and a digest of the content.
    pub fn digest(&self) -> &[u8] {
        &self.0
    }

    fn new(kind: &[u8], digest: &[u8]) -> Self {
        Self([kind, digest].concat())
    }

    /// Proves a request by DKIM or SPF. It does not look whether the author has a mailbox here.
    pub fn by_transport(
        found: &Authentication,
        author: &EmailAddress,
        message: &Message<'_>,
        domain: &str,
        inbound: &Inbound,
    ) -> Result<Self, Refusal> {
        let covered = found.covered_for(author);
        let now = inbound.clock.now();
        let names_us = |address: &EmailAddress| {
            identify::addressee(address.as_str(), &inbound.domains) == Addressee::Create(domain.to_owned())
        };
        if let Some(covered) = covered.filter(|covered| is_wish(covered, now, names_us)) {
            return Ok(Self::new(b"dkim", &covered.digest(&COVERED)));
        }
        if found.is_sent_by(author) {
            return Ok(Self::new(b"spf", &digest(message)));
        }
        Err(match covered.is_some() || found.ambiguous {
            true => Refusal::new(Reason::UnsignedWish),
            false => stranger(),
        })
    }
}

/// Whether a DKIM signature covers everything that a request consists of.
fn is_wish(covered: &Covered, now: OffsetDateTime, names_us: impl Fn(&EmailAddress) -> bool) -> bool {
    let is_fresh = |time: Option<OffsetDateTime>| time.is_some_and(|time| (now - time).abs() <= FRESH);
    let recipients = [header::TO, header::CC]
        .into_iter()
        .filter_map(|name| covered.field(name));
    let mut recipients = recipients.flat_map(mailboxes).filter_map(|mailbox| mailbox.address);
    let subject = covered.field(header::SUBJECT).is_some() || covered.lacks(header::SUBJECT);
    subject
        && is_fresh(covered.field(header::DATE).and_then(value::date))
        && is_fresh(covered.signed_at())
        && recipients.any(|address| names_us(&address))
}

/// Hashes a request that the provider itself handed in.
fn digest(message: &Message<'_>) -> [u8; 32] {
    let mut digest = Sha256::new();
    for name in SENT {
        for field in message.all(name) {
            digest.update(relaxed(field));
        }
        digest.update(b"\r\n");
    }
    digest.update(message.body());
    digest.finalize().into()
}

impl Inbound {
    /// Proves a request by a fresh signature with the key of one of the author's profiles. A stranger's message is
    /// processed in the same way without keys, and answered after the same time.
    pub(super) async fn proof_by_signature(
        &self,
        data: &IndexedMessage,
        author: &EmailAddress,
    ) -> Result<Proof, Refusal> {
        let earliest = Instant::now() + ANSWER;
        let shown = self.signature(data, author).await;
        if shown.is_err() {
            tokio::time::sleep_until(earliest).await;
        }
        shown
    }

    async fn signature(&self, data: &IndexedMessage, author: &EmailAddress) -> Result<Proof, Refusal> {
        let now = self.clock.now();
        let later = |error| Refusal::because(Reason::Store, error);
        let owner = self.store.owner_of(author).await.map_err(later)?;
        // No mailbox has this number, so no key is found.
        let mailbox = owner.as_ref().map_or(MailboxId(0), |owner| owner.mailbox);
        let profiles = self.store.signers(mailbox, author, now).await.map_err(later)?;
        let keys = Keyring::of_signers(&profiles);
        let data = data.clone();
        let signature = self.processors.run(move || {
            let signature = keys.open(&data, now).ok().and_then(|opened| opened.signature);
            let fresh = |time: OffsetDateTime| (now - time).abs() <= FRESH;
            signature.filter(|signature| signature.signing_time.is_some_and(fresh))
        });
        let signature = signature.await?.ok_or_else(stranger)?;
        Ok(Proof::new(b"signature", signature.digest.as_slice()))
    }
}
