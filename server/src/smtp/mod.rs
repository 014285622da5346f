//! Receives mail by SMTP (RFC 5321), from the listening socket to the two questions of [`Pipeline`](pipeline::Pipeline).
//!
//! `listen` accepts and counts connections, `progress` notes which of them get on, `wire` moves bytes and bounds time, `line` and `command` refuse what is not
//! SMTP to the letter, `engine` keeps the order of commands (mailin), `session`, `rcpt` and `data` hold the conversation. Mail servers and
//! proxies of the operator name their clients by `forwarded` and `proxy_protocol`. The receiver
//! never looks into a message, never writes one to disk and never logs one.
//!
//! mailin's engine answers every line first, with a handler that takes everything; then the pipeline is asked, and a refusal
//! takes the place of the answer. So the engine never sees a refusal at the end of DATA, which it cannot handle, and the pipeline may take
//! its time without blocking a thread.

mod budget;
mod command;
mod data;
mod engine;
mod forwarded;
mod line;
mod listen;
mod path;
pub mod pipeline;
mod progress;
mod proxy_protocol;
mod rcpt;
mod session;
mod settings;
mod wire;

pub use listen::serve;
pub use settings::Settings;
