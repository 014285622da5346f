//! Sets up the way from the spans to the collector.

use std::{sync::Arc, time::Duration};

use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_otlp::{ExporterBuildError, Protocol, RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, SpanLimits},
};
use tokio::{runtime::Handle, task::spawn_blocking};
use tracing::Subscriber;
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, filter_fn},
    registry::LookupSpan,
};

use super::{
    collector::{Collector, LastFailure, TIME},
    export::Permitted,
    span::TARGET,
};

/// Most spans that wait to be sent: of some hundred messages, with about half a KiB each. What is above is dropped.
const MOST_WAITING: usize = 4096;
/// Most spans of one request.
const MOST_AT_ONCE: usize = 512;
/// The longest time that a span waits for others.
const DELAY: Duration = Duration::from_secs(2);
/// How long the last spans may take when the relay stops.
const LAST: Duration = Duration::from_secs(3);

/// The traces of this process.
pub struct Traces(SdkTracerProvider);

/// Traces cannot be sent.
#[derive(Debug, thiserror::Error)]
#[error("the collector (SEALPOST_OTLP) cannot be used")]
pub struct TracesError(#[from] ExporterBuildError);

impl Traces {
    /// Sends traces to the collector at this URL, on the current runtime. Nothing is sent before there are spans.
    ///
    /// # Errors
    /// The URL cannot be used.
    pub fn start(url: &str) -> Result<Self, TracesError> {
        let failure = LastFailure::default();
        let collector = Collector {
            runtime: Handle::current(),
            failure: Arc::clone(&failure),
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(collector)
            .with_endpoint(url)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(TIME)
            .with_retry_policy(RetryPolicy::disabled())
            .build()?;
        let limits = BatchConfigBuilder::default()
            .with_max_queue_size(MOST_WAITING)
            .with_max_export_batch_size(MOST_AT_ONCE)
            .with_scheduled_delay(DELAY)
            .build();
        let processor = BatchSpanProcessor::builder(Permitted::new(exporter, failure))
            .with_batch_config(limits)
            .build();
        let resource = Resource::builder_empty().with_attributes([
            KeyValue::new("service.name", "sealpost"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ]);
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            // Both would else be those of the environment (OTEL_*).
            .with_sampler(Sampler::AlwaysOn)
            .with_span_limits(SpanLimits::default())
            .with_resource(resource.build())
            .build();
        Ok(Self(provider))
    }

    /// The layer that turns the spans of this program, and nothing else, into traces.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let is_ours = filter_fn(|of| of.is_span() && of.target() == TARGET);
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("sealpost"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_level(false)
            .with_target(false)
            .with_context_activation(false)
            .with_filter(is_ours.with_max_level_hint(LevelFilter::INFO))
    }

    /// Sends what waits, and nothing from then on. It takes three seconds at most.
    pub async fn stop(self) {
        let stopped = spawn_blocking(move || self.0.shutdown_with_timeout(LAST)).await;
        if !matches!(stopped, Ok(Ok(()))) {
            tracing::info!("the last traces could not be sent");
        }
    }
}
