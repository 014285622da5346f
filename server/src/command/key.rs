//! `sealpost key`.

use std::{io::Write, time::Duration};

use clap::Subcommand;
use tokio::time::sleep;

use super::{CommandError, open};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    rotation::{self, Pass, Stage},
    store::{Store, rewrap::Wrapping, rotation::Rotation},
    vault::{Vault, Which},
};

/// The pause before it is looked again whether the relays follow, and whether a message is still being delivered.
const PAUSE: Duration = Duration::from_secs(2);

/// What to do with the master key.
#[derive(Debug, Subcommand)]
pub enum MasterKeyCommand {
    /// Take everything from the previous master key to the new one. The relays run on. Both keys have to be in the settings of each.
    /// If it is interrupted, run it again.
    Rotate,
}

pub(super) async fn run(
    command: MasterKeyCommand,
    config: &Config,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    match command {
        MasterKeyCommand::Rotate => rotate(config, output).await,
    }
}

async fn rotate(config: &Config, output: &mut impl Write) -> Result<(), CommandError> {
    let store = open(config).await?;
    let vault = config.open_existing_vault()?.ok_or(CommandError::NoMasterKey)?;
    let rotation = store.begin_rotation(&vault, SystemClock.now()).await?;
    if vault.key_id(Which::Previous).is_none() {
        return Ok(writeln!(
            output,
            "The database is under the master key of the settings, and they name no previous one: there is nothing to do.\n\
             To rotate the key, name a new one as the master key and this one as the previous one, and restart every relay."
        )?);
    }
    writeln!(
        output,
        "{}",
        match rotation {
            Rotation::Begun =>
                "The database belongs to the new master key from now on. The relays follow within seconds.",
            Rotation::Resumed => "The rotation goes on.",
            Rotation::Ended =>
                "The database belongs to the master key of the settings. Looking for what is left under the previous one.",
        }
    )?;
    loop {
        wait_for_relays(&store, &vault, output).await?;
        rewrap(&store, &vault, output).await?;
        // A relay may have started in the meantime that has not said yet what it writes under.
        if store.end_rotation(&vault, SystemClock.now()).await? {
            break;
        }
    }
    Ok(writeln!(
        output,
        "Nothing is left under the previous master key. Run this once more in ten minutes, for messages that were under way. Then take \
         the key out of the settings of every relay, and restart them.\n\
         Keep it with the backups from before now: they open only with it."
    )?)
}

async fn wait_for_relays(store: &Store, vault: &Vault, output: &mut impl Write) -> Result<(), CommandError> {
    let mut told = 0;
    loop {
        let behind = store.relays_behind(vault, SystemClock.now()).await?;
        if behind == 0 {
            return Ok(());
        }
        if behind != told {
            writeln!(
                output,
                "Relays that do not write under the new key yet: {behind}. Waiting."
            )?;
            told = behind;
        }
        sleep(PAUSE).await;
    }
}

/// Goes through all values until nothing is left under the previous key.
async fn rewrap(store: &Store, vault: &Vault, output: &mut impl Write) -> Result<(), CommandError> {
    loop {
        let mut unwritten = Ok(());
        let pass = rotation::pass(store, vault, &SystemClock, |stage, pass| {
            if let (Ok(()), Some(line)) = (&unwritten, progress(stage, pass)) {
                unwritten = writeln!(output, "{line}");
            }
        })
        .await?;
        unwritten?;
        if pass.is_clean() {
            if pass.unreadable > 0 {
                writeln!(
                    output,
                    "Values that open under neither key: {}. If you still have an earlier key, name it as the previous one, and run this again.",
                    pass.unreadable
                )?;
            }
            return Ok(());
        }
        if pass.busy > 0 {
            sleep(PAUSE).await;
        }
    }
}

fn progress(stage: Stage, pass: Pass) -> Option<String> {
    let name = match stage {
        Stage::Wrapped(Wrapping::Certifiers) => "keys of profiles",
        Stage::Wrapped(Wrapping::ContactKeys) => "keys of contacts",
        Stage::Wrapped(Wrapping::Pool) => "keys made in advance",
        Stage::Wrapped(Wrapping::OneTimePasswords) => "secrets of one-time passwords",
        Stage::Wrapped(Wrapping::RecoveryCodes) => "new recovery codes",
        Stage::MessageIds => "message identifiers",
        Stage::Queue => "messages in the queue",
    };
    match (pass.rewrapped, pass.busy) {
        (0, 0) => None,
        (done, 0) => Some(format!("Under the new key now, {name}: {done}.")),
        (done, busy) => Some(format!(
            "Under the new key now, {name}: {done}. Being delivered, and left for the next look: {busy}."
        )),
    }
}
