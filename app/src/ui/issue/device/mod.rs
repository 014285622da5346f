//! Lists the devices and mail apps with a guide, and the kind of profile and the file that suit each.
//!
//! Each file holds the guide for one of them.

mod android;
mod gnupg;
pub(super) mod guide;
mod ios;
mod macos;
mod other;
mod outlook;
mod thunderbird;

use self::guide::Guide;
use crate::{custody::protocol::Package, pki::pkcs12::Form, profile::ProfileKind, texts::text};

/// A device or mail app with its own guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Device {
    Ios,
    MacOs,
    Outlook,
    Thunderbird,
    Android,
    GnuPg,
    /// A mail app without a guide of its own.
    Other,
}

impl Device {
    pub const ALL: [Self; 7] = [
        Self::Ios,
        Self::MacOs,
        Self::Outlook,
        Self::Thunderbird,
        Self::Android,
        Self::GnuPg,
        Self::Other,
    ];

    /// Returns its name in the list of choices.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ios => text!(guides.device.ios),
            Self::MacOs => text!(guides.device.macos),
            Self::Outlook => text!(guides.device.outlook),
            Self::Thunderbird => text!(guides.device.thunderbird),
            Self::Android => text!(guides.device.android),
            Self::GnuPg => text!(guides.device.gnupg),
            Self::Other => text!(guides.device.other),
        }
    }

    /// Returns its name in a sentence, after "for".
    pub fn in_a_sentence(self) -> &'static str {
        match self {
            Self::MacOs => text!(guides.for_device.macos),
            Self::Other => text!(guides.for_device.other),
            _ => self.name(),
        }
    }

    /// Returns the kind of profile that suits it. It is PGP if PGP is built in, because then no root certificate must
    /// be installed and the cryptography is newer.
    pub fn kind(self) -> ProfileKind {
        match self {
            Self::Thunderbird | Self::GnuPg => ProfileKind::Pgp,
            Self::Ios | Self::MacOs | Self::Outlook | Self::Android | Self::Other => ProfileKind::Smime,
        }
    }

    /// Returns its file for S/MIME. Android and gpgsm report a "wrong password" for the modern PKCS#12 file.
    pub fn package(self) -> Package {
        match self {
            Self::Ios | Self::MacOs => Package::ConfigurationProfile,
            Self::Android | Self::GnuPg => Package::Pkcs12(Form::Compatible),
            Self::Outlook | Self::Thunderbird | Self::Other => Package::Pkcs12(Form::Modern),
        }
    }

    /// Returns the value of its option.
    pub fn key(self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::MacOs => "macos",
            Self::Outlook => "outlook",
            Self::Thunderbird => "thunderbird",
            Self::Android => "android",
            Self::GnuPg => "gnupg",
            Self::Other => "other",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|device| device.key() == key)
    }

    pub fn guide(self) -> Guide {
        match self {
            Self::Ios => ios::guide(),
            Self::MacOs => macos::guide(),
            Self::Outlook => outlook::guide(),
            Self::Thunderbird => thunderbird::guide(),
            Self::Android => android::guide(),
            Self::GnuPg => gnupg::guide(),
            Self::Other => other::guide(),
        }
    }

    /// Suggests one by the browser's User-Agent.
    pub fn suggested(user_agent: &str, touch_points: i32) -> Self {
        let says = |word| user_agent.contains(word);
        // An iPad calls itself a Mac, but Macs have no touch screen.
        if says("iPhone") || says("iPad") || (says("Macintosh") && touch_points > 1) {
            Self::Ios
        } else if says("Macintosh") {
            Self::MacOs
        } else if says("Android") {
            Self::Android
        } else if says("Windows") {
            Self::Outlook
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::{Owner, provide_context};

    use super::{guide::Instruction, *};
    use crate::{
        pki::role::Role,
        texts::{LANGUAGES, Language},
    };

    /// Returns every guide in every language.
    fn guides() -> impl Iterator<Item = (Language, Device, Guide)> {
        LANGUAGES.into_iter().flat_map(|language| {
            let page = Owner::new();
            page.with(|| provide_context(language));
            Device::ALL.map(|device| (language, device, page.with(|| device.guide())))
        })
    }

    #[test]
    fn every_device_has_its_way_and_is_found_by_its_key() {
        for (language, device, guide) in guides() {
            assert_eq!(Device::from_key(device.key()), Some(device));
            assert!(!guide.install.is_empty() && guide.sealed.ends_with('.'));
            let steps = guide.install.iter().flat_map(|way| &way.steps).chain(&guide.trust);
            for Instruction { todo, seen, .. } in steps {
                assert!(
                    todo.ends_with('.') && seen.ends_with('.'),
                    "{language} {device:?}: {todo} {seen}"
                );
            }
        }
    }

    #[test]
    fn guides_speak_the_language_of_the_page() {
        let of_android: Vec<_> = guides().filter(|(_, device, _)| *device == Device::Android).collect();
        let first: Vec<_> = of_android
            .iter()
            .map(|(.., guide)| guide.install[0].steps[0].todo)
            .collect();
        assert!(first[0].starts_with("Android itself does not read S/MIME"), "{first:?}");
        assert!(first[1].starts_with("Android selbst liest kein S/MIME"), "{first:?}");
    }

    #[test]
    fn ios_takes_the_certificates_in_its_order() {
        let guide = Device::Ios.guide();
        let alone = guide.install.last().unwrap();
        let files: Vec<_> = alone.steps.iter().flat_map(|step| step.files).collect();
        assert_eq!(files, [&Role::User, &Role::Root, &Role::Intermediate]);
    }

    #[test]
    fn kind_and_file_follow_from_the_answer() {
        use ProfileKind::{Pgp, Smime};
        let (modern, compatible) = (Package::Pkcs12(Form::Modern), Package::Pkcs12(Form::Compatible));
        let expected = [
            (Device::Ios, Smime, Package::ConfigurationProfile),
            (Device::MacOs, Smime, Package::ConfigurationProfile),
            (Device::Outlook, Smime, modern),
            (Device::Thunderbird, Pgp, modern),
            (Device::Android, Smime, compatible),
            (Device::GnuPg, Pgp, compatible),
            (Device::Other, Smime, modern),
        ];
        assert_eq!(
            Device::ALL.map(|device| (device, device.kind(), device.package())),
            expected
        );
    }

    #[test]
    fn guides_name_the_file_that_is_suggested() {
        for (language, device, guide) in guides() {
            let first = guide.install[0].steps.iter().map(|step| step.todo).collect::<String>();
            let word = match device.package() {
                Package::ConfigurationProfile => ".mobileconfig",
                Package::Pkcs12(Form::Compatible) => "-compatible.p12",
                Package::Pkcs12(Form::Modern) => ".p12",
            };
            assert!(first.contains(word), "{language} {device:?}: {first}");
        }
    }

    #[test]
    fn devices_are_known_by_what_their_browsers_say() {
        for (user_agent, touch_points, device) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1",
                5,
                Device::Ios,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15",
                5,
                Device::Ios,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15",
                0,
                Device::MacOs,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36",
                0,
                Device::Outlook,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36",
                10,
                Device::Outlook,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; K) Chrome/140.0 Mobile Safari/537.36",
                5,
                Device::Android,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                0,
                Device::Other,
            ),
        ] {
            assert_eq!(
                Device::suggested(user_agent, touch_points),
                device,
                "{user_agent} {touch_points}"
            );
        }
    }
}
