//! Recognises the messages that the relay itself signed. The public key is known, so nothing is looked up.

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

/// Most signatures of a message that are verified. The relay adds one, and each costs a verification.
const MOST_SIGNATURES: usize = 3;

/// Verifies the relay's own signatures.
pub struct OwnSignatures {
    library: MessageAuthenticator,
    records: Records,
    selectors: Vec<String>,
    domains: Arc<Domains>,
}

/// Why the relay's own signatures cannot be verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OwnSignaturesError {
    /// The library cannot be set up.
    #[error("signatures cannot be verified")]
    Library(#[source] NetError),
    /// No verifier would accept the key.
    #[error("the DKIM key is none that can be published")]
    Key(#[source] mail_auth::Error),
}

/// The relay's own DNS records, used instead of a look-up.
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
    /// Creates a verifier of the signatures of these keys, for all of the relay's domains. Mail that was signed before a change of the
    /// key comes back later.
    pub fn new(keys: &[(&DkimKey, &Selector)], domains: Arc<Domains>) -> Result<Self, OwnSignaturesError> {
        let mut records = HashMap::new();
        for (key, selector) in keys {
            let record = DomainKey::parse(key.record().as_bytes()).map_err(OwnSignaturesError::Key)?;
            let record = Txt::DomainKey(Arc::new(record));
            let names = domains
                .all()
                .map(|domain| format!("{selector}._domainkey.{domain}.").into());
            records.extend(names.map(|name| (name, record.clone())));
        }
        // The resolver has no server. It is asked only for names that are in the records.
        let nobody = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
        Ok(Self {
            records: Records(records),
            library: MessageAuthenticator::new(nobody, ResolverOpts::default()).map_err(OwnSignaturesError::Library)?,
            selectors: keys.iter().map(|(_, selector)| selector.to_string()).collect(),
            domains,
        })
    }

    /// Whether the relay signed this message and nothing that it signed was changed: From, the other visible fields, and
    /// the body. It hashes the body, so run it on a blocking thread.
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
            && self
                .selectors
                .iter()
                .any(|selector| signature.s.eq_ignore_ascii_case(selector))
            && self.domains.stored(&signature.d.to_ascii_lowercase()).is_some()
            && signature.h.iter().any(|name| name.eq_ignore_ascii_case(header::FROM))
    }
}
