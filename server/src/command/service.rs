//! Runs a command of root as the packaged service runs: as its user, with its settings, secrets and master key.
//!
//! Otherwise a command of root would miss the secrets, or leave files that the service cannot read. The unit is asked for its
//! properties, because its operator may have changed them (`systemctl edit sealpost`).

use std::{
    env, fs, io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

use clap::{ArgMatches, CommandFactory};

use super::Arguments;

/// The settings of the packaged service.
pub(super) const SETTINGS: &str = "/etc/sealpost/sealpost.toml";

/// Exists where systemd runs the system (sd_booted(3)).
pub(super) const SYSTEMD: &str = "/run/systemd/system";

/// Where the service's unit is: the package's, or that of an operator without the package (docs/OPERATING.md).
const UNITS: [&str; 2] = [
    "/usr/lib/systemd/system/sealpost.service",
    "/etc/systemd/system/sealpost.service",
];

/// The properties of the unit that a command shares (systemd.exec(5)), as `systemctl show` names and writes them.
const SHARED: [&str; 5] = [
    "User",
    "Group",
    "Environment",
    "LoadCredential",
    "LoadCredentialEncrypted",
];

/// The files of variables are shown with a note behind each.
const ENVIRONMENT_FILES: &str = "EnvironmentFiles";

/// The properties of every command.
const OWN: [&str; 5] = [
    "UMask=0077",
    "LimitCORE=0",
    "MemorySwapMax=0",
    "WorkingDirectory=/var/lib/sealpost",
    // The doctor looks whether the relay could take port 25.
    "AmbientCapabilities=CAP_NET_BIND_SERVICE",
];

/// The entry in the journal: the command itself may name an address.
const DESCRIPTION: &str = "--description=A command of sealpost";

/// How a command of this process is to be run.
pub(super) enum Run {
    /// As it is.
    Here,
    /// As the service.
    AsService,
    /// Not at all: this variable was set for it, and the service would not see it.
    Contradiction(String),
}

/// A command runs as the service if it is root's, there is a service, and no other settings are named.
pub(super) fn how() -> Run {
    let named = env::var_os("SEALPOST_CONFIG");
    let is_meant = rustix::process::geteuid().is_root()
        && named.is_none_or(|named| named == SETTINGS)
        && UNITS.iter().any(|path| has_user(path))
        && [SYSTEMD, SETTINGS].iter().all(|path| Path::new(path).exists());
    let variables = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let other = variables
        .filter(|name| name != "SEALPOST_CONFIG")
        .find(|name| name.starts_with("SEALPOST_"));
    match (is_meant, other) {
        (false, _) => Run::Here,
        (true, None) => Run::AsService,
        (true, Some(name)) => Run::Contradiction(name),
    }
}

/// Whether there is a unit whose service runs as a user of its own. As root a command would run itself without end.
fn has_user(unit: &str) -> bool {
    let text = fs::read_to_string(unit).unwrap_or_default();
    let mut users = text.lines().filter_map(|line| line.trim().strip_prefix("User="));
    users.next_back().is_some_and(|user| !["", "root", "0"].contains(&user))
}

/// Replaces this process by one that runs the same command as the service. Returns only if that fails.
pub(super) fn run_again() -> io::Error {
    match command() {
        Ok(mut command) => command.exec(),
        Err(error) => error,
    }
}

fn command() -> io::Result<Command> {
    let program = env::current_exe()?;
    let shown = Command::new("systemctl")
        .args(["show", "sealpost.service"])
        .args(
            SHARED
                .iter()
                .chain([&ENVIRONMENT_FILES])
                .map(|name| format!("--property={name}")),
        )
        .output()?;
    if !shown.status.success() {
        return Err(io::Error::other(
            String::from_utf8_lossy(&shown.stderr).trim().to_owned(),
        ));
    }
    let properties = properties(&String::from_utf8_lossy(&shown.stdout));
    let mut command = Command::new("systemd-run");
    command.args([
        "--quiet",
        "--pipe",
        "--wait",
        "--collect",
        "--service-type=exec",
        DESCRIPTION,
    ]);
    let all = properties.into_iter().chain(OWN.map(str::to_owned));
    command.args(all.map(|property| format!("--property={property}")));
    if let Some(filter) = env::var_os("RUST_LOG").and_then(|filter| filter.into_string().ok()) {
        command.arg(format!("--setenv=RUST_LOG={filter}"));
    }
    command.arg("--").arg(program);
    let said: Vec<_> = env::args().collect();
    let paths = paths(&Arguments::command().get_matches_from(&said));
    let said = absolute(said.into_iter().skip(1).collect(), paths);
    Ok(command_line(command, said.into_iter()))
}

/// The paths among the arguments, as they were typed.
fn paths(mut matches: &ArgMatches) -> Vec<String> {
    let mut paths = Vec::new();
    loop {
        let of_paths = matches
            .ids()
            .filter(|id| matches.try_get_many::<PathBuf>(id.as_str()).is_ok());
        let typed = of_paths.filter_map(|id| matches.get_raw(id.as_str())).flatten();
        paths.extend(typed.filter_map(|path| path.to_str().map(str::to_owned)));
        match matches.subcommand() {
            Some((_, inner)) => matches = inner,
            None => return paths,
        }
    }
}

/// Writes paths from the root: the command runs in another folder than the operator's. `-` is the standard input.
fn absolute(mut said: Vec<String>, paths: Vec<String>) -> Vec<String> {
    for path in paths.into_iter().filter(|path| path != "-") {
        let Ok(whole) = std::path::absolute(&path) else {
            continue;
        };
        // Options come last, and the names of commands first.
        let is_it = |argument: &&mut String| {
            let start = argument.strip_suffix(&path);
            start.is_some_and(|start| start.is_empty() || (start.starts_with('-') && start.ends_with('=')))
        };
        if let Some(argument) = said.iter_mut().rev().find(is_it) {
            argument.truncate(argument.len() - path.len());
            argument.push_str(&whole.display().to_string());
        }
    }
    said
}

/// The properties that `systemctl show` printed, as `systemd-run` takes them.
fn properties(shown: &str) -> Vec<String> {
    let lines = shown.lines().filter_map(|line| line.split_once('='));
    let set = lines.filter(|(_, value)| !value.is_empty());
    set.map(|(name, value)| match name == ENVIRONMENT_FILES {
        true => {
            let optional = value.ends_with("(ignore_errors=yes)");
            let file = value.split(" (ignore_errors=").next().unwrap_or(value);
            format!("EnvironmentFile={}{file}", if optional { "-" } else { "" })
        }
        false => format!("{name}={value}"),
    })
    .collect()
}

/// Adds arguments. systemd would put variables in the place of `$NAME`, and an address may have a dollar (systemd.service(5)).
fn command_line(mut command: Command, arguments: impl Iterator<Item = String>) -> Command {
    command.args(arguments.map(|argument| argument.replace('$', "$$")));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_properties_of_the_unit_are_shared() {
        let shown = "User=sealpost\nGroup=\nEnvironment=SEALPOST_CONFIG=/etc/sealpost/sealpost.toml \"A=b c\"\n\
                     LoadCredential=master-key:sealpost.master-key\nLoadCredentialEncrypted=\n\
                     EnvironmentFiles=/etc/sealpost/secrets (ignore_errors=yes)\nEnvironmentFiles=/etc/more (ignore_errors=no)\n";
        assert_eq!(
            properties(shown),
            [
                "User=sealpost",
                "Environment=SEALPOST_CONFIG=/etc/sealpost/sealpost.toml \"A=b c\"",
                "LoadCredential=master-key:sealpost.master-key",
                "EnvironmentFile=-/etc/sealpost/secrets",
                "EnvironmentFile=/etc/more",
            ]
        );
    }

    #[test]
    fn paths_are_those_of_where_the_operator_is() {
        let whole = |said: &[&str]| {
            let said: Vec<_> = said.iter().map(|text| (*text).to_owned()).collect();
            let paths = paths(&Arguments::command().get_matches_from(&said));
            absolute(said[1..].to_vec(), paths)
        };
        let here = |name: &str| env::current_dir().unwrap().join(name).display().to_string();
        let restore = whole(&["sealpost", "restore", "restore", "--identity", "-"]);
        assert_eq!(restore, ["restore", &here("restore"), "--identity", "-"]);
        let backup = whole(&["sealpost", "backup", "--to=b/c", "--keep", "3"]);
        assert_eq!(backup, ["backup", &format!("--to={}", here("b/c")), "--keep", "3"]);
        let account = whole(&["sealpost", "account", "show", "src"]);
        assert_eq!(account, ["account", "show", "src"]);
    }

    #[test]
    fn arguments_mean_what_they_say() {
        let said = ["account", "disable", "a${X}@example.org"].map(str::to_owned);
        let command = command_line(Command::new("x"), said.into_iter());
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_str().unwrap()).collect();
        assert_eq!(arguments, ["account", "disable", "a$${X}@example.org"]);
    }
}
