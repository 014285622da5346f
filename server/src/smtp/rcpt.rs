//! Handles RCPT: who may ask, how soon, and what the pipeline says.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tracing::{Instrument, info};

use super::engine::{Heard, Turn, Verb};
use super::session::{Session, note, refused};
use super::wire::{Fault, Wire};

use crate::{
    limits::refused_recipients::Pace,
    refusal::{Reason, Refusal},
    smtp::pipeline::Pipeline,
    smtp_reply::{self, SmtpReply},
    traces::span::{Step, step_of},
};

/// Most refused RCPT commands in a transaction.
const MAX_NAMED: usize = 1000;

impl<G: Pipeline> Session<G> {
    pub(super) async fn rcpt(&mut self, wire: &mut Wire, forward_path: &str) -> Result<SmtpReply, Fault> {
        if let Some(transaction) = &mut self.transaction {
            // Refused before any look-up, so that neither the answer nor its time reveals anything about a second
            // recipient.
            if transaction.recipient.is_some() {
                return Ok(smtp_reply::ONE_RECIPIENT);
            }
            transaction.named += 1;
            if transaction.named > MAX_NAMED {
                return Ok(smtp_reply::TOO_MANY_RECIPIENTS);
            }
        }
        match self.engine.command(Verb::Rcpt) {
            Ok(Turn::Heard(Heard::Recipient)) => {}
            other => return Ok(refused(other)),
        }
        let client = self.transaction.as_ref().map(|transaction| &transaction.client);
        let ip = client.map_or(self.ip, |client| client.ip);
        let is_passed_on = client.is_some_and(|client| client.front.is_some());
        match self.shared.refused.pace(ip, Instant::now()) {
            Pace::Normal => {}
            // The session of a server in front has the mail of others, too.
            Pace::Slow(_) if is_passed_on => {}
            Pace::Slow(pause) => self.pause(wire, pause).await?,
            Pace::Later => {
                info!(peer = %ip, tls = self.tls, "too many refused recipients");
                return Ok(match is_passed_on {
                    true => smtp_reply::TOO_MANY_REFUSED_BEHIND,
                    false => smtp_reply::TOO_MANY_REFUSED,
                });
            }
        }
        let Some(transaction) = &mut self.transaction else {
            return Err(Fault::OutOfStep);
        };
        if !transaction.client.smtputf8 && !forward_path.is_ascii() {
            return Ok(smtp_reply::NEEDS_SMTPUTF8);
        }
        self.progress.decide();
        let asked = self.shared.pipeline.check_recipient(&transaction.client, forward_path);
        let asked = asked.instrument(step_of(&transaction.span, Step::Recipient));
        let verdict = timeout(self.shared.settings.pipeline_timeout, asked)
            .await
            .unwrap_or(Err(Refusal::new(Reason::RecipientTimeout)));
        self.progress.recipient(verdict.is_ok());
        Ok(match verdict {
            Ok(recipient) => {
                transaction.recipient = Some(recipient);
                smtp_reply::RECIPIENT_OK
            }
            Err(refusal) => {
                note(&*self.shared.pipeline, &transaction.client, "recipient", 0, &refusal);
                if refusal.reason.is_unknown_recipient() {
                    self.shared.refused.count(ip, Instant::now());
                }
                refusal.reply
            }
        })
    }

    /// Delays this client only. Earlier replies are sent first.
    async fn pause(&self, wire: &mut Wire, pause: Duration) -> Result<(), Fault> {
        wire.flush().await?;
        tokio::select! {
            () = sleep(pause) => Ok(()),
            () = self.progress.dismissed() => Err(Fault::Dismissed),
            () = self.shared.stop.cancelled() => Err(Fault::Stopping),
        }
    }
}
