//! Signs messages under the relay's own domains with DKIM (RFC 6376). mail-auth signs with a [`DkimKey`].
//!
//! There is one signer for each domain. List-Unsubscribe is in `h=` only if the message has it, because a mailing list
//! that gets an answer adds its own. A message that is relayed unencrypted is not signed, because its From belongs to
//! somebody else.

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
use zeroize::Zeroizing;

use crate::{
    config::Selector,
    domains::Domains,
    mail::{header, message::Message},
};

/// The fields that a signature covers, present or not, so that none can be added later (RFC 6376 §5.4.1). From is listed
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
    // Answers are encrypted to the key in this field, so nobody may add one on the way.
    header::AUTOCRYPT,
];

/// Covered in addition in mail to a mailbox (RFC 8058 §4). Other mail leaves them out, because a mailing list adds its own.
const SIGNED_LIST: [&str; 3] = [
    header::LIST_UNSUBSCRIBE,
    header::LIST_UNSUBSCRIBE_POST,
    header::REPLY_TO,
];

/// Signs for one domain with one key.
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
    /// Creates a signer for a domain. The key is published under the selector.
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

    /// Returns the DKIM-Signature field with its CRLF, to put on top. The message's lines must end in CRLF.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, DkimError> {
        let unsubscribes = Message::parse(message).first(header::LIST_UNSUBSCRIBE).is_some();
        let library = if unsubscribes { &self.list } else { &self.plain };
        let signature = library.sign(message).map_err(DkimError)?;
        Ok(signature.to_header().into_bytes())
    }

    /// Returns the message with its signature on top.
    pub fn sign_message(&self, mut message: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, DkimError> {
        let signature = self.sign(&message)?;
        // A large message moves within its buffer. A buffer that grew would leave a copy behind that is not wiped.
        if message.capacity() - message.len() >= signature.len() {
            message.splice(..0, signature);
            return Ok(message);
        }
        Ok(Zeroizing::new([signature.as_slice(), &message].concat()))
    }
}

impl Signers {
    /// Creates the signers of all domains. The key is published under the selector of each.
    pub fn new(key: &DkimKey, domains: &Domains, selector: &Selector) -> Result<Self, DkimError> {
        let each = domains.all().map(|domain| {
            let signer = DkimSigner::new(key, domain, selector)?;
            Ok((domain.to_owned(), Arc::new(signer)))
        });
        each.collect::<Result<_, _>>().map(Self)
    }

    /// Returns the signer of a domain, or `None` if the domain is not the relay's.
    pub fn of(&self, domain: &str) -> Option<&Arc<DkimSigner>> {
        self.0.get(domain)
    }
}
