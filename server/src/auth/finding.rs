//! Defines the findings about a message's sender as plain values.

use app::address::{EmailAddress, OutsideAddress};

use super::covered::Covered;

/// The findings about one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// The sender that a reader sees.
    pub author: Author,
    /// Why the From fields cannot be evaluated.
    pub fault: Option<FromFault>,
    /// The domain of the envelope sender, or `None` for the null reverse-path.
    pub envelope: Option<String>,
    /// Whether the client may send for the domain of the envelope sender.
    pub spf: Spf,
    /// The signatures in order.
    pub dkim: Vec<Dkim>,
    /// The DMARC finding of the author's domain.
    pub dmarc: Dmarc,
    /// The trusted sealer that saw the message pass DMARC before it was changed (RFC 8617). It authorises nothing.
    pub sealer: Option<String>,
    /// The part of the message that a signature in alignment with the author vouches for.
    pub covered: Option<Covered>,
    /// Whether such a signature is valid, but the message can be read in another way than it was signed. Then nothing
    /// is covered.
    pub ambiguous: bool,
}

/// The address that a reader takes for the sender's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// The only address in the only From field, however the header is read.
    Clear(EmailAddress),
    /// The only address in the only From field, in a form that programs read in different ways, such as with a comment
    /// or a trailing dot. Its domain is evaluated, but it authorises nothing.
    Odd(EmailAddress),
    /// One of several addresses, or one from an ambiguous header. All of their domains are evaluated.
    Doubtful(EmailAddress),
    /// An address that no domain vouches for. It comes from Sender or the envelope, or it stands in From in an invalid
    /// form, or next to an address in such a form.
    Unknown(OutsideAddress),
    /// Nobody.
    Nobody,
}

/// Why the author of a message is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FromFault {
    /// There are several From fields. RFC 5322 §3.6 allows one, and readers show different ones.
    SeveralFields,
    /// From names more domains than are checked.
    TooManyDomains,
}

/// The result of SPF (RFC 7208).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spf {
    /// The finding.
    pub outcome: SpfOutcome,
    /// The identity whose domain was checked.
    pub identity: Identity,
    /// The domain.
    pub domain: String,
    /// Whether SPF passes for a domain in alignment with the author's.
    pub aligned: bool,
}

/// The identity that SPF checks (RFC 7208 §2.3, §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The name in EHLO or HELO, for the null reverse-path.
    Helo,
    /// The envelope sender.
    MailFrom,
}

/// An SPF result (RFC 7208 §2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpfOutcome {
    /// The client may send for the domain.
    Pass,
    /// The client may not.
    Fail,
    /// The client probably may not.
    SoftFail,
    /// The domain makes no statement.
    Neutral,
    /// There is no record.
    None,
    /// The record is invalid.
    PermError,
    /// A look-up failed, but the message is authenticated without it.
    TempError,
}

/// One DKIM signature (RFC 6376).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dkim {
    /// The finding.
    pub outcome: DkimOutcome,
    /// The signing domain.
    pub domain: String,
    /// The name of the key.
    pub selector: String,
}

/// A DKIM result (RFC 8601 §2.7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DkimOutcome {
    /// The signature is valid.
    Pass,
    /// The signature is invalid, because header or body have changed.
    Fail,
    /// The signature cannot be evaluated, for example because it has expired.
    Neutral,
    /// The key is missing or unusable.
    PermError,
    /// The look-up failed, but the message is authenticated without it.
    TempError,
}

/// The result of DMARC (RFC 9989).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dmarc {
    /// The finding.
    pub outcome: DmarcOutcome,
    /// The author's domain. If there are several, it is the one with the worst finding.
    pub domain: String,
    /// The domain's policy for mail that fails.
    pub policy: Policy,
}

/// A DMARC result (RFC 9989 §5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DmarcOutcome {
    /// SPF or DKIM passes in alignment.
    Pass,
    /// Neither passes.
    Fail,
    /// The domain has no policy.
    None,
    /// The policy is invalid.
    PermError,
}

/// A domain's policy for mail that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Failing mail is accepted.
    None,
    /// Failing mail is marked.
    Quarantine,
    /// Failing mail is refused.
    Reject,
}

/// The proof that a message comes from an address, weaker ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// There is no proof.
    None,
    /// SPF: the client may send for the domain.
    Spf,
    /// DKIM: the domain signed the body, and the header fields that [`Covered`] holds.
    Dkim,
}

impl Authentication {
    /// Whether the author's domain wants the message refused, and no trusted sealer speaks for it.
    pub fn is_rejected(&self) -> bool {
        self.dmarc.outcome == DmarcOutcome::Fail && self.dmarc.policy == Policy::Reject && self.sealer.is_none()
    }

    /// Whether the relay may write to the envelope sender about the message. If the address is forged, a stranger would
    /// get the answer.
    pub fn sender_authenticated(&self) -> bool {
        let Some(envelope) = &self.envelope else {
            return false;
        };
        let by_spf = self.spf.outcome == SpfOutcome::Pass && self.spf.identity == Identity::MailFrom;
        by_spf || self.dmarc.outcome == DmarcOutcome::Pass && self.dmarc.domain.eq_ignore_ascii_case(envelope)
    }

    /// Returns the proof that the message comes from exactly this address.
    pub fn vouches_for(&self, from: &EmailAddress) -> Transport {
        if !self.is_by(from) {
            Transport::None
        } else if self.covered.is_some() {
            Transport::Dkim
        } else if self.spf.aligned {
            Transport::Spf
        } else {
            Transport::None
        }
    }

    /// Returns the header fields and the body that DKIM vouches for, if the message is from exactly this address. If
    /// only DKIM authorises a message, use no other header field of it.
    pub fn covered_for(&self, address: &EmailAddress) -> Option<&Covered> {
        self.covered.as_ref().filter(|_| self.is_by(address))
    }

    /// Whether SPF shows that the address's own provider delivers the message, so that nobody else has handled it. SPF
    /// vouches for the whole message, but only for this delivery.
    pub fn is_sent_by(&self, address: &EmailAddress) -> bool {
        self.spf.aligned && self.is_by(address)
    }

    fn is_by(&self, address: &EmailAddress) -> bool {
        matches!(&self.author, Author::Clear(author) if author.same_mailbox(address))
    }
}

impl Author {
    /// Returns the address as a reader sees it, if there is one.
    pub fn shown(&self) -> Option<String> {
        match self {
            Self::Clear(address) | Self::Odd(address) | Self::Doubtful(address) => Some(address.to_string()),
            Self::Unknown(address) => Some(address.shown()),
            Self::Nobody => None,
        }
    }
}
