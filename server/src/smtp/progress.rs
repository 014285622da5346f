//! Tells the standing of a connection how far its session has come.

use std::sync::Arc;

use tokio::time::Instant;

use crate::limits::standing::Standing;

/// The steps of a session, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Connected.
    Greeted,
    /// EHLO or HELO.
    Hello,
    /// STARTTLS, and the handshake has begun.
    Handshake,
    /// The handshake is done.
    Secured,
    /// EHLO or HELO within TLS.
    SecuredHello,
    /// MAIL.
    Sender,
    /// A recipient was accepted.
    Recipient,
    /// DATA.
    Text,
}

/// The worth of a session with an accepted recipient: most of those who only take up room know no alias.
const RECIPIENT_WORTH: u32 = 4;
/// The worth of a session that has handed a message over. More are likely to follow.
const MESSAGE_WORTH: u32 = 16;

/// The progress of one session.
pub(super) struct Progress {
    standing: Arc<Standing>,
    reached: Stage,
}

impl Progress {
    pub(super) fn new(standing: Arc<Standing>) -> Self {
        Self {
            standing,
            reached: Stage::Greeted,
        }
    }

    /// Counts a step that goes further than all before. A command again, or one that leads nowhere, is no progress.
    pub(super) fn reach(&mut self, stage: Stage) {
        if stage <= self.reached {
            return;
        }
        self.reached = stage;
        self.standing.step(Instant::now());
    }

    /// The pipeline decides. The client can do nothing until it is done.
    pub(super) fn decide(&self) {
        self.standing.work();
    }

    /// The pipeline has accepted a recipient, or refused it.
    pub(super) fn recipient(&mut self, accepted: bool) {
        if accepted {
            self.reached = self.reached.max(Stage::Recipient);
            self.standing.value(RECIPIENT_WORTH);
        }
        self.standing.step(Instant::now());
    }

    /// The pipeline has accepted a message, or refused it. The next message has the same steps again.
    pub(super) fn message(&mut self, accepted: bool) {
        self.reached = Stage::SecuredHello;
        if accepted {
            self.standing.value(MESSAGE_WORTH);
        }
        self.standing.step(Instant::now());
    }

    /// Waits until the connection is asked to leave.
    pub(super) async fn dismissed(&self) {
        self.standing.dismissed().await;
    }
}
