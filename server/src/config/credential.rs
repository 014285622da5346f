//! Finds files that systemd hands over (systemd.exec(5), credentials).

use std::path::{Path, PathBuf};

/// Where systemd puts credentials, in a folder for each unit.
const CREDENTIALS: &str = "/run/credentials";

/// Returns where this process has a file that the settings name. A command has a unit of its own, and thus another folder of
/// credentials than the service, which the settings name.
pub(super) fn here(file: PathBuf) -> PathBuf {
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY");
    within(file, folder.as_deref().map(Path::new))
}

fn within(file: PathBuf, folder: Option<&Path>) -> PathBuf {
    let handed = folder.zip(file.file_name()).map(|(folder, name)| folder.join(name));
    match handed {
        Some(handed) if file.starts_with(CREDENTIALS) && handed.exists() => handed,
        _ => file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_where_this_unit_has_it() {
        let named = || PathBuf::from("/run/credentials/sealpost.service/master-key");
        let here = tempfile::tempdir().unwrap();
        // The unit of this command has none.
        assert_eq!(within(named(), Some(here.path())), named());
        std::fs::write(here.path().join("master-key"), "").unwrap();
        assert_eq!(within(named(), Some(here.path())), here.path().join("master-key"));
        assert_eq!(within(named(), None), named());
        let other = PathBuf::from("/etc/sealpost/master-key");
        assert_eq!(within(other.clone(), Some(here.path())), other);
    }
}
