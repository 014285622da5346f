//! Defines the wizard's URL, which names the shown step and profile.
//!
//! A reload, the browser's "Back" and a return from another app lead to the same place. The URL holds no secret.

use super::device::Device;
use crate::{
    id::{MailboxId, ProfileId},
    pki::{
        key::KeySize,
        validity::{Expiration, Unit},
    },
    texts::text,
};

/// The steps in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ui) enum Step {
    MailApp,
    Expiration,
    Export,
    Install,
    Trust,
    Activate,
}

impl Step {
    /// Each step with its key in the URL.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::MailApp, "app"),
        (Self::Expiration, "expiration"),
        (Self::Export, "export"),
        (Self::Install, "install"),
        (Self::Trust, "trust"),
        (Self::Activate, "activate"),
    ];

    /// Returns its name in the list of steps.
    pub fn name(self) -> &'static str {
        match self {
            Self::MailApp => text!(wizard.steps.app),
            Self::Expiration => text!(wizard.steps.expiration),
            Self::Export => text!(wizard.steps.export),
            Self::Install => text!(wizard.steps.install),
            Self::Trust => text!(wizard.steps.trust),
            Self::Activate => text!(wizard.steps.activate),
        }
    }

    fn from_key(key: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, known)| *known == key)
            .map(|(step, _)| step)
    }

    fn key(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find(|(step, _)| *step == self)
            .map_or("", |(_, key)| key)
    }

    /// Returns the previous step, or `None` for the first.
    pub fn before(self) -> Option<Self> {
        let earlier = Self::ALL.into_iter().map(|(step, ..)| step);
        earlier.take_while(|step| *step < self).last()
    }
}

/// A place in the wizard of one mailbox, as in the URL's query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct Place {
    /// The step in the URL.
    pub step: Option<Step>,
    /// The profile, after its chain is complete.
    pub profile: Option<ProfileId>,
    /// The profile that the new one replaces.
    pub renews: Option<ProfileId>,
    /// The answer to "Where do you read your mail?".
    pub device: Option<Device>,
    /// The typed expiration.
    pub expiration: Option<Expiration>,
    /// The chosen key size.
    pub key_size: Option<KeySize>,
}

impl Place {
    /// Reads a query, with or without its question mark, and ignores unknown values. No known value is ever encoded.
    pub fn of(query: &str) -> Self {
        let pairs = query.trim_start_matches('?').split('&');
        let pairs: Vec<_> = pairs.filter_map(|pair| pair.split_once('=')).collect();
        let value = |key| pairs.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
        let id = |key| value(key).and_then(|id| id.parse().ok());
        Self {
            step: value("step").and_then(Step::from_key),
            profile: id("profile").map(ProfileId),
            renews: id("renew").map(ProfileId),
            device: value("app").and_then(Device::from_key),
            expiration: value("valid").and_then(expiration),
            key_size: value("keys")
                .and_then(|bits| bits.parse().ok())
                .and_then(KeySize::of_bits),
        }
    }

    /// Returns the step to show. The steps from "Export" on need a profile.
    pub fn step(self) -> Step {
        match (self.step, self.profile) {
            (Some(step), Some(_)) => step,
            (Some(step), None) if step < Step::Export => step,
            (None, Some(_)) => Step::Export,
            _ if self.renews.is_some() => Step::Expiration,
            _ => Step::MailApp,
        }
    }

    /// Returns the same profile at another step.
    pub fn at(self, step: Step) -> Self {
        Self {
            step: Some(step),
            ..self
        }
    }

    /// Returns the URL of the place in the wizard of a mailbox.
    pub fn address(self, mailbox: MailboxId) -> String {
        let parts = [
            ("step", self.step.map(|step| step.key().to_owned())),
            ("profile", self.profile.map(|id| id.to_string())),
            ("renew", self.renews.map(|id| id.to_string())),
            ("app", self.device.map(|device| device.key().to_owned())),
            (
                "valid",
                self.expiration
                    .map(|expiration| format!("{}-{}", expiration.amount, expiration.unit)),
            ),
            ("keys", self.key_size.map(|size| size.bits().to_string())),
        ];
        let query: Vec<_> = parts
            .into_iter()
            .filter_map(|(key, value)| Some(format!("{key}={}", value?)))
            .collect();
        let path = path(mailbox);
        match query.is_empty() {
            true => path,
            false => format!("{path}?{}", query.join("&")),
        }
    }
}

/// Returns the path of a mailbox's wizard.
pub(super) fn path(mailbox: MailboxId) -> String {
    format!("/relay/{mailbox}/new-profile")
}

/// Reads an amount and a unit, such as `7-months`.
fn expiration(text: &str) -> Option<Expiration> {
    let (amount, unit) = text.split_once('-')?;
    Some(Expiration {
        amount: amount.parse().ok()?,
        unit: Unit::from_name(unit)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(query: &[(&str, &str)]) -> Place {
        let pairs: Vec<_> = query.iter().map(|(key, value)| format!("{key}={value}")).collect();
        Place::of(&format!("?{}", pairs.join("&")))
    }

    #[test]
    fn a_place_is_found_again_by_its_address() {
        let steps = Step::ALL.map(|(step, ..)| Some(step));
        let devices = Device::ALL.map(Some);
        for step in steps.into_iter().chain([None]) {
            for device in devices.into_iter().chain([None]) {
                for (profile, renews) in [(None, None), (Some(7), None), (None, Some(3)), (Some(7), Some(3))] {
                    let there = Place {
                        step,
                        profile: profile.map(ProfileId),
                        renews: renews.map(ProfileId),
                        device,
                        ..Place::default()
                    };
                    let address = there.address(MailboxId(1));
                    let query = address.split_once('?').map_or("", |(_, query)| query);
                    let pairs: Vec<_> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
                    assert_eq!(place(&pairs), there, "{address}");
                    // Signing in can lead there as well.
                    assert_eq!(crate::api::next::own_page(&address), Some(address.as_str()));
                }
            }
        }
        assert_eq!(Place::default().address(MailboxId(1)), "/relay/1/new-profile");
    }

    #[test]
    fn an_expiration_and_a_length_of_keys_are_found_again_by_their_address() {
        for unit in Unit::ALL {
            let there = Place {
                expiration: Some(Expiration { amount: 7, unit }),
                key_size: Some(KeySize::Rsa3072),
                ..Place::default()
            };
            let expected = format!("/relay/1/new-profile?valid=7-{unit}&keys=3072");
            assert_eq!(there.address(MailboxId(1)), expected);
            let valid = format!("7-{unit}");
            assert_eq!(place(&[("valid", valid.as_str()), ("keys", "3072")]), there);
        }
        for wrong in ["", "7", "-years", "7-weeks", "70000-days", "7-years-"] {
            assert_eq!(
                place(&[("valid", wrong), ("keys", "1024")]),
                Place::default(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn steps_that_need_a_profile_are_not_shown_without_one() {
        for (query, step) in [
            (vec![], Step::MailApp),
            (vec![("step", "no such step")], Step::MailApp),
            (vec![("step", "expiration")], Step::Expiration),
            (vec![("step", "export")], Step::MailApp),
            (vec![("step", "activate"), ("profile", "x")], Step::MailApp),
            (vec![("renew", "3")], Step::Expiration),
            (vec![("renew", "3"), ("step", "app")], Step::MailApp),
            (vec![("renew", "3"), ("step", "install")], Step::Expiration),
            (vec![("profile", "7")], Step::Export),
            (vec![("profile", "7"), ("step", "trust")], Step::Trust),
            (vec![("profile", "7"), ("step", "app")], Step::MailApp),
        ] {
            assert_eq!(place(&query).step(), step, "{query:?}");
        }
    }

    #[test]
    fn every_step_but_the_first_has_one_before() {
        let steps = Step::ALL.map(|(step, ..)| step);
        assert_eq!(steps[0].before(), None);
        for pair in steps.windows(2) {
            assert_eq!(pair[1].before(), Some(pair[0]));
        }
    }
}
