//! `sealpost announce`.

use std::io::Write;

use clap::Args;

use super::{CommandError, open};
use crate::{
    announcement,
    clock::{Clock, SystemClock},
    config::Config,
    store::operator::Act,
};

/// The text of `sealpost announce`.
#[derive(Debug, Args)]
pub struct AnnounceArguments {
    /// The text, which everybody reads who opens a page. Without it, the text of now is printed.
    text: Option<String>,
    /// Remove the announcement.
    #[arg(long, conflicts_with = "text")]
    clear: bool,
}

pub(super) async fn run(
    arguments: AnnounceArguments,
    config: &Config,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    let store = open(config).await?;
    let act = Act::by_command(SystemClock.now());
    let text = match (arguments.text, arguments.clear) {
        (None, false) => {
            let shown = store.live_settings().await?.announcement.clone();
            return Ok(writeln!(output, "{}", shown.as_deref().unwrap_or("There is none."))?);
        }
        (typed, _) => announcement::parse(&typed.unwrap_or_default())?,
    };
    store.set_announcement(text.as_deref(), act).await?;
    let said = match text {
        Some(_) => "Every page shows it now.",
        None => "The announcement is removed.",
    };
    Ok(writeln!(output, "{said}")?)
}
