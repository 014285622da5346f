//! Lists the topics of the help in order.

use leptos::prelude::AnyView;

use super::{
    account, aliases, begin, mail_apps, missing, pgp, profiles, program, questions, refused, replies, threats,
};

/// A topic, which has a page of its own.
pub(super) struct Topic {
    /// The last part of its address. Other pages and people's bookmarks hold it, so it must not change.
    pub key: &'static str,
    pub name: &'static str,
    /// The page's subject in one sentence.
    pub about: &'static str,
    pub text: fn() -> AnyView,
}

/// Topics under one heading.
pub(super) struct Group {
    pub name: &'static str,
    /// Whether the contents show names only, because they say it all.
    pub plain: bool,
    pub topics: &'static [Topic],
}

/// A topic among the others.
pub(super) struct Place {
    pub topic: &'static Topic,
    pub group: &'static str,
    pub previous: Option<&'static Topic>,
    pub next: Option<&'static Topic>,
}

impl Topic {
    /// Returns the path of its page.
    pub fn path(&self) -> String {
        format!("/help/{}", self.key)
    }
}

const fn topic(key: &'static str, name: &'static str, about: &'static str, text: fn() -> AnyView) -> Topic {
    Topic { key, name, about, text }
}

/// The contents of the help.
pub(super) const GROUPS: &[Group] = &[
    Group {
        name: "First steps",
        plain: false,
        topics: &[topic(
            "begin",
            "Your first encrypted message",
            "Set up encryption, create an alias, and read the first message. It takes about ten minutes.",
            begin::text,
        )],
    },
    Group {
        name: "Your mail app",
        plain: true,
        topics: MAIL_APPS,
    },
    Group {
        name: "Every day",
        plain: false,
        topics: &[
            topic(
                "replies",
                "Reply, and write first",
                "Reply as you always do. Your contact sees the alias, never your own address.",
                replies::text,
            ),
            topic(
                "refused",
                "A reply came back",
                "Each reason for which this relay refuses a reply, and what to do.",
                refused::text,
            ),
            topic(
                "aliases",
                "Aliases and mailboxes",
                "Turn an alias off, block a contact, add a mailbox, bring aliases along.",
                aliases::text,
            ),
            topic(
                "profiles",
                "Profiles and the kill switch",
                "Renew a profile, hide the subject, and decide what happens to mail that cannot be encrypted.",
                profiles::text,
            ),
            topic(
                "account",
                "Your account, and lost keys",
                "Sign in safely, and what to do when a phone, a password or a key is lost.",
                account::text,
            ),
        ],
    },
    Group {
        name: "Something is wrong",
        plain: false,
        topics: &[
            topic(
                "missing",
                "A message did not arrive",
                "Where to look, and what each entry means.",
                missing::text,
            ),
            topic(
                "questions",
                "Questions and answers",
                "What people ask most often.",
                questions::text,
            ),
        ],
    },
    Group {
        name: "How far you can trust it",
        plain: false,
        topics: &[
            topic(
                "threats",
                "What Sealpost protects you from",
                "No tool protects you from everything. This is how far this one goes.",
                threats::text,
            ),
            topic(
                "program",
                "Check the program in your browser",
                "Your key is made by a program that this server sends you. You can compare it with its source.",
                program::text,
            ),
        ],
    },
];

/// One for each device that the wizard knows, under the same key, and one for PGP in all of them.
const MAIL_APPS: &[Topic] = &[
    topic(
        "ios",
        "iPhone and iPad",
        "Install your key in Apple Mail with one file.",
        mail_apps::ios,
    ),
    topic(
        "macos",
        "Apple Mail on a Mac",
        "Install your key in Apple Mail with one file.",
        mail_apps::macos,
    ),
    topic(
        "outlook",
        "Outlook on Windows",
        "Install your key in Windows, and choose it in Outlook.",
        mail_apps::outlook,
    ),
    topic(
        "thunderbird",
        "Thunderbird",
        "Thunderbird has PGP and S/MIME. PGP takes fewer steps.",
        mail_apps::thunderbird,
    ),
    topic(
        "android",
        "Android",
        "Which apps open encrypted mail, and how to set them up.",
        mail_apps::android,
    ),
    topic(
        "gnupg",
        "GnuPG, KMail and Kleopatra",
        "Use a PGP key that you have, or make one.",
        mail_apps::gnupg,
    ),
    topic(
        "other",
        "Another mail app",
        "What to look for in an app without a page here.",
        mail_apps::other,
    ),
    topic(
        "pgp",
        "PGP in any mail app",
        "You keep your own key. Sealpost gets its public half only.",
        pgp::text,
    ),
];

/// Returns the topic with this key.
pub(super) fn find(key: &str) -> Option<Place> {
    let all: Vec<_> = GROUPS
        .iter()
        .flat_map(|group| group.topics.iter().map(|topic| (group.name, topic)))
        .collect();
    let at = all.iter().position(|(_, topic)| topic.key == key)?;
    let beside = |at: Option<usize>| at.and_then(|at| all.get(at)).map(|(_, topic)| *topic);
    let (group, topic) = *all.get(at)?;
    Some(Place {
        topic,
        group,
        previous: beside(at.checked_sub(1)),
        next: beside(at.checked_add(1)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::issue::device::Device;

    #[test]
    fn every_device_of_the_wizard_has_a_page() {
        for device in Device::ALL {
            assert!(find(device.key()).is_some(), "{device:?}");
        }
    }

    #[test]
    fn next_leads_through_all_pages_and_previous_back() {
        let mut at = find("begin").unwrap();
        assert!(at.previous.is_none());
        let mut count = 1;
        while let Some(next) = at.next {
            let next = find(next.key).unwrap();
            assert_eq!(next.previous.unwrap().key, at.topic.key);
            at = next;
            count += 1;
        }
        assert_eq!(count, GROUPS.iter().map(|group| group.topics.len()).sum::<usize>());
    }
}
