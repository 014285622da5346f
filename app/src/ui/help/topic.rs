//! Lists the topics of the help in order.

use leptos::prelude::AnyView;

use super::{
    account, aliases, begin, mail_apps, missing, pgp, profiles, program, questions, refused, replies, threats,
    unreadable,
};
use crate::texts::text;

/// A topic, which has a page of its own.
pub(super) struct Topic {
    /// The last part of its address. Other pages and people's bookmarks hold it, so it must not change.
    pub key: &'static str,
    pub name: fn() -> &'static str,
    /// The page's subject in one sentence.
    pub about: fn() -> &'static str,
    pub text: fn() -> AnyView,
}

/// Topics under one heading.
pub(super) struct Group {
    pub name: fn() -> &'static str,
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

const fn topic(
    key: &'static str,
    name: fn() -> &'static str,
    about: fn() -> &'static str,
    text: fn() -> AnyView,
) -> Topic {
    Topic { key, name, about, text }
}

/// The contents of the help.
pub(super) const GROUPS: &[Group] = &[
    Group {
        name: || text!(help.groups.begin),
        plain: false,
        topics: &[topic(
            "begin",
            || text!(help.begin.name),
            || text!(help.begin.about),
            begin::text,
        )],
    },
    Group {
        name: || text!(help.groups.mail_apps),
        plain: true,
        topics: MAIL_APPS,
    },
    Group {
        name: || text!(help.groups.every_day),
        plain: false,
        topics: &[
            topic(
                "replies",
                || text!(help.replies.name),
                || text!(help.replies.about),
                replies::text,
            ),
            topic(
                "refused",
                || text!(help.refused.name),
                || text!(help.refused.about),
                refused::text,
            ),
            topic(
                "aliases",
                || text!(help.aliases.name),
                || text!(help.aliases.about),
                aliases::text,
            ),
            topic(
                "profiles",
                || text!(help.profiles.name),
                || text!(help.profiles.about),
                profiles::text,
            ),
            topic(
                "account",
                || text!(help.account.name),
                || text!(help.account.about),
                account::text,
            ),
        ],
    },
    Group {
        name: || text!(help.groups.wrong),
        plain: false,
        topics: &[
            topic(
                "missing",
                || text!(help.missing.name),
                || text!(help.missing.about),
                missing::text,
            ),
            topic(
                "unreadable",
                || text!(help.unreadable.name),
                || text!(help.unreadable.about),
                unreadable::text,
            ),
            topic(
                "questions",
                || text!(help.questions.name),
                || text!(help.questions.about),
                questions::text,
            ),
        ],
    },
    Group {
        name: || text!(help.groups.trust),
        plain: false,
        topics: &[
            topic(
                "threats",
                || text!(help.threats.name),
                || text!(help.threats.about),
                threats::text,
            ),
            topic(
                "program",
                || text!(help.program.name),
                || text!(help.program.about),
                program::text,
            ),
        ],
    },
];

/// One for each device that the wizard knows, under the same key, and one for PGP in all of them.
const MAIL_APPS: &[Topic] = &[
    topic("ios", || text!(help.ios.name), || text!(help.ios.about), mail_apps::ios),
    topic(
        "macos",
        || text!(help.macos.name),
        || text!(help.macos.about),
        mail_apps::macos,
    ),
    topic(
        "outlook",
        || text!(help.outlook.name),
        || text!(help.outlook.about),
        mail_apps::outlook,
    ),
    topic(
        "thunderbird",
        || text!(help.thunderbird.name),
        || text!(help.thunderbird.about),
        mail_apps::thunderbird,
    ),
    topic(
        "android",
        || text!(help.android.name),
        || text!(help.android.about),
        mail_apps::android,
    ),
    topic(
        "gnupg",
        || text!(help.gnupg.name),
        || text!(help.gnupg.about),
        mail_apps::gnupg,
    ),
    topic(
        "other",
        || text!(help.another.name),
        || text!(help.another.about),
        mail_apps::other,
    ),
    topic("pgp", || text!(help.pgp.name), || text!(help.pgp.about), pgp::text),
];

/// Returns the topic with this key.
pub(super) fn find(key: &str) -> Option<Place> {
    let all: Vec<_> = GROUPS
        .iter()
        .flat_map(|group| group.topics.iter().map(|topic| ((group.name)(), topic)))
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
