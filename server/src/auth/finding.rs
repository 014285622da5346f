//! The findings about a message's sender, as plain values.

use app::address::{EmailAddress, OutsideAddress};

use super::covered::Covered;

/// The findings about one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// The sender that a reader sees.
    pub author: Author,
    /// Why the From fields cannot be judged.
    pub fault: Option<FromFault>,
    /// Domain of the envelope sender; `None` for the null reverse-path.
    pub envelope: Option<String>,
    /// May the client send for the envelope sender's domain?
    pub spf: Spf,
    /// The signatures, in their order.
    pub dkim: Vec<Dkim>,
    /// The DMARC finding of the author's domain.
    pub dmarc: Dmarc,
    /// The part of the message that a signature in alignment with the author vouches for.
    pub covered: Option<Covered>,
    /// Whether such a signature verifies, but the message can be read in another way than it was signed: nothing is
    /// covered then.
    pub ambiguous: bool,
}

/// The address that a reader takes for the sender's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// The only address in the only From field, whoever reads the header.
    Clear(EmailAddress),
    /// The only address in the only From field, in a form that software reads in different ways, such as with a comment or
    /// a trailing dot. Its domain is judged, but it authorises nothing.
    Odd(EmailAddress),
    /// One of several, or picked from a header that can be read in two ways. All of their domains are judged.
    Doubtful(EmailAddress),
    /// Somebody whom From does not name, from Sender or the envelope; one whom From names in a form that is none; or one beside
    /// whom From names such an author.
    Unknown(OutsideAddress),
    /// Nobody.
    Nobody,
}

/// Why nobody can say who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FromFault {
    /// RFC 5322 §3.6 allows one From field, and readers show one or another of several.
    SeveralFields,
    /// From names more domains than are looked at.
    TooManyDomains,
}

/// SPF (RFC 7208).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spf {
    /// The finding.
    pub outcome: SpfOutcome,
    /// Which domain was asked.
    pub identity: Identity,
    /// The domain.
    pub domain: String,
    /// Whether it passes for a domain in alignment with the author's.
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

/// RFC 7208 §2.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpfOutcome {
    /// The client may.
    Pass,
    /// It may not.
    Fail,
    /// It probably may not.
    SoftFail,
    /// The domain does not say.
    Neutral,
    /// There is no record.
    None,
    /// The record cannot be understood.
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
    /// The key's name.
    pub selector: String,
}

/// RFC 8601 §2.7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DkimOutcome {
    /// It verifies.
    Pass,
    /// It does not: header or body are not what was signed.
    Fail,
    /// It cannot be judged, such as one that has expired.
    Neutral,
    /// Its key is not there or cannot be used.
    PermError,
    /// The look-up failed, but the message is authenticated without it.
    TempError,
}

/// DMARC (RFC 9989).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dmarc {
    /// The finding.
    pub outcome: DmarcOutcome,
    /// The author's domain; of several, the one whose finding is the worst.
    pub domain: String,
    /// The domain's policy for mail that fails.
    pub policy: Policy,
}

/// RFC 9989 §5.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DmarcOutcome {
    /// SPF or DKIM passes in alignment.
    Pass,
    /// Neither does.
    Fail,
    /// The domain has no policy.
    None,
    /// The policy cannot be understood.
    PermError,
}

/// A domain's policy for mail that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Nothing.
    None,
    /// It is to be marked.
    Quarantine,
    /// It is to be refused.
    Reject,
}

/// By what a message is known to come from an address, the weaker first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// By nothing.
    None,
    /// SPF: the client may send for the domain.
    Spf,
    /// DKIM: the domain signed the body, and the header fields that [`Covered`] holds.
    Dkim,
}

impl Authentication {
    /// Whether the author's domain wants the message refused.
    pub fn is_rejected(&self) -> bool {
        self.dmarc.outcome == DmarcOutcome::Fail && self.dmarc.policy == Policy::Reject
    }

    /// Whether the envelope sender may be written to about the message: an answer to a forged one would hit a stranger.
    pub fn sender_authenticated(&self) -> bool {
        let Some(envelope) = &self.envelope else {
            return false;
        };
        let by_spf = self.spf.outcome == SpfOutcome::Pass && self.spf.identity == Identity::MailFrom;
        by_spf || self.dmarc.outcome == DmarcOutcome::Pass && self.dmarc.domain.eq_ignore_ascii_case(envelope)
    }

    /// By what the message is known to come from exactly this address.
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

    /// The header fields and the body that DKIM vouches for, if the message is from exactly this address. Use no other
    /// header field of a message that only DKIM authorises.
    pub fn covered_for(&self, address: &EmailAddress) -> Option<&Covered> {
        self.covered.as_ref().filter(|_| self.is_by(address))
    }

    /// Whether SPF shows that the address's own provider hands the message in: nobody else had it in hands since. SPF
    /// vouches for the whole message, and for this delivery only.
    pub fn is_sent_by(&self, address: &EmailAddress) -> bool {
        self.spf.aligned && self.is_by(address)
    }

    fn is_by(&self, address: &EmailAddress) -> bool {
        matches!(&self.author, Author::Clear(author) if author.same_mailbox(address))
    }
}

impl Author {
    /// The address as a reader sees it, if there is one.
    pub fn shown(&self) -> Option<String> {
        match self {
            Self::Clear(address) | Self::Odd(address) | Self::Doubtful(address) => Some(address.to_string()),
            Self::Unknown(address) => Some(address.shown()),
            Self::Nobody => None,
        }
    }
}
