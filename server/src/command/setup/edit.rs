//! Changes single settings of a relay that is set up.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{SetupError, may_write, read, relay_user::RelayUser, secrets, settings::Settings, settings_file};
use crate::{config::Config, key_file};

/// The settings file, and the settings as the relay would read them now.
pub(in crate::command) struct Editor {
    file: PathBuf,
    text: String,
    variables: Vec<(String, Zeroizing<String>)>,
    config: Config,
}

impl Editor {
    /// Reads the settings of this machine's relay.
    ///
    /// # Errors
    /// The file is not the caller's to write, or the settings are mistaken already.
    pub fn open() -> Result<Self, SetupError> {
        let file = settings_file(None);
        may_write(&file)?;
        let text = read(&file)?.unwrap_or_default();
        let secrets_file = file.with_file_name("secrets");
        let secrets = Zeroizing::new(read(&secrets_file)?.unwrap_or_default());
        let variables = secrets::variables(&secrets).map_err(|line| SetupError::Secrets(secrets_file, line))?;
        let config = Config::check(&file, &text, &variables)?;
        Ok(Self {
            file,
            text,
            variables,
            config,
        })
    }

    /// Returns the settings as they are.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the settings file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Runs another command of this program as the relay's user, and returns what it prints.
    ///
    /// # Errors
    /// The command failed.
    pub fn ask_relay(&self, arguments: &[&str]) -> Result<String, SetupError> {
        RelayUser::new(&self.file, &self.config.data, self.variables.clone())?.must(arguments)
    }

    /// Sets a text, or makes a comment of the setting. `is_so` tells whether the relay would then have it: a variable may say
    /// otherwise. Returns the line that is written.
    ///
    /// # Errors
    /// The relay would not start with it, a variable overrides it, or the file cannot be written. Nothing is written then.
    pub fn set(
        self,
        name: &'static str,
        value: Option<&str>,
        is_so: impl FnOnce(&Config) -> bool,
    ) -> Result<String, SetupError> {
        let mut settings = Settings::new(self.text);
        match value {
            Some(value) => settings.set(name, value),
            None => settings.turn_off(name),
        }
        let config = Config::check(&self.file, settings.text(), &self.variables)?;
        if !is_so(&config) {
            return Err(SetupError::Overridden(name.to_uppercase()));
        }
        key_file::replace_text(&self.file, settings.text()).map_err(|error| SetupError::File(self.file, error))?;
        Ok(settings.changes().last().cloned().unwrap_or_default())
    }
}
