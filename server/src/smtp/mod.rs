//! The SMTP receiver (RFC 5321), from the listening socket to the two questions of [`Gate`](crate::inbound::received::Gate).
//!
//! `listen` accepts and counts connections, `wire` moves bytes and bounds time, `line` and `command` refuse what is not
//! SMTP to the letter, `engine` keeps the order of commands (mailin), `session` and `data` hold the conversation, `refused` slows down who guesses recipients. The
//! receiver never looks into a message, never writes one to disk and never logs one.

mod budget;
mod command;
mod data;
mod engine;
mod line;
mod listen;
mod path;
mod refused;
pub mod reply;
mod self_signed;
mod session;
mod settings;
pub mod tls;
mod unlimited;
mod wire;

pub use listen::serve;
pub use settings::Settings;
pub use tls::{Tls, TlsError};
pub use unlimited::{UnlimitedClients, UnlimitedClientsError};
