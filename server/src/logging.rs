//! Starts the log: one line for each event, to standard error. `RUST_LOG` narrows it.

use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, LevelFilter, filter_fn},
    fmt,
    layer::SubscriberExt,
    registry,
    util::SubscriberInitExt,
};

use crate::traces::{Traces, span};

/// Starts logging for a command: only warnings, unless `RUST_LOG` asks for more.
pub fn start_quietly(json: bool) {
    start_with(json, "warn", None);
}

/// Starts logging for the relay, and traces, if there are any. A second call changes nothing.
pub fn start(json: bool, traces: Option<&Traces>) {
    start_with(json, "warn,server=info,sealpost=info", traces);
}

fn start_with(json: bool, otherwise: &str, traces: Option<&Traces>) {
    // Libraries log at warning level only, because their SQL statements and HTTP bodies could hold secrets.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(otherwise));
    // The spans of traces are for the collector alone.
    let filter = filter.and(filter_fn(|of| of.target() != span::TARGET).with_max_level_hint(LevelFilter::TRACE));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match json {
        true => lines.json().boxed(),
        false => lines.boxed(),
    };
    let started = registry()
        .with(traces.map(Traces::layer))
        .with(lines.with_filter(filter))
        .try_init();
    if let Err(error) = started {
        tracing::debug!(%error, "the log was started before");
    }
}
