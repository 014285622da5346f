//! Lets nothing out of the program but the attributes that are permitted.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use opentelemetry::trace::Status;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanEvents, SpanExporter},
};

use super::{collector::LastFailure, span::ATTRIBUTES};

/// The shortest pause between two warnings that the collector does not take traces.
const WARN_AGAIN: Duration = Duration::from_secs(10 * 60);

/// An exporter behind the list.
#[derive(Debug)]
pub(super) struct Permitted<E> {
    exporter: E,
    failure: LastFailure,
    warned: Mutex<Option<Instant>>,
}

impl<E> Permitted<E> {
    /// `failure` is where the way to the collector says why a batch was not sent.
    pub fn new(exporter: E, failure: LastFailure) -> Self {
        Self {
            exporter,
            failure,
            warned: Mutex::default(),
        }
    }

    /// Whether there was no warning for a while.
    fn may_warn(&self) -> bool {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        let may = warned.is_none_or(|warned| warned.elapsed() >= WARN_AGAIN);
        if may {
            *warned = Some(Instant::now());
        }
        may
    }
}

impl<E: SpanExporter> SpanExporter for Permitted<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(keep_permitted);
        let exported = self.exporter.export(batch).await;
        if let Err(error) = &exported
            && self.may_warn()
        {
            let cause = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
            tracing::warn!(
                %error,
                cause,
                "the collector (SEALPOST_OTLP) does not take traces, so some are lost; mail is not affected"
            );
        }
        exported
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

/// Removes all that is not in the list. Events and states hold words that nobody chose for this.
fn keep_permitted(span: &mut SpanData) {
    span.attributes
        .retain(|attribute| ATTRIBUTES.contains(&attribute.key.as_str()));
    span.events = SpanEvents::default();
    span.status = Status::Unset;
}

#[cfg(test)]
mod tests {
    use opentelemetry::{
        InstrumentationScope, KeyValue, SpanId,
        trace::{Event, SpanContext, SpanKind},
    };
    use opentelemetry_sdk::trace::SpanLinks;

    use super::*;

    #[test]
    fn what_is_not_permitted_does_not_get_out() {
        let mut span = SpanData {
            span_context: SpanContext::empty_context(),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: "delivery".into(),
            start_time: std::time::SystemTime::UNIX_EPOCH,
            end_time: std::time::SystemTime::UNIX_EPOCH,
            attributes: vec![
                KeyValue::new("message.subject", "hello"),
                KeyValue::new("delivery.attempt", 1),
                KeyValue::new("url.path", "/aliases/7"),
            ],
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::error("550 ann@example.org"),
            instrumentation_scope: InstrumentationScope::default(),
        };
        span.events.events.push(Event::with_name("ann@example.org"));
        keep_permitted(&mut span);
        assert_eq!(span.attributes, [KeyValue::new("delivery.attempt", 1)]);
        assert!(span.events.is_empty());
        assert_eq!(span.status, Status::Unset);
    }
}
