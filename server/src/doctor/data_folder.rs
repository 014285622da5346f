//! The data folder has room and can be written, and key files are their owner's only.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Access, access, statvfs},
    process::geteuid,
};

use super::{
    certificate::files_of_our_own,
    finding::{Check, Finding},
};
use crate::{
    config::{Config, DkimKeySource},
    key_file::is_private,
    store::database_kind::sqlite_path,
    vault::MasterKeySource,
};

/// Below this the folder is nearly full: a day of mail, or of the log, may fill it.
const LITTLE: u64 = 1 << 30;

/// Below this a few messages of the greatest size fill it.
const TOO_LITTLE: u64 = 100 << 20;

pub(super) fn check(config: &Config) -> Vec<Finding> {
    let folder = &config.data;
    let of = folder.display().to_string();
    if !folder.exists() {
        let found = "the folder is not there; the relay makes it when it starts";
        return vec![Finding::not_checked(Check::DataFolder, of, found, "")];
    }
    let owner = fs::metadata(folder).map(|about| about.uid());
    let writable = access(folder, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK);
    let mut findings = vec![judge_folder(
        &of,
        writable.map_err(Into::into),
        owner.ok(),
        geteuid().as_raw(),
    )];
    findings.extend(folders(config).into_iter().map(look_at_space));
    findings.extend(key_files(config).iter().map(KeyFile::judge));
    findings
}

/// The folders that fill: of the data, of the database's file, and of backups; one on each disk.
fn folders(config: &Config) -> Vec<PathBuf> {
    let database = sqlite_path(&config.database_url).ok().flatten();
    let database = database.as_deref().and_then(Path::parent).map(Path::to_owned);
    let mut disks = BTreeSet::new();
    let all = [Some(config.data.clone()), database, config.backup.folder.clone()];
    let there = all.into_iter().flatten();
    there
        .filter(|folder| fs::metadata(folder).is_ok_and(|about| disks.insert(about.dev())))
        .collect()
}

fn look_at_space(folder: PathBuf) -> Finding {
    let of = folder.display().to_string();
    match statvfs(&folder) {
        Ok(about) => judge_space(&of, about.f_bavail.saturating_mul(about.f_frsize)),
        Err(error) => Finding::not_checked(Check::Space, of, error.to_string(), ""),
    }
}

fn judge_folder(of: &str, writable: io::Result<()>, owner: Option<u32>, me: u32) -> Finding {
    match (writable, owner) {
        (Err(error), _) => Finding::bad(
            Check::DataFolder,
            of,
            format!("this user cannot read and write the folder: {error}"),
            "The relay does not start, or takes no mail.",
            "Run sealpost doctor as the relay's user. If it is that user, give the folder to it, with mode 0700.",
        ),
        (Ok(()), Some(owner)) if owner != me => Finding::warning(
            Check::DataFolder,
            of,
            format!("the folder belongs to user {owner}, and this is user {me}"),
            "What this user can read and write says nothing about the relay's user.",
            "Run sealpost doctor as the relay's user, with sudo -u.",
        ),
        (Ok(()), _) => Finding::good(Check::DataFolder, of, "this user can read and write the folder"),
    }
}

fn judge_space(of: &str, free: u64) -> Finding {
    let found = match free >> 20 {
        mib @ ..10240 => format!("{mib} MiB are free"),
        mib => format!("{} GiB are free", mib >> 10),
    };
    if free >= LITTLE {
        return Finding::good(Check::Space, of, found);
    }
    let means = "When the disk of the database is full, no mail is taken, and nobody can sign in. Other servers try again for some days. \
                 When that of the backups is, none is made.";
    Finding::warning(Check::Space, of, found, means, "Make room on the disk.").bad_if(free < TOO_LITTLE)
}

/// A file with a private key.
struct KeyFile {
    path: PathBuf,
    /// Whether the relay makes it when it starts.
    is_own: bool,
    /// Whether the relay refuses it unless it is its owner's only.
    is_strict: bool,
}

fn key_files(config: &Config) -> Vec<KeyFile> {
    let file = |path: &Path, is_own, is_strict| KeyFile {
        path: path.to_owned(),
        is_own,
        is_strict,
    };
    let master = |source: &MasterKeySource| match source {
        MasterKeySource::Own(path) => Some(file(path, true, true)),
        MasterKeySource::File(path) => Some(file(path, false, true)),
        MasterKeySource::Value(_) | MasterKeySource::Command(_) => None,
    };
    // The relay makes none that is previous.
    let previous = master(&config.previous_master_key).filter(|file| !file.is_own || file.path.exists());
    let dkim = |source: &DkimKeySource| match source {
        DkimKeySource::Own(path) => file(path, true, true),
        DkimKeySource::File(path) => file(path, false, true),
    };
    let second_dkim = config.second_dkim_key.as_ref().map(|second| dkim(&second.key));
    let tls = match &config.tls {
        Some(files) => file(&files.key, false, false),
        None => file(&files_of_our_own(config).1, true, false),
    };
    let masters = master(&config.master_key).into_iter().chain(previous);
    masters
        .chain([dkim(&config.dkim_key)])
        .chain(second_dkim)
        .chain([tls])
        .collect()
}

impl KeyFile {
    fn judge(&self) -> Finding {
        // The right to read is looked at. No key is read.
        let opened = File::open(&self.path).and_then(|file| file.metadata());
        self.judge_mode(opened.map(|about| (about.mode(), about.uid(), about.gid())))
    }

    /// Judges the mode, the owner and the group of the file.
    fn judge_mode(&self, about: io::Result<(u32, u32, u32)>) -> Finding {
        let of = self.path.display().to_string();
        let (mode, user, group) = match about {
            Ok((mode, user, group)) => (mode & 0o777, user, group),
            Err(error) if self.is_own && error.kind() == io::ErrorKind::NotFound => {
                let found = "the file is not there; the relay makes it when it starts";
                return Finding::not_checked(Check::KeyFile, of, found, "");
            }
            Err(error) => {
                return Finding::bad(
                    Check::KeyFile,
                    of,
                    format!("this user cannot read the file: {error}"),
                    "The relay does not start.",
                    "Give the file to the relay's user, and run sealpost doctor as that user.",
                );
            }
        };
        let found = format!("the mode is {mode:04o}");
        let means = "Other users of this machine can read the key.";
        let action = "chmod 600 the file, or chmod 640 if the relay's user reads it through its group.";
        match (is_private(mode, user, group), mode & 0o007) {
            (true, _) => Finding::good(Check::KeyFile, of, found),
            (_, _) if self.is_strict => {
                let means = format!("{means} The relay does not start with such a file.");
                Finding::bad(Check::KeyFile, of, found, means, "chmod 600 the file.")
            }
            (_, 0) => Finding::good(Check::KeyFile, of, found),
            _ => Finding::warning(Check::KeyFile, of, found, means, action),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_gibibyte_is_enough_and_100_mebibytes_are_not() {
        for (free, expected, says) in [
            (LITTLE, State::Good, "1024 MiB"),
            (20 << 30, State::Good, "20 GiB"),
            (LITTLE - 1, State::Warning, "1023 MiB"),
            (TOO_LITTLE, State::Warning, "100 MiB"),
            (TOO_LITTLE - 1, State::Bad, "99 MiB"),
        ] {
            let finding = judge_space("data", free);
            assert_eq!(finding.state, expected, "{free}");
            assert!(finding.found.starts_with(says), "{}", finding.found);
        }
    }

    #[test]
    fn the_folder_belongs_to_who_asks() {
        let denied = || Err(io::ErrorKind::PermissionDenied.into());
        assert_eq!(judge_folder("data", Ok(()), Some(7), 7).state, State::Good);
        assert_eq!(judge_folder("data", Ok(()), Some(7), 0).state, State::Warning);
        assert_eq!(judge_folder("data", denied(), Some(7), 7).state, State::Bad);
    }

    #[test]
    fn keys_are_their_owners_only() {
        let missing = || Err(io::Error::from(io::ErrorKind::NotFound));
        for (is_own, is_strict, mode, expected) in [
            (true, true, Ok(0o100_600), State::Good),
            (true, true, Ok(0o100_640), State::Bad),
            (false, false, Ok(0o100_640), State::Good),
            (false, false, Ok(0o100_644), State::Warning),
            (true, true, missing(), State::NotChecked),
            (false, true, missing(), State::Bad),
        ] {
            let file = KeyFile {
                path: "key".into(),
                is_own,
                is_strict,
            };
            let shown = format!("{is_own} {is_strict} {mode:?}");
            assert_eq!(
                file.judge_mode(mode.map(|mode| (mode, 1000, 1000))).state,
                expected,
                "{shown}"
            );
        }
    }
}
