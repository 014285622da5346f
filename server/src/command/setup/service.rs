//! The packaged service of systemd.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use super::{
    super::service::{SETTINGS, SYSTEMD},
    SetupError,
};
use crate::{
    config::Config,
    doctor::{Occupant, occupant},
};

const UNIT: &str = "sealpost.service";

/// How long the relay may take to answer after its start. Its first start makes keys.
const PATIENCE: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(500);

/// Whether systemd runs here, and has a service for these settings.
pub fn is_there(settings: &Path) -> bool {
    settings == Path::new(SETTINGS) && Path::new(SYSTEMD).exists() && is_good(&["cat", UNIT])
}

/// Starts the service, now and at each boot, or again with the settings of now. Returns whether the relay answers.
pub async fn start(config: &Config) -> Result<bool, SetupError> {
    must(&["enable", UNIT])?;
    // Its reasons are in the journal. The account of the administrator is made in any case.
    if !is_good(&["restart", UNIT]) {
        return Ok(false);
    }
    let answers = async {
        while occupant(config.smtp, &config.domain).await != Occupant::Relay {
            tokio::time::sleep(PAUSE).await;
        }
    };
    Ok(tokio::time::timeout(PATIENCE, answers).await.is_ok())
}

fn is_good(arguments: &[&str]) -> bool {
    let ended = Command::new("systemctl")
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    ended.is_ok_and(|status| status.success())
}

fn must(arguments: &[&str]) -> Result<(), SetupError> {
    let ended = Command::new("systemctl")
        .args(arguments)
        .output()
        .map_err(SetupError::Terminal)?;
    match ended.status.success() {
        true => Ok(()),
        false => {
            let said = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
            Err(SetupError::Service(arguments.join(" "), said))
        }
    }
}
