//! Handles mail to a return path, which reports that a delivered item did not arrive.

use std::sync::Arc;

use crate::{
    mail::indexed::IndexedMessage,
    queue::{
        bounce::{self, Notice},
        worker::Worker,
    },
    refusal::{Reason, Refusal},
    vault::Token,
};

/// Handles delivery failure notices.
pub struct Returned {
    /// The worker, which gives items up.
    pub worker: Arc<Worker>,
}

impl Returned {
    /// Handles one notice. A second one for the same item, or one that reports no failure, changes nothing.
    pub async fn take(&self, token: Token, data: &IndexedMessage) -> Result<(), Refusal> {
        match bounce::read(data, data.parts()) {
            Notice::Failed { reason } => self
                .worker
                .record_bounce(token, reason)
                .await
                .map_err(|error| Refusal::because(Reason::Bounce, error)),
            Notice::Other => {
                tracing::info!(octets = data.len(), "a notice that is no failure came back");
                Ok(())
            }
        }
    }
}
