//! Verifies OpenPGP signatures and returns who signed which content.

use std::{
    io::Read,
    time::{Duration, SystemTime},
};

use sequoia_openpgp::{
    Cert, Fingerprint, KeyHandle, Result,
    packet::{self, Tag},
    parse::{
        PacketParser, Parse,
        stream::{
            DetachedVerifierBuilder, GoodChecksum, MessageLayer, MessageStructure, VerificationHelper, VerifierBuilder,
        },
    },
    policy::{Policy, StandardPolicy},
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{PersonKey, decipher::Deciphered, moment, policy};
use crate::seal::open::Signature;

/// Most packets that are read after decryption: a compressed one, signatures, and the content.
const MOST_PACKETS: usize = 32;

/// Most octets of content that are read. It is more than any accepted message, because a compressed packet can hold
/// anything.
const MOST_OCTETS: u64 = 128 * 1024 * 1024;

/// The library returns the content in pieces of this size.
const BUFFER: usize = 1024 * 1024;

/// How far a client's clock may be ahead.
const CLOCK_SKEW: Duration = Duration::from_secs(30 * 60);

/// The accepted signers, and the time of the check.
pub(super) struct Judge<'a> {
    signers: &'a [&'a PersonKey],
    policy: StandardPolicy<'static>,
    now: SystemTime,
}

impl<'a> Judge<'a> {
    pub fn new(signers: &'a [&'a PersonKey], now: OffsetDateTime) -> Self {
        let now = moment(now);
        Self {
            signers,
            policy: policy(now),
            now,
        }
    }

    pub fn policy(&self) -> &dyn Policy {
        &self.policy
    }

    /// Returns the decrypted content and the accepted signatures over it. It removes at most one layer of compression
    /// and no encryption.
    pub fn content(&self, deciphered: Deciphered) -> Option<(Zeroizing<Vec<u8>>, Vec<Signature>)> {
        let Deciphered { packets, recipient, .. } = deciphered;
        // Packets begin like this (RFC 9580 §4.2). The library would accept armor as well.
        packets.first().filter(|first| **first & 0x80 != 0)?;
        let helper = self.helper(Some(&recipient));
        let builder = VerifierBuilder::from_bytes(&packets[..]).ok()?.buffer_size(BUFFER);
        let mut verifier = builder.with_policy(&self.policy, self.latest(), helper).ok()?;
        let mut content = Zeroizing::new(Vec::with_capacity(packets.len()));
        let read = verifier.by_ref().take(MOST_OCTETS + 1).read_to_end(&mut content).ok()?;
        let whole = read as u64 <= MOST_OCTETS && verifier.message_processed();
        whole.then(|| (content, verifier.into_helper().found))
    }

    /// Returns the accepted detached signatures over content. If the content was encrypted, `recipient` is the key that
    /// decrypted it.
    pub fn detached(&self, signature: &[u8], content: &[u8], recipient: Option<&Fingerprint>) -> Vec<Signature> {
        self.verify(signature, content, recipient).unwrap_or_default()
    }

    fn verify(&self, signature: &[u8], content: &[u8], recipient: Option<&Fingerprint>) -> Option<Vec<Signature>> {
        let builder = DetachedVerifierBuilder::from_bytes(signature).ok()?;
        let mut verifier = builder
            .with_policy(&self.policy, self.latest(), self.helper(recipient))
            .ok()?;
        verifier.verify_bytes(content).ok()?;
        Some(verifier.into_helper().found)
    }

    fn latest(&self) -> SystemTime {
        self.now + CLOCK_SKEW
    }

    fn helper<'h>(&'h self, recipient: Option<&'h Fingerprint>) -> Helper<'h> {
        Helper {
            signers: self.signers,
            recipient,
            packets: 0,
            found: Vec::new(),
        }
    }
}

/// Answers the library's questions while it reads.
struct Helper<'a> {
    signers: &'a [&'a PersonKey],
    /// The key that decrypted the message, if it was encrypted. A signature that names other recipients covers a
    /// message to them (RFC 9580 §5.2.3.36).
    recipient: Option<&'a Fingerprint>,
    packets: usize,
    found: Vec<Signature>,
}

impl VerificationHelper for Helper<'_> {
    /// Rejects all that mail clients do not write, and whatever would take long.
    fn inspect(&mut self, parser: &PacketParser<'_>) -> Result<()> {
        self.packets += 1;
        let expected = match parser.packet.tag() {
            Tag::CompressedData => parser.recursion_depth() == 0,
            Tag::OnePassSig | Tag::Signature | Tag::Literal | Tag::Marker | Tag::Padding => true,
            _ => false,
        };
        if expected && self.packets <= MOST_PACKETS {
            return Ok(());
        }
        Err(sequoia_openpgp::Error::MalformedMessage("unexpected packets".into()).into())
    }

    fn get_certs(&mut self, _: &[KeyHandle]) -> Result<Vec<Cert>> {
        Ok(self.signers.iter().map(|signer| signer.cert().clone()).collect())
    }

    fn check(&mut self, structure: MessageStructure<'_>) -> Result<()> {
        let results = structure.into_iter().filter_map(|layer| match layer {
            MessageLayer::SignatureGroup { results } => Some(results),
            _ => None,
        });
        self.found = results
            .flatten()
            .flatten()
            .filter(|good| self.is_meant(good.sig))
            .filter_map(|good| signature(&good))
            .collect();
        Ok(())
    }
}

impl Helper<'_> {
    fn is_meant(&self, signature: &packet::Signature) -> bool {
        let mut named = signature.intended_recipients().peekable();
        named.peek().is_none() || named.any(|each| Some(each) == self.recipient)
    }
}

/// Recognised by the signed digest, because some algorithms have two valid values for one signature.
fn signature(good: &GoodChecksum<'_>) -> Option<Signature> {
    Some(Signature {
        signer: good.ka.cert().fingerprint().as_bytes().to_vec(),
        digest: Sha256::digest(good.sig.computed_digest()?).into(),
        signing_time: good.sig.signature_creation_time().map(OffsetDateTime::from),
    })
}
