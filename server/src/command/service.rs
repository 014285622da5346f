//! Runs a command of root as the packaged service runs: as its user, with its settings, secrets and master key.
//!
//! Otherwise a command of root would miss the secrets, or leave files that the service cannot read.

use std::{env, io, os::unix::process::CommandExt, path::Path, process::Command};

/// The settings of the packaged service.
pub(super) const SETTINGS: &str = "/etc/sealpost/sealpost.toml";

/// Exists where systemd runs the system (sd_booted(3)).
const SYSTEMD: &str = "/run/systemd/system";

/// The service's unit, as the package installs it.
const UNIT: &str = "/usr/lib/systemd/system/sealpost.service";

/// The properties of the service that a command needs (systemd.exec(5)). A credential that is not there is left out by systemd.
const PROPERTIES: [&str; 7] = [
    "User=sealpost",
    "UMask=0077",
    "LimitCORE=0",
    "WorkingDirectory=/var/lib/sealpost",
    // The doctor looks whether the relay could take port 25.
    "AmbientCapabilities=CAP_NET_BIND_SERVICE",
    "EnvironmentFile=-/etc/sealpost/secrets",
    "LoadCredential=master-key:sealpost.master-key",
];

/// Whether a command is to run as the service: it is root's, the package is installed, and no other settings are named.
pub(super) fn is_meant() -> bool {
    let named = env::var_os("SEALPOST_CONFIG");
    rustix::process::geteuid().is_root()
        && named.is_none_or(|named| named == SETTINGS)
        && [SYSTEMD, UNIT, SETTINGS].iter().all(|path| Path::new(path).exists())
}

/// Replaces this process by one that runs the same command as the service. Returns only if that fails.
pub(super) fn run_again() -> io::Error {
    let program = match env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    let mut command = Command::new("systemd-run");
    command.args(["--quiet", "--pipe", "--wait", "--collect", "--service-type=exec"]);
    command.args(PROPERTIES.map(|property| format!("--property={property}")));
    command.arg(format!("--setenv=SEALPOST_CONFIG={SETTINGS}"));
    if let Some(filter) = env::var_os("RUST_LOG").and_then(|filter| filter.into_string().ok()) {
        command.arg(format!("--setenv=RUST_LOG={filter}"));
    }
    command.arg("--").arg(program).args(env::args_os().skip(1)).exec()
}
