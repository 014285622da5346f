//! Which messages the relay wrote itself: those that its own key signed. The public key is at hand, so nothing is looked up.

use std::{borrow::Borrow, collections::HashMap, hash::Hash, sync::Arc, time::Instant};

use hickory_resolver::{
    config::{ResolverConfig, ResolverOpts},
    net::NetError,
};
use mail_auth::{
    AuthenticatedMessage, DkimResult, MessageAuthenticator, Parameters, ResolverCache, Txt,
    common::{crypto::Algorithm, parse::TxtRecordParser, verify::DomainKey},
    dkim::Signature,
};

use super::DkimKey;

use crate::{auth::MOST_NAMES, config::Selector, domains::Domains, mail::header};

/// Most signatures of a message that are looked at. The relay makes one; each costs a verification.
const MOST_SIGNATURES: usize = 3;

/// Verifies the relay's own signatures.
pub struct OwnSignatures {
    library: MessageAuthenticator,
    records: Records,
    selector: String,
    domains: Arc<Domains>,
}

/// Why the own signatures cannot be verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OwnSignaturesError {
    /// The library cannot be set up.
    #[error("signatures cannot be verified")]
    Library(#[source] NetError),
    /// The key is none that a verifier would take.
    #[error("the DKIM key is none that can be published")]
    Key(#[source] mail_auth::Error),
}

/// The relay's own records, in the place of the DNS.
struct Records(HashMap<Box<str>, Txt>);

impl ResolverCache<Box<str>, Txt> for Records {
    fn get<Q: Hash + Eq + ?Sized>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        self.0.get(name).cloned()
    }

    fn remove<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

impl OwnSignatures {
    /// Of this key, for all of the relay's domains.
    pub fn new(key: &DkimKey, domains: Arc<Domains>, selector: &Selector) -> Result<Self, OwnSignaturesError> {
        let record = format!("v=DKIM1; k=rsa; p={}", key.public());
        let record = DomainKey::parse(record.as_bytes()).map_err(OwnSignaturesError::Key)?;
        let record = Txt::DomainKey(Arc::new(record));
        let records = domains
            .all()
            .map(|domain| (format!("{selector}._domainkey.{domain}.").into(), record.clone()));
        // It has no server to ask, and is asked only for what is in the records.
        let nobody = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
        Ok(Self {
            records: Records(records.collect()),
            library: MessageAuthenticator::new(nobody, ResolverOpts::default()).map_err(OwnSignaturesError::Library)?,
            selector: selector.to_string(),
            domains,
        })
    }

    /// Whether the relay signed this message and nothing of what it signed was changed: From, the other fields that readers see, and
    /// the body. Hashes the body, so it belongs beside the async threads.
    pub async fn verify(&self, message: &[u8]) -> bool {
        let Some(mut read) = AuthenticatedMessage::parse(message) else {
            return false;
        };
        read.errors.clear();
        read.dkim_headers.retain(|field| self.is_own(&field.header));
        read.dkim_headers.truncate(MOST_SIGNATURES);
        let parameters = Parameters::new(&read).with_txt_cache(&self.records);
        let found = self.library.verify_dkim(parameters).await;
        found.iter().any(|each| *each.result() == DkimResult::Pass)
    }

    fn is_own(&self, signature: &Signature) -> bool {
        signature.a == Algorithm::RsaSha256
            && signature.h.len() <= MOST_NAMES
            && signature.s.eq_ignore_ascii_case(&self.selector)
            && self.domains.stored(&signature.d.to_ascii_lowercase()).is_some()
            && signature.h.iter().any(|name| name.eq_ignore_ascii_case(header::FROM))
    }
}
