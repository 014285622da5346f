//! The page's side of the key worker ([`crate::custody`]): a handle. When it is dropped, the worker wipes its keys and
//! is terminated.

mod keeper;

use futures::{
    channel::{
        mpsc::{UnboundedSender, unbounded},
        oneshot,
    },
    future::{AbortHandle, abortable},
};
use leptos::task::spawn_local;
use zeroize::Zeroizing;

use self::keeper::Ask;
use crate::{
    custody::protocol::{Answer, Command, CustodyError, Event, Package},
    pki::{
        issuance::{self, Choice, Completion, UserRequest},
        name::Subject,
        view::CertificateView,
    },
};

/// The page's handle for one worker, and so for at most one user key.
#[derive(Clone)]
pub struct Custody {
    asks: UnboundedSender<Ask>,
    keeper: AbortHandle,
}

impl Custody {
    /// Starts a worker. It works only in a browser.
    pub fn open() -> Self {
        let (asks, asked) = unbounded();
        let (keeping, keeper) = abortable(keeper::keep(asked));
        spawn_local(async move {
            // The person who aborts it knows about it.
            let _ = keeping.await;
        });
        Self { asks, keeper }
    }

    /// Generates the user key and message 1, and wipes an earlier key.
    pub async fn start(&self, subject: Subject, choice: Choice) -> Result<UserRequest, CustodyError> {
        match self.ask(Command::Start { subject, choice }).await? {
            Answer::Event(Event::Requested { request }) => Ok(request),
            _ => Err(CustodyError::Broken),
        }
    }

    /// Checks message 2, and creates root, intermediate and message 3.
    pub async fn finish(&self, answer: issuance::Answer) -> Result<(Completion, Vec<CertificateView>), CustodyError> {
        match self.ask(Command::Finish { answer }).await? {
            Answer::Event(Event::Issued {
                completion,
                certificates,
            }) => Ok((completion, certificates)),
            _ => Err(CustodyError::Broken),
        }
    }

    /// Writes the file with the exported key.
    pub async fn export(&self, passphrase: Zeroizing<String>, package: Package) -> Result<Vec<u8>, CustodyError> {
        match self.ask(Command::Export { passphrase, package }).await? {
            Answer::Exported(file) => Ok(file),
            Answer::Event(_) => Err(CustodyError::Broken),
        }
    }

    /// Wipes the key and ends the worker, even if there are other handles.
    pub fn close(&self) {
        self.asks.close_channel();
    }

    /// Stops the worker in the middle of what it does: while it makes a key it hears nothing, so it is terminated, and
    /// callers that wait for an answer get [`CustodyError::Cancelled`]. No key is finished then; what there was of one is
    /// freed with the worker's memory, not wiped. What the server has of the issuance goes with its hourly clean-up.
    pub fn cancel(&self) {
        self.keeper.abort();
    }

    async fn ask(&self, command: Command) -> Result<Answer, CustodyError> {
        let (reply, replied) = oneshot::channel();
        let ask = Ask { command, reply };
        let unless_cancelled = |error| match self.keeper.is_aborted() {
            true => CustodyError::Cancelled,
            false => error,
        };
        self.asks
            .unbounded_send(ask)
            .map_err(|_| unless_cancelled(CustodyError::NoKey))?;
        replied.await.map_err(|_| unless_cancelled(CustodyError::Broken))?
    }
}
