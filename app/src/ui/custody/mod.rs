//! Custody of the user key: the only place of the browser where a private key lives.
//!
//! Keys are made and used in a dedicated worker ([`worker`]) that runs this same program; the page asks it by messages
//! ([`protocol`]) and gets back what may leave: requests, certificates, and the PKCS#12 file. The page keeps a handle
//! ([`Custody`]); when that is let go, the worker wipes its keys and is terminated.

mod keeper;
pub mod keys;
pub mod protocol;
#[cfg(feature = "hydrate")]
pub mod worker;

use futures::channel::{
    mpsc::{UnboundedSender, unbounded},
    oneshot,
};
use leptos::task::spawn_local;
use zeroize::Zeroizing;

use self::{
    keeper::Ask,
    protocol::{Answer, Command, CustodyError, Event},
};
use crate::{
    api::profile::CertificateView,
    pki::{
        issuance::{self, Completion, UserRequest},
        name::Subject,
        pkcs12::Form,
        validity::Expiration,
    },
};

/// The page's handle of one worker, and so of at most one user key.
#[derive(Clone)]
pub struct Custody(UnboundedSender<Ask>);

impl Custody {
    /// Starts a worker. Only in a browser.
    pub fn open() -> Self {
        let (asks, asked) = unbounded();
        spawn_local(keeper::keep(asked));
        Self(asks)
    }

    /// Makes the user key and message 1; a key that was there before is wiped.
    pub async fn start(&self, subject: Subject, expiration: Expiration) -> Result<UserRequest, CustodyError> {
        match self.ask(Command::Start { subject, expiration }).await? {
            Answer::Event(Event::Requested { request }) => Ok(request),
            _ => Err(CustodyError::Broken),
        }
    }

    /// Checks message 2 and makes root, intermediate and message 3.
    pub async fn finish(&self, answer: issuance::Answer) -> Result<(Completion, Vec<CertificateView>), CustodyError> {
        match self.ask(Command::Finish { answer }).await? {
            Answer::Event(Event::Issued {
                completion,
                certificates,
            }) => Ok((completion, certificates)),
            _ => Err(CustodyError::Broken),
        }
    }

    /// Writes the PKCS#12 file.
    pub async fn export(&self, passphrase: Zeroizing<String>, form: Form) -> Result<Vec<u8>, CustodyError> {
        match self.ask(Command::Export { passphrase, form }).await? {
            Answer::Exported(file) => Ok(file),
            Answer::Event(_) => Err(CustodyError::Broken),
        }
    }

    /// Wipes the key and ends the worker, whoever else holds a handle.
    pub fn close(&self) {
        self.0.close_channel();
    }

    async fn ask(&self, command: Command) -> Result<Answer, CustodyError> {
        let (reply, replied) = oneshot::channel();
        let ask = Ask { command, reply };
        self.0.unbounded_send(ask).map_err(|_| CustodyError::NoKey)?;
        replied.await.map_err(|_| CustodyError::Broken)?
    }
}
