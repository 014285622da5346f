//! Names profiles, so that a person can tell them apart: by the mail app and the month, or by the kind and the day.

use time::{OffsetDateTime, macros::format_description};

use crate::profile::ProfileKind;

/// Most characters of a name.
pub const MAX_PROFILE_NAME: usize = 64;

/// Returns the name of a new profile. `device` is the answer to "Where do you read your mail?", as in the wizard's URL.
/// Without an answer that names a mail app, it is the [`default_name`].
pub fn new_name(device: &str, kind: ProfileKind, now: OffsetDateTime) -> String {
    let month = format_description!("[month repr:short] [year]");
    match (mail_app(device), now.format(month)) {
        (Some(app), Ok(month)) => format!("{app}, {month}"),
        _ => default_name(kind, now),
    }
}

/// Returns the name of a profile that nobody named.
pub fn default_name(kind: ProfileKind, created: OffsetDateTime) -> String {
    let kind = match kind {
        ProfileKind::Smime => "S/MIME",
        ProfileKind::Pgp => "PGP",
    };
    let day = format_description!("[day padding:none] [month repr:long] [year]");
    created
        .format(day)
        .map_or_else(|_| kind.to_owned(), |day| format!("{kind}, {day}"))
}

fn mail_app(device: &str) -> Option<&'static str> {
    match device {
        "ios" => Some("iPhone or iPad"),
        "macos" => Some("Apple Mail"),
        "outlook" => Some("Outlook"),
        "thunderbird" => Some("Thunderbird"),
        "android" => Some("Android"),
        "gnupg" => Some("GnuPG"),
        _ => None,
    }
}

/// Cleans a name that a person typed. Returns `None` if it is empty or too long.
pub fn clean_name(text: &str) -> Option<String> {
    let name: String = text
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let fits = !name.is_empty() && name.chars().count() <= MAX_PROFILE_NAME;
    fits.then_some(name)
}

/// Returns the name, with a number if another profile has it already.
pub fn free_name(wanted: &str, taken: &[String]) -> String {
    let is_free = |name: &String| !taken.contains(name);
    let numbered = (2..).map(|number| {
        let number = format!(" ({number})");
        let room = MAX_PROFILE_NAME - number.len();
        format!("{}{number}", wanted.chars().take(room).collect::<String>())
    });
    std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(is_free)
        .unwrap_or_else(|| wanted.to_owned())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_new_profile_is_named_by_mail_app_or_kind() {
        let now = datetime!(2026-11-09 02:00 UTC);
        assert_eq!(new_name("thunderbird", ProfileKind::Pgp, now), "Thunderbird, Nov 2026");
        for device in ["", "other", "<b>"] {
            assert_eq!(new_name(device, ProfileKind::Smime, now), "S/MIME, 9 November 2026");
        }
        assert_eq!(default_name(ProfileKind::Pgp, now), "PGP, 9 November 2026");
    }

    #[test]
    fn a_name_is_short_and_of_one_line() {
        assert_eq!(clean_name(" Work\nphone "), Some("Work phone".into()));
        assert_eq!(clean_name(" \n "), None);
        assert_eq!(clean_name(&"ä".repeat(64)), Some("ä".repeat(64)));
        assert_eq!(clean_name(&"ä".repeat(65)), None);
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let taken = ["Phone".to_owned(), "Phone (2)".to_owned()];
        assert_eq!(free_name("Laptop", &taken), "Laptop");
        assert_eq!(free_name("Phone", &taken), "Phone (3)");
        let long = "ä".repeat(64);
        assert_eq!(
            free_name(&long, std::slice::from_ref(&long)),
            format!("{} (2)", "ä".repeat(60))
        );
    }
}
