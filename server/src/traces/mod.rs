//! Shows the operator where a message's time goes, as an option: traces in spans, sent to a collector by OTLP over HTTP.
//!
//! Only the spans of [`span`] are exported: no event of the log, and no span of a library. Their names and attributes are words of the
//! program, numbers, and the name of the operator's smarthost. `export` drops every attribute that is not in its list. No span holds an
//! address, a subject, an alias, a name or a part of a URL that a client chose.
//!
//! A span that ends goes into a bounded queue, and is dropped if that is full. A thread of its own sends it, so mail never waits for the
//! collector. Without the setting there is no layer, and the spans are never made.

mod collector;
mod export;
mod provider;
pub mod span;

pub use provider::{Traces, TracesError};
