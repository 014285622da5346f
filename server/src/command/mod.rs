//! What the program does besides running the relay. Each command reads the settings, does one thing, and ends.

mod arguments;
mod dns;
mod invite;

use std::io::{self, Write};

pub use arguments::Arguments;
use clap::Subcommand;

use crate::{
    config::{Config, ConfigError},
    invitation::InvitationError,
    publish::PublishError,
};

/// A command of the operator.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the DNS records to publish for the domain.
    Dns,
    /// Print an invitation, with which one person can sign up within 14 days.
    Invite,
}

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The settings cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The DNS records cannot be listed.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// No invitation was made.
    #[error(transparent)]
    Invitation(#[from] InvitationError),
    /// Nobody reads what the command writes.
    #[error("the output cannot be written")]
    Output(#[from] io::Error),
}

impl Command {
    /// Carries the command out. `output` is what the operator reads.
    pub async fn run(self, output: &mut impl Write) -> Result<(), CommandError> {
        let config = Config::load()?;
        match self {
            Self::Dns => dns::print(&config, output),
            Self::Invite => invite::print(&config, output).await,
        }
    }
}
