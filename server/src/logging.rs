//! Starts the log: one line for each event, to standard error. `RUST_LOG` narrows it.

use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging for a command: only warnings, unless `RUST_LOG` asks for more.
pub fn start_quietly(json: bool) {
    start_with(json, "warn");
}

/// Starts logging for the relay. A second call changes nothing.
pub fn start(json: bool) {
    start_with(json, "warn,server=info,sealpost=info");
}

fn start_with(json: bool, otherwise: &str) {
    // Libraries log at warning level only, because their SQL statements and HTTP bodies could hold secrets.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(otherwise));
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if json {
        lines.json().try_init()
    } else {
        lines.try_init()
    };
    if let Err(error) = started {
        tracing::debug!(%error, "the log was started before");
    }
}
