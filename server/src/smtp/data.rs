//! Handles DATA, from the 354 to the final answer.

use std::sync::Arc;

use tokio::time::{Instant, timeout};
use tracing::{Instrument, Span, error, info};

use super::budget::Buffer;
use super::engine::{Heard, Turn, Verb};
use super::line::{Dropped, Line, LineFault};
use super::progress::Stage;
use super::session::{Next, Session, Transaction, note, refused};
use super::wire::{Fault, Wire};

use crate::{
    envelope::{Client, Received},
    refusal::{Reason, Refusal},
    smtp::pipeline::Pipeline,
    smtp_reply::{self, SmtpReply},
    traces::span::{self, Step},
};

impl<G: Pipeline> Session<G> {
    pub(super) async fn data(&mut self, wire: &mut Wire) -> Result<Next, Fault> {
        // The engine counts refused recipients too, and would accept the text.
        if self.transaction.as_ref().is_some_and(|open| open.recipient.is_none()) {
            return Ok(self.answer(wire, smtp_reply::NO_RECIPIENTS));
        }
        match self.engine.command(Verb::Data) {
            Ok(Turn::Heard(Heard::Text)) => {}
            other => return Ok(self.answer(wire, refused(other))),
        }
        let recipient = self.transaction.as_ref().and_then(|open| open.recipient.as_ref());
        if let Some(recipient) = recipient {
            self.engine
                .reserve_halves(self.shared.pipeline.halves_of_message(recipient));
        }
        wire.answer(&smtp_reply::START_DATA.to_string());
        self.progress.reach(Stage::Text);
        let span = self
            .transaction
            .as_ref()
            .map_or_else(Span::none, |open| open.span.clone());
        let octets = self.text(wire).instrument(span::step_of(&span, Step::Text)).await?;
        let Some(Transaction {
            client,
            recipient: Some(recipient),
            ..
        }) = self.transaction.take()
        else {
            return Err(Fault::OutOfStep);
        };
        self.progress.decide();
        let reply = match self.engine.message() {
            Ok(message) => self.relay(client, recipient, message).instrument(span.clone()).await,
            Err(reason) => {
                let refusal = Refusal::new(reason);
                note(&*self.shared.pipeline, &client, "data", octets, &refusal);
                refusal.reply
            }
        };
        span::end_transaction(&span, reply.code, octets);
        self.progress.message(reply.code == smtp_reply::ACCEPTED.code);
        self.deadline = Instant::now() + self.shared.settings.transaction_timeout;
        Ok(self.answer(wire, reply))
    }

    /// Reads the text into the engine up to its end, even if the message is refused already. Returns its octets on the
    /// wire. Reading stops at twice the size limit.
    async fn text(&mut self, wire: &mut Wire) -> Result<usize, Fault> {
        let settings = &self.shared.settings;
        let ceiling = settings.max_message_bytes.saturating_mul(2).saturating_add(MIN_CEILING);
        let mut line = Line::new(self.shared.budget.buffer(settings.max_line_bytes));
        let mut octets = 0;
        loop {
            line.start(ceiling.saturating_sub(octets));
            let deadline = self.deadline.min(Instant::now() + settings.idle_timeout);
            wire.read_text(&mut line, deadline).await.map_err(|fault| match fault {
                Fault::Line(LineFault::Flood) => Fault::TooMuch,
                other => other,
            })?;
            octets += line.octets();
            match line.text() {
                Ok(text) if self.engine.text(text) == Heard::End => return Ok(octets),
                Ok(_) => {}
                Err(Dropped::TooLong) => self.engine.spoil(Reason::LongLine),
                Err(Dropped::NoRoom) => self.engine.spoil(Reason::NoRoom),
            }
        }
    }

    /// Hands the message to the pipeline in a task of its own, so that a client that disconnects does not stop it. The
    /// message's memory stays reserved until the pipeline is done.
    async fn relay(&self, client: Client, recipient: G::Recipient, message: Buffer) -> SmtpReply {
        let (data, held) = message.into_parts();
        let bytes = data.len();
        let received = Received {
            client: client.clone(),
            recipient,
            data,
        };
        let pipeline = Arc::clone(&self.shared.pipeline);
        let limit = self.shared.settings.pipeline_timeout;
        let asked = async move {
            let _held = held;
            let verdict = timeout(limit, pipeline.accept_message(received))
                .await
                .unwrap_or(Err(Refusal::new(Reason::MessageTimeout)));
            settle(&*pipeline, &client, bytes, verdict)
        };
        let asked = self.shared.tasks.spawn(asked.in_current_span());
        asked.await.unwrap_or_else(|fault| {
            error!(peer = %self.ip, panicked = fault.is_panic(), "the pipeline did not answer");
            smtp_reply::TRY_AGAIN
        })
    }
}

/// The least that is read, in octets, so that small limits still leave room to refuse at the end of the text.
const MIN_CEILING: usize = 64 << 10;

fn settle(pipeline: &impl Pipeline, client: &Client, bytes: usize, verdict: Result<SmtpReply, Refusal>) -> SmtpReply {
    match verdict {
        Ok(reply) => {
            let (peer, tls, code) = (client.ip, client.tls, reply.code);
            info!(%peer, tls, outcome = "accepted", code, bytes, "transaction");
            reply
        }
        Err(refusal) => {
            note(pipeline, client, "message", bytes, &refusal);
            refusal.reply
        }
    }
}
