//! Backups are made, and the newest is not old.

use std::{io, path::Path};

use time::{Duration, OffsetDateTime};

use super::finding::{Check, Finding};
use crate::{
    backup,
    clock::{Clock, SystemClock},
    config::{BackupSettings, Config},
};

/// The timer makes one each day. After two days one is missing for certain.
const OLD: Duration = Duration::days(2);

pub(super) fn check(config: &Config) -> Vec<Finding> {
    let BackupSettings { folder, recipients, .. } = &config.backup;
    match folder {
        Some(folder) if !recipients.is_empty() => {
            let now = SystemClock.now();
            vec![judge(folder, backup::newest(folder, now), now)]
        }
        _ => vec![Finding::warning(
            Check::Backup,
            "",
            "no backup is configured",
            "If the disk is lost, so are all aliases, and nobody can answer or read what waits.",
            "Set backup_to and backup_recipient, and enable sealpost-backup.timer. If you back up in another way, leave it so.",
        )],
    }
}

fn judge(folder: &Path, newest: io::Result<Option<OffsetDateTime>>, now: OffsetDateTime) -> Finding {
    let of = folder.display().to_string();
    let means = "If the disk is lost, what was added since the last backup is lost, too.";
    let action = "Look at journalctl -u sealpost-backup, and at systemctl list-timers.";
    match newest {
        Ok(Some(made)) if now - made <= OLD => Finding::good(
            Check::Backup,
            of,
            format!("the newest is {} hours old", (now - made).whole_hours()),
        ),
        Ok(Some(made)) => {
            let found = format!("the newest is {} days old", (now - made).whole_days());
            Finding::warning(Check::Backup, of, found, means, action)
        }
        Ok(None) => Finding::warning(Check::Backup, of, "there is no backup yet", means, action),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Finding::warning(Check::Backup, of, "there is no backup yet", means, action)
        }
        Err(error) => Finding::not_checked(Check::Backup, of, error.to_string(), "Run this as the relay's user."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn two_days_without_a_backup_are_a_warning() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(100);
        let of = |age| judge(Path::new("b"), Ok(Some(now - age)), now);
        assert_eq!(of(Duration::hours(48)).state, State::Good);
        let old = of(Duration::hours(73));
        assert_eq!((old.state, &*old.found), (State::Warning, "the newest is 3 days old"));
        assert_eq!(judge(Path::new("b"), Ok(None), now).state, State::Warning);
        let missing = Err(io::ErrorKind::NotFound.into());
        assert_eq!(judge(Path::new("b"), missing, now).state, State::Warning);
        let denied = Err(io::ErrorKind::PermissionDenied.into());
        assert_eq!(judge(Path::new("b"), denied, now).state, State::NotChecked);
    }
}
