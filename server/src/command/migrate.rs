//! `sealpost migrate`.

use std::io::Write;

use clap::Args;

use super::{CommandError, expect_relay};
use crate::{config::Config, store::Store};

/// How the database is migrated.
#[derive(Debug, Args)]
pub struct MigrateArguments {
    /// Only try it: on a copy of an SQLite database, and on PostgreSQL in a transaction that is rolled back.
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(
    arguments: &MigrateArguments,
    config: &Config,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    if arguments.check {
        return check(config, output).await;
    }
    expect_relay(config)?;
    let steps = Store::migrate(&config.database_url).await?;
    match steps.len() {
        0 => writeln!(output, "The database has this program's schema already.")?,
        _ => writeln!(
            output,
            "The database has this program's schema now. Steps: {}.",
            steps.join(", ")
        )?,
    }
    Ok(())
}

async fn check(config: &Config, output: &mut impl Write) -> Result<(), CommandError> {
    match Store::try_migration(&config.database_url).await?.as_deref() {
        None => writeln!(output, "There is no database yet. The relay makes it when it starts.")?,
        Some([]) => writeln!(output, "The database has this program's schema already.")?,
        Some(steps) => writeln!(
            output,
            "These steps work: {}.\nThe database is as it was. The relay runs them when it starts.",
            steps.join(", ")
        )?,
    }
    Ok(())
}
