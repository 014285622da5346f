//! The folder of backups: their names, the newest, and which are removed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use time::{OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::BackupError;
use crate::{clock::SKEW, key_file};

/// The time in a name, in UTC: names sort as times do.
const TIME: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour][minute][second]Z");

const PREFIX: &str = "sealpost-";
const SUFFIX: &str = ".age";

/// The end of the name of a file that is not finished.
const DRAFT: &str = ".draft";

/// The name of a backup.
pub(super) fn name(made: OffsetDateTime) -> Option<String> {
    let time = made.to_offset(time::UtcOffset::UTC).format(TIME).ok()?;
    Some(format!("{PREFIX}{time}{SUFFIX}"))
}

/// The name of one that is not finished.
pub(super) fn draft_name(name: &str) -> String {
    format!("{name}{DRAFT}")
}

/// When a backup was made, by its name. `None` for other files.
fn time_of(name: &str) -> Option<OffsetDateTime> {
    let time = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    Some(PrimitiveDateTime::parse(time, TIME).ok()?.assume_utc())
}

/// Makes the folder, accessible to its owner only, if it is not there. The folder that it is in must be there: else a disk that is
/// not mounted would look like an empty one.
pub(super) fn prepare(folder: &Path) -> Result<(), BackupError> {
    let parent = folder.parent().filter(|parent| *parent != Path::new(""));
    let made = match parent.is_none_or(Path::is_dir) {
        true => key_file::make_folder(folder),
        false => Err(io::ErrorKind::NotFound.into()),
    };
    made.map_err(|error| BackupError::Folder(folder.to_owned(), error))
}

/// When the newest backup in the folder was made. `None` if there is none. Those of the future do not count: they were made while the
/// clock was ahead, nobody knows when.
///
/// # Errors
/// The folder cannot be read.
pub fn newest(folder: &Path, now: OffsetDateTime) -> io::Result<Option<OffsetDateTime>> {
    let names = names(folder)?;
    let made = names.iter().filter_map(|name| time_of(name));
    Ok(made.filter(|made| *made <= now + SKEW).max())
}

/// Removes what killed processes left.
pub(super) fn remove_drafts(folder: &Path) -> Result<(), BackupError> {
    let is_draft = |name: &str| name.strip_suffix(DRAFT).is_some_and(|name| time_of(name).is_some());
    remove(
        folder,
        names(folder).map(|names| names.into_iter().filter(|name| is_draft(name)).collect()),
    )?;
    Ok(())
}

/// Removes older backups, so that so many are left with the new one. Returns how many it removed. 0 keeps all.
pub(super) fn prune(folder: &Path, new: &str, keep: u32) -> Result<usize, BackupError> {
    remove(
        folder,
        names(folder).map(|names| surplus(&names, new, keep).into_iter().cloned().collect()),
    )
}

fn remove(folder: &Path, names: io::Result<Vec<String>>) -> Result<usize, BackupError> {
    let removed = names.and_then(|names| {
        for name in &names {
            fs::remove_file(folder.join(name))?;
        }
        Ok(names.len())
    });
    removed.map_err(|error| BackupError::Folder(folder.to_owned(), error))
}

/// The backups that are too many, without the new one, whatever the clock says.
fn surplus<'a>(names: &'a [String], new: &str, keep: u32) -> Vec<&'a String> {
    let mut others: Vec<_> = names
        .iter()
        .filter(|name| *name != new && time_of(name).is_some())
        .collect();
    // Those that are newer than the new one were made while the clock was ahead. They must not take the places of recent ones.
    others.sort_unstable_by_key(|name| (name.as_str() <= new, *name));
    let kept = match keep {
        0 => others.len(),
        keep => usize::try_from(keep - 1).unwrap_or(usize::MAX),
    };
    others.truncate(others.len().saturating_sub(kept));
    others
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    Ok(entries
        .into_iter()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect())
}

/// Where a backup of this name is.
pub(super) fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_name_says_when() {
        let made = datetime!(2026-11-30 02:03:04.5 +1);
        let name = name(made).unwrap();
        assert_eq!(name, "sealpost-2026-11-30T010304Z.age");
        assert_eq!(time_of(&name), Some(datetime!(2026-11-30 01:03:04 UTC)));
        for other in ["sealpost-2026-11-30T010304Z.age.draft", "sealpost-x.age", "notes.age"] {
            assert_eq!(time_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_backup_of_the_future_is_not_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        let now = datetime!(2026-11-30 12:00 UTC);
        for made in [now - time::Duration::DAY, now + time::Duration::days(300)] {
            fs::write(folder.path().join(name(made).unwrap()), "").unwrap();
        }
        assert_eq!(newest(folder.path(), now).unwrap(), Some(now - time::Duration::DAY));
    }

    #[test]
    fn the_oldest_are_too_many_and_never_the_new_one_or_other_files() {
        let day = |day: u32| format!("sealpost-2026-11-{day:02}T000000Z.age");
        let names = [day(3), day(1), "notes.age".into(), day(2), day(4)];
        let surplus = |new: u32, keep| {
            surplus(&names, &day(new), keep)
                .into_iter()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(surplus(4, 2), [day(1), day(2)]);
        assert_eq!(surplus(4, 1), [day(1), day(2), day(3)]);
        assert_eq!(surplus(4, 9), [""; 0]);
        assert_eq!(surplus(4, 0), [""; 0]);
        assert_eq!(surplus(3, 3), [day(4)]);
        // The clock was set back.
        assert_eq!(surplus(1, 1), [day(2), day(3), day(4)]);
    }
}
