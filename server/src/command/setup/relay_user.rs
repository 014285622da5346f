//! Runs other commands of this program as the relay's user: what they make must be that user's, as the service can read nothing else.

use std::{
    env, fs, io,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
};

use rustix::process::geteuid;
use zeroize::Zeroizing;

use super::SetupError;

/// How the relay's commands are run.
pub struct RelayUser {
    program: PathBuf,
    settings: PathBuf,
    variables: Vec<(String, Zeroizing<String>)>,
    /// User, group and folder of the data, if they are another user's and this process may become that user.
    owner: Option<(u32, u32, PathBuf)>,
}

/// The outcome of a command.
pub struct Said {
    /// Whether it succeeded.
    pub is_good: bool,
    /// Its output.
    pub output: String,
    /// Its complaints.
    pub errors: String,
}

impl RelayUser {
    /// The relay's user is the owner of the data folder. `variables` are those of the service.
    pub fn new(settings: &Path, data: &Path, variables: Vec<(String, Zeroizing<String>)>) -> Result<Self, SetupError> {
        let failed = |error| SetupError::File(data.to_owned(), error);
        let owner = match fs::metadata(data) {
            Ok(data) => Some((data.uid(), data.gid())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        let me = geteuid();
        Ok(Self {
            program: env::current_exe().map_err(SetupError::Terminal)?,
            settings: std::path::absolute(settings).map_err(failed)?,
            variables,
            owner: owner
                .filter(|(user, _)| me.is_root() && *user != me.as_raw())
                .map(|(user, group)| (user, group, data.to_owned())),
        })
    }

    /// Runs a command, and waits for it.
    pub fn run(&self, arguments: &[&str]) -> Result<Said, SetupError> {
        let mut command = Command::new(&self.program);
        if self.owner.is_some() {
            // Root's variables are none of the service's, and not for its user to read.
            command.env_clear();
        }
        command.args(arguments).env("SEALPOST_CONFIG", &self.settings);
        for (name, value) in &self.variables {
            command.env(name, value.as_str());
        }
        if let Some((user, group, folder)) = &self.owner {
            // The library drops all other groups of root along with its user.
            command.uid(*user).gid(*group).current_dir(folder);
        }
        let ended = command.output().map_err(SetupError::Terminal)?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(Said {
            is_good: ended.status.success(),
            output: text(ended.stdout),
            errors: text(ended.stderr),
        })
    }

    /// Runs a command that must succeed, and returns its output.
    pub fn must(&self, arguments: &[&str]) -> Result<String, SetupError> {
        let said = self.run(arguments)?;
        match said.is_good {
            true => Ok(said.output),
            false => Err(SetupError::Command(arguments.join(" "), said.errors.trim().to_owned())),
        }
    }
}
