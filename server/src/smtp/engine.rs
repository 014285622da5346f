//! Wraps mailin's state machine, which checks the order of commands, with a handler that records its events. The handler
//! accepts everything. The session awaits verdicts outside of it and overrides the engine's answers. The engine never
//! learns of a refusal after DATA, because it would then take the text for commands.
//!
//! Nothing else uses mailin.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mailin::{Action, Handler, Response};

use super::budget::{Budget, Buffer};
use crate::{
    refusal::Reason,
    smtp_reply::{self, SmtpReply},
};

/// The engine's verdict on a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// The command is in order and had this effect.
    Heard(Heard),
    /// TLS starts after the answer.
    UpgradeTls,
    /// The connection closes after the answer.
    Close,
}

/// The last event that the handler recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// An event that concerns no message.
    Nothing,
    /// EHLO or HELO, which ends any transaction.
    Hello,
    /// MAIL, which begins a transaction.
    Sender,
    /// RCPT, which names a recipient.
    Recipient,
    /// DATA: text follows.
    Text,
    /// The text is complete.
    End,
}

/// Checks the order of one session's commands.
pub(super) struct Engine {
    session: mailin::Session<Recorder>,
    record: Arc<Mutex<Record>>,
    budget: Budget,
    max_message_bytes: usize,
}

impl Engine {
    pub(super) fn new(hostname: &str, peer: IpAddr, budget: Budget, max_message_bytes: usize) -> Self {
        let record = Arc::new(Mutex::new(Record {
            heard: Heard::Nothing,
            text: budget.buffer(max_message_bytes),
            spoiled: None,
        }));
        let recorder = Recorder(Arc::clone(&record));
        Self {
            session: mailin::SessionBuilder::new(hostname)
                .enable_start_tls()
                .build(peer, recorder),
            record,
            budget,
            max_message_bytes,
        }
    }

    /// Checks whether `verb` is in order. The engine does not see paths and parameters, because its grammar knows neither
    /// `<>` nor SIZE. It gets a placeholder if it needs an argument.
    pub(super) fn command(&mut self, verb: Verb) -> Result<Turn, SmtpReply> {
        self.record().heard = Heard::Nothing;
        let response = self.session.process(verb.line());
        match response.action {
            Action::Close if response.code == 221 => Ok(Turn::Close),
            Action::UpgradeTls => Ok(Turn::UpgradeTls),
            Action::Reply if !response.is_error => Ok(Turn::Heard(self.record().heard)),
            Action::Reply if response.code == 503 => Err(smtp_reply::BAD_SEQUENCE),
            Action::Reply | Action::Close | Action::NoReply => Err(smtp_reply::GIVE_UP),
        }
    }

    /// Makes the message that is about to be read reserve so many halves of its octets.
    pub(super) fn reserve_halves(&mut self, halves: usize) {
        self.record().text.reserve_halves(halves);
    }

    /// Passes one line of a message on. Returns [`Heard::End`] at the line with a single dot.
    pub(super) fn text(&mut self, line: &[u8]) -> Heard {
        let _no_reply = self.session.process(line);
        self.record().heard
    }

    /// Refuses the message that is being read. Its remaining lines are still read.
    pub(super) fn spoil(&mut self, because: Reason) {
        self.record().spoil(because);
    }

    /// Returns the complete message, or the reason to refuse it.
    pub(super) fn message(&mut self) -> Result<Buffer, Reason> {
        let empty = self.budget.buffer(self.max_message_bytes);
        let mut record = self.record();
        let text = std::mem::replace(&mut record.text, empty);
        match record.spoiled.take() {
            Some(because) => Err(because),
            None => Ok(text),
        }
    }

    /// Records that TLS is active, so that STARTTLS is out of order.
    pub(super) fn tls_active(&mut self) {
        self.session.tls_active();
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        locked(&self.record)
    }
}

/// The commands whose order the engine checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Helo,
    Ehlo,
    Mail,
    Rcpt,
    Data,
    Rset,
    Noop,
    StartTls,
    Quit,
}

impl Verb {
    fn line(self) -> &'static [u8] {
        match self {
            Self::Helo => b"HELO client\r\n",
            Self::Ehlo => b"EHLO client\r\n",
            Self::Mail => b"MAIL FROM:<sender>\r\n",
            Self::Rcpt => b"RCPT TO:<recipient>\r\n",
            Self::Data => b"DATA\r\n",
            Self::Rset => b"RSET\r\n",
            Self::Noop => b"NOOP\r\n",
            Self::StartTls => b"STARTTLS\r\n",
            Self::Quit => b"QUIT\r\n",
        }
    }
}

struct Record {
    heard: Heard,
    text: Buffer,
    spoiled: Option<Reason>,
}

impl Record {
    fn spoil(&mut self, because: Reason) {
        self.spoiled.get_or_insert(because);
        self.text.release();
    }

    fn append(&mut self, text: &[u8]) {
        if self.spoiled.is_some() {
            return;
        }
        if self.text.overflows(text.len()) {
            self.spoil(Reason::Size);
        } else if self.text.append(text).is_err() {
            self.spoil(Reason::NoRoom);
        }
    }
}

/// The lock is held for one line at a time, by one task, so it never blocks.
fn locked(record: &Mutex<Record>) -> MutexGuard<'_, Record> {
    record.lock().unwrap_or_else(PoisonError::into_inner)
}

/// mailin owns its handler, so the recorded events are shared with [`Engine`].
struct Recorder(Arc<Mutex<Record>>);

impl Recorder {
    fn hears(&self, what: Heard) -> Response {
        locked(&self.0).heard = what;
        mailin::response::OK
    }
}

impl Handler for Recorder {
    fn helo(&mut self, _: IpAddr, _: &str) -> Response {
        self.hears(Heard::Hello)
    }

    fn mail(&mut self, _: IpAddr, _: &str, _: &str) -> Response {
        self.hears(Heard::Sender)
    }

    fn rcpt(&mut self, _: &str) -> Response {
        self.hears(Heard::Recipient)
    }

    fn data_start(&mut self, _: &str, _: &str, _: bool, _: &[String]) -> Response {
        self.hears(Heard::Text)
    }

    fn data(&mut self, text: &[u8]) -> io::Result<()> {
        locked(&self.0).append(text);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.hears(Heard::End)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine() -> Engine {
        Engine::new("relay.example", [127, 0, 0, 1].into(), Budget::new(1 << 20), 10)
    }

    fn in_text() -> Engine {
        let mut engine = engine();
        for (verb, heard) in [
            (Verb::Ehlo, Heard::Hello),
            (Verb::Mail, Heard::Sender),
            (Verb::Rcpt, Heard::Recipient),
            (Verb::Rcpt, Heard::Recipient),
            (Verb::Data, Heard::Text),
        ] {
            assert_eq!(engine.command(verb), Ok(Turn::Heard(heard)));
        }
        engine
    }

    #[test]
    fn order_is_kept() {
        let mut engine = engine();
        for verb in [Verb::Mail, Verb::Rcpt, Verb::Data, Verb::StartTls] {
            assert_eq!(engine.command(verb), Err(smtp_reply::BAD_SEQUENCE), "{verb:?}");
        }
        assert_eq!(engine.command(Verb::Helo), Ok(Turn::Heard(Heard::Hello)));
        assert_eq!(engine.command(Verb::StartTls), Ok(Turn::UpgradeTls));
        engine.tls_active();
        assert_eq!(
            engine.command(Verb::Mail),
            Err(smtp_reply::BAD_SEQUENCE),
            "EHLO again first"
        );
        assert_eq!(engine.command(Verb::Ehlo), Ok(Turn::Heard(Heard::Hello)));
        assert_eq!(engine.command(Verb::StartTls), Err(smtp_reply::BAD_SEQUENCE));
        assert_eq!(engine.command(Verb::Mail), Ok(Turn::Heard(Heard::Sender)));
        assert_eq!(engine.command(Verb::Mail), Err(smtp_reply::BAD_SEQUENCE), "nested");
        assert_eq!(engine.command(Verb::Rset), Ok(Turn::Heard(Heard::Nothing)));
        assert_eq!(engine.command(Verb::Noop), Ok(Turn::Heard(Heard::Nothing)));
        assert_eq!(engine.command(Verb::Quit), Ok(Turn::Close));
    }

    #[test]
    fn dots_are_unstuffed_and_the_end_is_heard() {
        let mut engine = in_text();
        assert_ne!(engine.text(b"..\r\n"), Heard::End);
        assert_ne!(engine.text(b".a\0\r\n"), Heard::End);
        assert_eq!(engine.text(b".\r\n"), Heard::End);
        assert_eq!(engine.message().ok().unwrap().bytes(), b".\r\na\0\r\n");
        assert_eq!(engine.command(Verb::Mail), Ok(Turn::Heard(Heard::Sender)));
    }

    #[test]
    fn a_message_too_large_is_forgotten_and_the_next_is_not() {
        let mut engine = in_text();
        engine.text(b"0123456789\r\n");
        engine.text(b"\r\n");
        assert_eq!(engine.text(b".\r\n"), Heard::End);
        assert_eq!(engine.message().err(), Some(Reason::Size));
        for verb in [Verb::Mail, Verb::Rcpt, Verb::Data] {
            engine.command(verb).unwrap();
        }
        engine.text(b"01234567\r\n");
        engine.text(b".\r\n");
        assert_eq!(engine.message().ok().unwrap().bytes(), b"01234567\r\n");
    }
}
