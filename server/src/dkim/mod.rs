//! Signs with DKIM (RFC 6376) what leaves under the relay's own domains. mail-auth signs; the key is [`DkimKey`]'s.
//!
//! There is one signer for each domain. List-Unsubscribe is in `h=` only if the message has it, as a mailing list that an answer goes to
//! adds its own. What goes in the clear as it came is not signed: its From is another's.

mod key;
mod own;

use std::{collections::HashMap, sync::Arc};

pub use key::{DkimKey, DkimKeyError};
use mail_auth::{
    common::{
        crypto::{RsaKey, Sha256},
        headers::HeaderWriter,
    },
    dkim::{DkimSigner as Library, Done},
};
pub use own::{OwnSignatures, OwnSignaturesError};

use crate::{
    config::Selector,
    domains::Domains,
    mail::{header, message::Message},
};

/// The fields that a signature covers (RFC 6376 §5.4.1), present or not: so none of them can be added later. From is listed
/// twice, so that a second From breaks the signature (§5.4.2).
const SIGNED: [&str; 12] = [
    header::FROM,
    header::FROM,
    header::TO,
    header::CC,
    header::SUBJECT,
    header::DATE,
    header::MESSAGE_ID,
    header::IN_REPLY_TO,
    header::REFERENCES,
    header::MIME_VERSION,
    header::CONTENT_TYPE,
    // A key put in on the way would be the one that answers are encrypted to.
    header::AUTOCRYPT,
];

/// Signed besides in mail for a mailbox, which has the first (RFC 8058 §4). Elsewhere not: a mailing list that an answer goes to
/// adds its own.
const SIGNED_LIST: [&str; 3] = [
    header::LIST_UNSUBSCRIBE,
    header::LIST_UNSUBSCRIBE_POST,
    header::REPLY_TO,
];

/// Signs for one domain, with one key.
pub struct DkimSigner {
    plain: Library<RsaKey<Sha256>, Done>,
    list: Library<RsaKey<Sha256>, Done>,
}

/// One signer for each of the relay's domains, all with the same key.
pub struct Signers(HashMap<String, Arc<DkimSigner>>);

/// Why a message was not signed.
#[derive(Debug, thiserror::Error)]
#[error("the message could not be signed with DKIM")]
pub struct DkimError(#[source] mail_auth::Error);

impl DkimSigner {
    /// For a domain, with the key that is published under the selector.
    pub fn new(key: &DkimKey, domain: &str, selector: &Selector) -> Result<Self, DkimError> {
        let library = |signed: Vec<&str>| {
            let key = key.signing_key().map_err(DkimError)?;
            Ok(Library::from_key(key)
                .domain(domain)
                .selector(selector.as_str())
                .headers(signed))
        };
        Ok(Self {
            plain: library(SIGNED.to_vec())?,
            list: library([SIGNED.as_slice(), &SIGNED_LIST].concat())?,
        })
    }

    /// The DKIM-Signature field of a message whose lines end in CRLF, with its own CRLF; to be put on top.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, DkimError> {
        let unsubscribes = Message::parse(message).first(header::LIST_UNSUBSCRIBE).is_some();
        let library = if unsubscribes { &self.list } else { &self.plain };
        let signature = library.sign(message).map_err(DkimError)?;
        Ok(signature.to_header().into_bytes())
    }

    /// The message with its signature on top.
    pub fn sign_message(&self, message: &[u8]) -> Result<Vec<u8>, DkimError> {
        let mut signed = self.sign(message)?;
        signed.reserve_exact(message.len());
        signed.extend_from_slice(message);
        Ok(signed)
    }
}

impl Signers {
    /// For all domains, with the key that is published for each under the selector.
    pub fn new(key: &DkimKey, domains: &Domains, selector: &Selector) -> Result<Self, DkimError> {
        let each = domains.all().map(|domain| {
            let signer = DkimSigner::new(key, domain, selector)?;
            Ok((domain.to_owned(), Arc::new(signer)))
        });
        each.collect::<Result<_, _>>().map(Self)
    }

    /// The one for a domain; none where the domain is not the relay's.
    pub fn of(&self, domain: &str) -> Option<&Arc<DkimSigner>> {
        self.0.get(domain)
    }
}
