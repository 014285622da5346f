//! `sealpost backup`, `sealpost restore` and `sealpost verify-backup`.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{CommandError, account::moment};
use crate::{
    backup::{self, BackupError, Identities, KeyState, LeftOut, Manifest, Plan},
    clock::{Clock, SystemClock},
    config::{Config, Recipients},
    vault::MasterKeySource,
};

/// Where a backup goes. What is not said is read from the settings.
#[derive(Debug, Args)]
pub struct BackupArguments {
    /// The folder for backups, in place of backup_to.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// A public key of age that can open the backup, in place of backup_recipient. May be repeated.
    #[arg(long, value_name = "AGE1…")]
    recipient: Vec<Recipients>,
    /// How many backups are kept in the folder, in place of backup_keep; 0: all.
    #[arg(long, value_name = "NUMBER")]
    keep: Option<u32>,
    /// Leave the master key out. Without it nobody can use the backup: keep the key elsewhere.
    #[arg(long)]
    without_master_key: bool,
}

/// The arguments of a restore.
#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// The backup.
    file: PathBuf,
    /// The file of the private key that opens it, as age-keygen wrote it; - for standard input.
    #[arg(long, value_name = "KEYFILE")]
    identity: PathBuf,
    /// Leave out what waited for delivery: it may have been delivered after the backup was made.
    #[arg(long)]
    without_queue: bool,
}

/// The arguments of a check.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The backup.
    file: PathBuf,
    /// The file of the private key that opens it, as age-keygen wrote it; - for standard input.
    #[arg(long, value_name = "KEYFILE")]
    identity: PathBuf,
    /// The folder that an SQLite database is unpacked into while it is checked. It is overwritten and removed.
    #[arg(long, value_name = "FOLDER", default_value = "/tmp")]
    scratch: PathBuf,
}

pub(super) async fn create(
    arguments: BackupArguments,
    config: &Config,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    let settings = &config.backup;
    let mut recipients = settings.recipients.clone();
    if !arguments.recipient.is_empty() {
        recipients = Recipients::default();
        arguments.recipient.into_iter().for_each(|more| recipients.extend(more));
    }
    let plan = Plan {
        folder: arguments
            .to
            .or_else(|| settings.folder.clone())
            .ok_or(BackupError::NoFolder)?,
        recipients,
        keep: arguments.keep.unwrap_or(settings.keep),
        with_master_key: !arguments.without_master_key,
    };
    let (stop, _listening) = stop_on_signals()?;
    let made = backup::create(config, plan, SystemClock.now(), &stop).await;
    let made = made.map_err(|error| stopped(error, &stop))?;
    writeln!(output, "{} ({} octets)", made.path.display(), made.octets)?;
    describe(&made.manifest, output)?;
    for file in &made.left_out {
        match file {
            LeftOut::TooLarge(name) => writeln!(output, "Not in it, as it is too large for a key: {name}")?,
            LeftOut::Missing(path) => writeln!(output, "Not in it, as it is not there: {}", path.display())?,
        }
    }
    if !made.manifest.has_master_key() {
        writeln!(
            output,
            "The master key is not in it. Without the key, nobody can use it."
        )?;
    }
    if made.removed > 0 {
        writeln!(output, "Older backups removed: {}", made.removed)?;
    }
    Ok(())
}

pub(super) async fn verify(
    arguments: VerifyArguments,
    config: Option<&Config>,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    let identities = Identities::read(&arguments.identity)?;
    let (stop, _listening) = stop_on_signals()?;
    let (file, scratch) = (&arguments.file, &arguments.scratch);
    let verified = backup::verify(file, identities, config, scratch, &stop).await;
    let verified = verified.map_err(|error| stopped(error, &stop))?;
    writeln!(output, "The backup is sound.")?;
    describe(&verified.manifest, output)?;
    writeln!(output, "{}", key_sentence(verified.key))?;
    Ok(())
}

pub(super) async fn restore(
    arguments: RestoreArguments,
    config: &Config,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    let identities = Identities::read(&arguments.identity)?;
    let (stop, _listening) = stop_on_signals()?;
    let restored = backup::restore(config, &arguments.file, identities, arguments.without_queue, &stop).await;
    let restored = restored.map_err(|error| stopped(error, &stop))?;
    writeln!(output, "Restored into {}.", config.data.display())?;
    describe(&restored.manifest, output)?;
    writeln!(output, "\nNext:")?;
    match (&restored.master_key, &*config.master_key) {
        (Some(path), MasterKeySource::File(_)) => writeln!(
            output,
            "- The settings name another file for the master key. Put the restored key there, with the package as root:\n  \
             mv {} /etc/credstore/sealpost.master-key && chown root: /etc/credstore/sealpost.master-key",
            path.display(),
        )?,
        (Some(path), MasterKeySource::Value(_) | MasterKeySource::Command(_)) => writeln!(
            output,
            "- The settings have another master key as a value or from a command. Take that out, so that {} is used.",
            path.display(),
        )?,
        (None, _) if restored.key == KeyState::Missing => writeln!(
            output,
            "- The master key was not in the backup. Put it back where the settings name it: the relay does not start \
             with another one."
        )?,
        _ => {}
    }
    for (name, place) in restored.manifest.elsewhere(config) {
        writeln!(
            output,
            "- The settings have this key elsewhere. If it is not there any more, put it there, for the relay's user to read:\n  \
             mv {} {}",
            config.data.join(name).display(),
            lasting(place).display(),
        )?;
    }
    if restored.manifest.counts.waiting > 0 && !arguments.without_queue {
        writeln!(
            output,
            "- {} messages wait for delivery as they did when the backup was made. What was delivered since goes out a \
             second time. To see and delete them before the start: sealpost queue list, sealpost queue drop.",
            restored.manifest.counts.waiting
        )?;
    }
    writeln!(
        output,
        "- Start the relay, and run sealpost doctor: DNS and certificate may still name the old machine."
    )?;
    Ok(())
}

/// Where the file is kept that systemd shows the service as a credential.
fn lasting(place: &Path) -> PathBuf {
    match place.strip_prefix("/run/credentials/sealpost.service") {
        Ok(name) => format!("/etc/credstore/sealpost.{}", name.display()).into(),
        Err(_) => place.to_owned(),
    }
}

fn describe(manifest: &Manifest, output: &mut impl Write) -> Result<(), CommandError> {
    let counts = manifest.counts;
    let made = moment(manifest.made.replace_nanosecond(0).ok()).unwrap_or_default();
    writeln!(output, "Made      {made}, by sealpost {}", manifest.program)?;
    writeln!(
        output,
        "Database  {}, {} steps of the schema",
        manifest.database.name(),
        manifest.schema.len()
    )?;
    writeln!(
        output,
        "Holds     accounts: {}, mailboxes: {}, aliases: {}, messages that wait: {}",
        counts.accounts, counts.mailboxes, counts.aliases, counts.waiting
    )?;
    for part in &manifest.parts {
        writeln!(output, "          {:>12}  {}", part.octets, part.name)?;
    }
    Ok(())
}

fn key_sentence(key: KeyState) -> &'static str {
    match key {
        KeyState::Inside => "The master key in it opens the database.",
        KeyState::Configured => "The master key is not in it; the one of the settings opens the database.",
        KeyState::Unbound => "The database needs no master key yet.",
        KeyState::Missing => {
            "The master key is not in it, and the settings name none here: whether yours opens the database was not checked."
        }
    }
}

/// Stops the work when the process is asked to end, so that what is not finished is removed.
fn stop_on_signals() -> Result<(CancellationToken, AbortOnDropHandle<()>), CommandError> {
    let stop = CancellationToken::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stopping = stop.clone();
    let listening = tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stopping.cancel();
    });
    Ok((stop, AbortOnDropHandle::new(listening)))
}

/// A program that the same signal ended is no other error.
fn stopped(error: BackupError, stop: &CancellationToken) -> BackupError {
    match stop.is_cancelled() {
        true => BackupError::Stopped,
        false => error,
    }
}
