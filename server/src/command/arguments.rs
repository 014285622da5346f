//! The command line as a whole. The program reads it, and `examples/papers.rs` describes it.

use clap::Parser;

use super::Command;

/// A mail relay that seals every message before the mailbox provider stores it.
///
/// Without a command the relay runs. Settings come from sealpost.toml and from SEALPOST_… variables.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Arguments {
    /// What to do instead of running the relay.
    #[command(subcommand)]
    pub command: Option<Command>,
}
