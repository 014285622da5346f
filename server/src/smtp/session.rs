//! Runs one SMTP session. The engine first checks whether a command is in order. Then the pipeline's verdict, which may
//! take time, overrides its answer. Only a message that the pipeline already relays outlives its session.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Span, info, warn};

use super::Settings;
use super::budget::Budget;
use super::command::{self, Command, Hello, Mail};
use super::engine::{Engine, Heard, Turn, Verb};
use super::forwarded::{self, Forwarded};
use super::line::{Dropped, Line, LineFault};
use super::progress::{Progress, Stage};
use super::wire::{Fault, Wire};

use crate::{
    causes::chain,
    envelope::{Client, Front, RequireTls, address_literal},
    limits::{refused_recipients::RefusedRecipients, standing::Standing},
    refusal::Refusal,
    smtp::pipeline::Pipeline,
    smtp_reply::{self, SmtpReply},
    tls::Tls,
    traces::span,
};

/// The longest command line. RFC 5321 §4.5.3.1.4 says 512 octets; SIZE, BODY and SMTPUTF8 lengthen MAIL, and some clients
/// send more.
const MAX_COMMAND: usize = 2048;
/// A command over the limit is read to its end before it is answered, but no more octets than this.
const MAX_COMMAND_READ: usize = 64 << 10;
/// The longest wait for the first command, which is shorter than for later ones.
const FIRST_COMMAND: Duration = Duration::from_secs(60);

/// The state that all sessions share.
pub(super) struct Shared<G> {
    pub(super) settings: Settings,
    pub(super) tls: Arc<Tls>,
    pub(super) pipeline: Arc<G>,
    pub(super) budget: Budget,
    pub(super) refused: RefusedRecipients,
    pub(super) stop: CancellationToken,
    /// Turns for a last reply to clients without a place.
    pub(super) farewells: Arc<Semaphore>,
    /// Turns for proxied connections that have not named their client yet.
    pub(super) introductions: Arc<Semaphore>,
    /// Tracks running sessions, and messages whose session has ended.
    pub(super) tasks: TaskTracker,
}

/// One session.
pub(super) struct Session<G: Pipeline> {
    pub(super) shared: Arc<Shared<G>>,
    pub(super) engine: Engine,
    pub(super) transaction: Option<Transaction<G::Recipient>>,
    pub(super) progress: Progress,
    pub(super) ip: IpAddr,
    pub(super) tls: bool,
    helo: String,
    /// The client of the next message, as the mail server in front named it.
    forwarded: Option<Forwarded>,
    extended: bool,
    errors: usize,
    commands: usize,
    /// The deadline for the current or next message to be complete.
    pub(super) deadline: Instant,
}

/// The transaction that MAIL began.
pub(super) struct Transaction<R> {
    pub(super) client: Client,
    /// Its trace.
    pub(super) span: Span,
    /// The accepted recipient.
    pub(super) recipient: Option<R>,
    /// The number of refused RCPT commands, which the engine remembers too.
    pub(super) named: usize,
}

/// How the session continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// With the next command.
    Command,
    /// With a TLS handshake.
    StartTls,
    /// The session ends.
    Close,
}

impl<G: Pipeline> Session<G> {
    pub(super) fn new(shared: Arc<Shared<G>>, ip: IpAddr, standing: Arc<Standing>) -> Self {
        let settings = &shared.settings;
        Self {
            engine: Engine::new(
                &settings.hostname,
                ip,
                shared.budget.clone(),
                settings.max_message_bytes,
            ),
            transaction: None,
            progress: Progress::new(standing),
            ip,
            tls: false,
            helo: String::new(),
            forwarded: None,
            extended: false,
            errors: 0,
            commands: 0,
            deadline: Instant::now() + settings.transaction_timeout,
            shared,
        }
    }

    /// Runs the session to its end.
    pub(super) async fn run(mut self, mut wire: Wire) {
        wire.answer(&format!("220 {} ESMTP", self.shared.settings.hostname));
        let mut line = Line::new(self.shared.budget.buffer(MAX_COMMAND));
        loop {
            match self.read_turn(&mut wire, &mut line).await {
                Ok(Next::Command) => {}
                Ok(Next::Close) => break,
                Ok(Next::StartTls) => match wire.start_tls(self.shared.tls.acceptor().await).await {
                    Ok(secured) => {
                        wire = secured;
                        self.tls_active();
                    }
                    Err(fault) => {
                        info!(peer = %self.ip, cause = chain(&fault), "handshake failed");
                        return;
                    }
                },
                Err(Fault::Dismissed) => return self.leave(wire).await,
                Err(fault) => {
                    self.end_with_fault(&mut wire, &fault);
                    break;
                }
            }
        }
        wire.close().await;
    }

    /// Ends the session of a connection that has lost its place. Only so many get a last reply at a time, because each holds
    /// a descriptor for it.
    async fn leave(self, mut wire: Wire) {
        let Ok(_turn) = self.shared.farewells.try_acquire() else {
            return;
        };
        self.end_with_fault(&mut wire, &Fault::Dismissed);
        wire.close().await;
    }

    fn tls_active(&mut self) {
        self.engine.tls_active();
        self.tls = true;
        self.progress.reach(Stage::Secured);
        self.transaction = None;
        self.forwarded = None;
        self.helo.clear();
    }

    /// Sends the last reply after a fault, if the client can still receive it.
    fn end_with_fault(&self, wire: &mut Wire, fault: &Fault) {
        let last = match fault {
            Fault::Gone | Fault::Io(_) => None,
            Fault::TimedOut => Some(smtp_reply::TIMED_OUT),
            Fault::Dismissed => Some(smtp_reply::DISMISSED),
            Fault::Stopping => Some(smtp_reply::STOPPING),
            Fault::TooMuch => Some(smtp_reply::TOO_LARGE),
            Fault::OutOfStep | Fault::Line(LineFault::Flood) => Some(smtp_reply::GIVE_UP),
            Fault::Line(LineFault::Bare) => Some(smtp_reply::BARE_CR_OR_LF),
        };
        if let Some(last) = last {
            wire.answer(&last.to_string());
        }
        if self.transaction.is_some() || matches!(fault, Fault::Line(_)) {
            info!(peer = %self.ip, tls = self.tls, outcome = "dropped", reason = %fault, "transaction");
        }
    }

    async fn read_turn(&mut self, wire: &mut Wire, line: &mut Line) -> Result<Next, Fault> {
        self.next_line(wire, line).await?;
        self.commands += 1;
        let parsed = match line.text() {
            Ok(text) => command::parse(text),
            Err(Dropped::TooLong) => Err(smtp_reply::LINE_TOO_LONG),
            Err(Dropped::NoRoom) => Err(smtp_reply::NO_ROOM),
        };
        let next = match parsed {
            Ok(command) => self.execute(wire, command).await?,
            Err(refused) => self.answer(wire, refused),
        };
        wire.flush_if_large().await?;
        Ok(next)
    }

    async fn next_line(&self, wire: &mut Wire, line: &mut Line) -> Result<(), Fault> {
        if self.shared.stop.is_cancelled() {
            return Err(Fault::Stopping);
        }
        let idle = self.shared.settings.idle_timeout;
        let idle = if self.commands == 0 {
            idle.min(FIRST_COMMAND)
        } else {
            idle
        };
        line.start(MAX_COMMAND_READ);
        tokio::select! {
            biased;
            read = wire.read_line(line, self.deadline.min(Instant::now() + idle)) => read,
            () = self.shared.stop.cancelled() => Err(Fault::Stopping),
        }
    }

    /// Queues a reply and counts permanent refusals. 421 closes the connection, whichever part gives it (RFC 5321 §3.8).
    pub(super) fn answer(&mut self, wire: &mut Wire, reply: SmtpReply) -> Next {
        wire.answer(&reply.to_string());
        if reply.code == 421 {
            return Next::Close;
        }
        if reply.code < 500 {
            return Next::Command;
        }
        self.errors += 1;
        if self.errors <= self.shared.settings.max_errors {
            return Next::Command;
        }
        wire.answer(&smtp_reply::TOO_MANY_ERRORS.to_string());
        info!(peer = %self.ip, tls = self.tls, errors = self.errors, "too many errors");
        Next::Close
    }

    async fn execute(&mut self, wire: &mut Wire, command: Command) -> Result<Next, Fault> {
        let reply = match command {
            Command::Hello { hello, domain } => return Ok(self.hello(wire, hello, domain)),
            Command::Data => return self.data(wire).await,
            Command::StartTls => match self.engine.command(Verb::StartTls) {
                Ok(Turn::UpgradeTls) => {
                    wire.answer(&smtp_reply::START_TLS.to_string());
                    self.progress.reach(Stage::Handshake);
                    return Ok(Next::StartTls);
                }
                other => refused(other),
            },
            Command::Quit => match self.engine.command(Verb::Quit) {
                Ok(Turn::Close) => {
                    wire.answer(&smtp_reply::GOODBYE.to_string());
                    return Ok(Next::Close);
                }
                other => refused(other),
            },
            Command::Mail(mail) => self.mail(mail),
            Command::Xforward(forwarded) => self.xforward(forwarded),
            Command::Rcpt { forward_path } => self.rcpt(wire, &forward_path).await?,
            Command::Rset => self.rset(),
            Command::Noop => self
                .engine
                .command(Verb::Noop)
                .map_or_else(|reply| reply, |_| smtp_reply::OK),
            Command::Vrfy => smtp_reply::VRFY,
            Command::Help => smtp_reply::HELP,
            Command::Http => smtp_reply::NOT_HTTP,
        };
        Ok(self.answer(wire, reply))
    }

    fn hello(&mut self, wire: &mut Wire, hello: Hello, domain: String) -> Next {
        let verb = match hello {
            Hello::Helo => Verb::Helo,
            Hello::Ehlo => Verb::Ehlo,
        };
        if let Err(refused) = self.engine.command(verb) {
            return self.answer(wire, refused);
        }
        self.transaction = None;
        self.forwarded = None;
        self.helo = domain;
        self.progress
            .reach(if self.tls { Stage::SecuredHello } else { Stage::Hello });
        self.extended = matches!(hello, Hello::Ehlo);
        let hostname = &self.shared.settings.hostname;
        match hello {
            Hello::Helo => wire.answer(&format!("250 {hostname}")),
            Hello::Ehlo => wire.answer(&self.extensions(hostname)),
        }
        Next::Command
    }

    /// RFC 2920, 1870, 6152, 6531, 2034, 3207, 8689.
    fn extensions(&self, hostname: &str) -> String {
        let size = self.shared.settings.max_message_bytes;
        let start_tls = if self.tls { "" } else { "250-STARTTLS\n" };
        let require_tls = if self.may_require_tls() { "250-REQUIRETLS\n" } else { "" };
        let xforward = match self.may_forward() {
            true => format!("250-XFORWARD {}\n", forwarded::ATTRIBUTES),
            false => String::new(),
        };
        format!(
            "250-{hostname}\n250-PIPELINING\n250-SIZE {size}\n250-8BITMIME\n250-SMTPUTF8\n{start_tls}{require_tls}{xforward}250 \
             ENHANCEDSTATUSCODES"
        )
    }

    fn mail(&mut self, mail: Mail) -> SmtpReply {
        // Of this message only, also if it is refused.
        let (ip, helo, front) = self.named_client();
        let limit = u64::try_from(self.shared.settings.max_message_bytes).unwrap_or(u64::MAX);
        if mail.size.is_some_and(|size| size > limit) {
            info!(peer = %self.ip, tls = self.tls, outcome = "refused", reason = "size", bytes = mail.size, "transaction");
            return smtp_reply::TOO_LARGE;
        }
        if mail.require_tls && !self.may_require_tls() {
            return smtp_reply::UNKNOWN_PARAMETER;
        }
        let require_tls = match mail.require_tls {
            true => RequireTls::asked(&mail.reverse_path),
            false => RequireTls::No,
        };
        match self.engine.command(Verb::Mail) {
            Ok(Turn::Heard(Heard::Sender)) => {}
            other => return refused(other),
        }
        self.progress.reach(Stage::Sender);
        self.transaction = Some(Transaction {
            client: Client {
                ip,
                helo,
                front,
                extended: self.extended,
                tls: self.tls,
                smtputf8: mail.smtputf8,
                require_tls,
                reverse_path: mail.reverse_path,
            },
            span: span::transaction(self.tls),
            recipient: None,
            named: 0,
        });
        smtp_reply::SENDER_OK
    }

    /// The client of the next message: the one that the mail server in front named, or else the peer.
    fn named_client(&mut self) -> (IpAddr, String, Option<Front>) {
        let helo = self.helo.clone();
        let Some(Forwarded {
            ip: Some(ip),
            helo: name,
        }) = self.forwarded.take()
        else {
            return (self.ip, helo, None);
        };
        // The server's own name must not be checked together with its client's address.
        let name = name.unwrap_or_else(|| address_literal(ip));
        (ip, name, Some(Front { ip: self.ip, helo }))
    }

    /// Whether REQUIRETLS is announced: only within TLS (RFC 8689 §2), and if deliveries can honour it.
    fn may_require_tls(&self) -> bool {
        self.tls && self.shared.settings.require_tls
    }

    fn may_forward(&self) -> bool {
        self.shared.settings.xforward_clients.include(self.ip)
    }

    fn xforward(&mut self, forwarded: Forwarded) -> SmtpReply {
        if !self.may_forward() {
            return smtp_reply::NOT_ALLOWED;
        }
        if self.helo.is_empty() || self.transaction.is_some() {
            return smtp_reply::BAD_SEQUENCE;
        }
        self.forwarded.get_or_insert_default().add(forwarded);
        smtp_reply::OK
    }

    fn rset(&mut self) -> SmtpReply {
        match self.engine.command(Verb::Rset) {
            Ok(_) => {
                self.transaction = None;
                self.forwarded = None;
                smtp_reply::OK
            }
            Err(refused) => refused,
        }
    }
}

/// The reply if the engine did not do what the command asks for.
pub(super) fn refused(turn: Result<Turn, SmtpReply>) -> SmtpReply {
    turn.map_or_else(|reply| reply, |_| smtp_reply::GIVE_UP)
}

/// Counts one refusal, and logs it without addresses. An internal cause is logged as a warning.
pub(super) fn note(pipeline: &impl Pipeline, client: &Client, stage: &'static str, bytes: usize, refusal: &Refusal) {
    pipeline.note_refusal(refusal.reason);
    let (peer, tls, reason, code) = (client.ip, client.tls, refusal.reason.word(), refusal.reply.code);
    info!(%peer, tls, outcome = "refused", stage, reason, code, bytes, "transaction");
    if let Some(cause) = &refusal.cause {
        warn!(%peer, stage, reason, cause = chain(cause.as_ref()), "refused because something failed");
    }
}
