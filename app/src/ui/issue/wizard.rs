//! Holds the state of one issuance, and exchanges its three messages.

use leptos::{prelude::*, task::spawn_local};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    custody::Custody,
    device::Device,
    place::{Place, Step},
    trouble::Trouble,
};
use crate::{
    address::EmailAddress,
    api::{
        ApiError,
        profile::{
            CertificateView, KeysView, ProfileSummary, ProfileView, complete_profile, delete_profile, report_export,
            request_certificate,
        },
    },
    custody::protocol::{CustodyError, Package},
    id::{MailboxId, ProfileId},
    pki::{
        issuance::Choice,
        key::KeySize,
        name::Subject,
        validity::{Expiration, Unit, Validity},
    },
    profile::{ProfileKind, ProfileState},
    texts::text,
    ui::download,
};

/// A profile with a complete chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct IssuedProfile {
    pub profile: ProfileId,
    pub name: String,
    /// Last second of validity.
    pub not_after: OffsetDateTime,
    pub certificates: Vec<CertificateView>,
}

/// The current task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Task {
    pub words: &'static str,
    /// Whether it can be cancelled.
    pub stoppable: bool,
}

/// One issuance with everything that was typed and chosen for it, except the passphrase.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) struct Wizard {
    /// The furthest step so far.
    pub reached: RwSignal<Step>,
    /// The typed amount of the expiration.
    pub amount: RwSignal<String>,
    pub unit: RwSignal<Unit>,
    pub key_size: RwSignal<KeySize>,
    /// Whether one of these was typed or chosen on this page.
    pub chosen: RwSignal<bool>,
    /// The answer to "Where do you read your mail?".
    pub device: RwSignal<Device>,
    /// Whether the person gave that answer.
    answered: RwSignal<bool>,
    /// The kind of profile, if the person chose it.
    kind: RwSignal<Option<ProfileKind>>,
    /// The file to export, if the person chose it.
    package: RwSignal<Option<Package>>,
    /// Whether the person wants another profile although one is unfinished.
    pub anew: RwSignal<bool>,
    pub issued: RwSignal<Option<IssuedProfile>>,
    /// Whether this browser has the key of the issued profile, so that it can be exported.
    pub key_here: RwSignal<bool>,
    pub exported: RwSignal<bool>,
    /// The name of the file that was exported last.
    pub file: RwSignal<Option<String>>,
    pub activated: RwSignal<bool>,
    /// The profile that the new one replaces.
    pub renews: RwSignal<Option<ProfileView>>,
    pub task: RwSignal<Option<Task>>,
    /// When the current task began.
    pub since: RwSignal<Option<OffsetDateTime>>,
    pub trouble: RwSignal<Option<Trouble>>,
    custody: StoredValue<Option<Custody>>,
}

impl Wizard {
    pub fn new() -> Self {
        Self {
            reached: RwSignal::new(Step::MailApp),
            amount: RwSignal::new(Expiration::SUGGESTED.amount.to_string()),
            unit: RwSignal::new(Expiration::SUGGESTED.unit),
            key_size: RwSignal::new(KeySize::STANDARD),
            chosen: RwSignal::new(false),
            device: RwSignal::new(Device::Other),
            answered: RwSignal::new(false),
            kind: RwSignal::new(None),
            package: RwSignal::new(None),
            anew: RwSignal::new(false),
            issued: RwSignal::new(None),
            key_here: RwSignal::new(false),
            exported: RwSignal::new(false),
            file: RwSignal::new(None),
            activated: RwSignal::new(false),
            renews: RwSignal::new(None),
            task: RwSignal::new(None),
            since: RwSignal::new(None),
            trouble: RwSignal::new(None),
            custody: StoredValue::new(None),
        }
    }

    /// Returns the profile, after its chain is complete.
    pub fn profile(self) -> Option<ProfileId> {
        self.issued.with(|issued| issued.as_ref().map(|issued| issued.profile))
    }

    /// Returns the choices for the chain, or `None` if the amount is no number.
    pub fn choice(self) -> Option<Choice> {
        let amount = self.amount.get().trim().parse().ok()?;
        let unit = self.unit.get();
        Some(Choice {
            expiration: Expiration { amount, unit },
            key_size: self.key_size.get(),
        })
    }

    /// Restores the choices in a URL after a reload. Text typed on this page since then is newer.
    pub fn resume(self, place: Place) {
        if self.chosen.get_untracked() {
            return;
        }
        if let Some(Expiration { amount, unit }) = place.expiration {
            self.amount.set(amount.to_string());
            self.unit.set(unit);
        }
        if let Some(key_size) = place.key_size {
            self.key_size.set(key_size);
        }
    }

    /// Starts with the choices of another issuance.
    pub fn choose_like(self, other: Self) {
        self.amount.set(other.amount.get_untracked());
        self.unit.set(other.unit.get_untracked());
        self.key_size.set(other.key_size.get_untracked());
        self.chosen.set(other.chosen.get_untracked());
        self.answered.set(other.answered.get_untracked());
        self.device.set(other.device.get_untracked());
        self.kind.set(other.kind.get_untracked());
        self.package.set(other.package.get_untracked());
    }

    /// Returns the mail app that the person chose or the browser suggests. No browser suggests [`Device::Other`].
    pub fn named_device(self) -> Option<Device> {
        let device = self.device.get();
        (self.answered.get() || device != Device::Other).then_some(device)
    }

    /// Returns the chosen kind of profile, or the one that suits the mail app, or `None` before either is known.
    pub fn kind(self) -> Option<ProfileKind> {
        self.kind.get().or_else(|| Some(self.named_device()?.kind()))
    }

    pub fn choose_kind(self, kind: ProfileKind) {
        self.kind.set(Some(kind));
    }

    /// Returns the chosen file, or the one that suits the mail app.
    pub fn package(self) -> Package {
        self.package.get().unwrap_or_else(|| self.device.get().package())
    }

    pub fn choose_package(self, package: Package) {
        self.package.set(Some(package));
    }

    /// Changes the answer to "Where do you read your mail?". Kind and file follow it again.
    pub fn choose_device(self, device: Device) {
        self.answered.set(true);
        self.set_device(device);
    }

    fn set_device(self, device: Device) {
        if self.device.get_untracked() != device {
            self.device.set(device);
            self.kind.set(None);
            self.package.set(None);
        }
    }

    /// Uses the browser's suggestion for the mail app until the person answers.
    pub fn suggest_device(self) {
        if self.answered.get_untracked() {
            return;
        }
        let navigator = window().navigator();
        let user_agent = navigator.user_agent().unwrap_or_default();
        self.set_device(Device::suggested(&user_agent, navigator.max_touch_points()));
    }

    /// Returns the issued profile as in a list.
    pub fn summary(self, state: ProfileState) -> Option<ProfileSummary> {
        self.issued.with(|issued| {
            issued.as_ref().map(|issued| ProfileSummary {
                id: issued.profile,
                name: issued.name.clone(),
                kind: ProfileKind::Smime,
                state,
                not_after: issued.not_after,
                days_left: (issued.not_after - OffsetDateTime::now_utc()).whole_days(),
            })
        })
    }

    /// Takes over a profile whose key is not in this browser.
    pub fn adopt(self, view: ProfileView) {
        self.activated.set(view.summary.state == ProfileState::Active);
        self.exported.update(|exported| *exported |= view.evidence.exported);
        if let KeysView::Smime(certificates) = view.keys
            && self.issued.with_untracked(Option::is_none)
        {
            self.issued.set(Some(IssuedProfile {
                profile: view.summary.id,
                name: view.summary.name,
                not_after: view.summary.not_after,
                certificates,
            }));
        }
    }

    /// Exchanges the three messages. The worker has the keys, and the page calls the server. `settle` gets the
    /// profile's id after its chain is complete.
    pub fn issue(self, mailbox: MailboxId, subject: Subject, choice: Choice, settle: impl FnOnce(ProfileId) + 'static) {
        let custody = Custody::open();
        self.custody.set_value(Some(custody.clone()));
        self.work(async move {
            match self.exchange(&custody, mailbox, subject, choice).await {
                Ok(issued) => {
                    settle(issued.profile);
                    self.key_here.set(true);
                    self.issued.set(Some(issued));
                    Ok(())
                }
                Err(trouble) => {
                    self.end_custody();
                    Err(trouble)
                }
            }
        });
    }

    async fn exchange(
        self,
        custody: &Custody,
        mailbox: MailboxId,
        subject: Subject,
        choice: Choice,
    ) -> Result<IssuedProfile, Trouble> {
        self.does(text!(wizard.task.key), true);
        let validity = Validity::starting(OffsetDateTime::now_utc(), choice.expiration).map_err(CustodyError::Pki)?;
        let request = custody.start(subject, choice).await?;
        self.does(text!(wizard.task.server), true);
        let renews = self.renews.get_untracked().map(|before| before.summary.id);
        let device = self.device.get_untracked().key().to_owned();
        let issuing = request_certificate(mailbox, request, renews, device).await?;
        self.does(text!(wizard.task.root), true);
        let (completion, certificates) = custody.finish(issuing.answer).await?;
        // From here on the profile may exist, so it is too late to cancel.
        self.does(text!(wizard.task.store), false);
        complete_profile(issuing.profile, completion).await?;
        Ok(IssuedProfile {
            profile: issuing.profile,
            name: issuing.name,
            not_after: validity.not_after,
            certificates,
        })
    }

    /// Writes the chosen file and downloads it. The mailbox and the form give it its name.
    pub fn export(self, passphrase: Zeroizing<String>, mailbox: &EmailAddress) {
        let package = untrack(move || self.package());
        let name = package.file_name(mailbox);
        self.work(async move {
            self.does(text!(wizard.task.encrypt), false);
            let custody = self.custody.get_value().ok_or(CustodyError::NoKey)?;
            let file = custody.export(passphrase, package).await?;
            download::save(&name, package.media_type(), &file).map_err(|_| Trouble::Download)?;
            self.file.set(Some(name));
            self.exported.set(true);
            if let Some(profile) = self.profile() {
                // It is reported again before activation, and a test makes it unnecessary.
                let _ = report_export(profile).await;
            }
            Ok(())
        });
    }

    /// Wipes the key from the browser after the profile is active.
    pub fn finish(self) {
        self.end_custody();
        self.activated.set(true);
    }

    /// Starts with the choices of the profile to replace, unless they were changed since.
    pub fn renew(self, before: ProfileView) {
        let renewing = self
            .renews
            .with_untracked(|now| now.as_ref().is_some_and(|now| now.summary.id == before.summary.id));
        if !renewing {
            let Expiration { amount, unit } = Expiration::chosen(before.not_before, before.summary.not_after);
            self.amount.set(amount.to_string());
            self.unit.set(unit);
            self.key_size.set(key_size(&before.keys));
            self.renews.set(Some(before));
        }
    }

    /// Deletes a profile. `then` runs after that.
    pub fn discard(self, profile: ProfileId, then: impl FnOnce() + 'static) {
        self.work(async move {
            self.does(text!(wizard.task.delete), false);
            match delete_profile(profile, true).await {
                // It is gone already, as intended.
                Ok(()) | Err(ApiError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
            then();
            Ok(())
        });
    }

    /// Cancels the issuance. If the server has an unfinished profile by then, its next clean-up removes it.
    pub fn cancel(self) {
        if let Some(custody) = self.custody.try_update_value(Option::take).flatten() {
            custody.cancel();
        }
    }

    /// Wipes the key.
    pub fn end_custody(self) {
        if let Some(custody) = self.custody.try_update_value(Option::take).flatten() {
            custody.close();
        }
        self.key_here.set(false);
    }

    /// Opens an earlier or later step.
    pub fn arrive(self, step: Step) {
        self.trouble.set(None);
        self.reached.update(|reached| *reached = step.max(*reached));
    }

    /// Whether a step can be opened from here.
    pub fn is_open(self, step: Step) -> bool {
        match self.issued.with(Option::is_some) {
            // A key in this browser must be exported first.
            true => step <= Step::Export || self.exported.get() || !self.key_here.get(),
            false => step <= self.reached.get(),
        }
    }

    /// Whether closing the page now would lose a key that is not exported.
    pub fn would_lose(self) -> bool {
        let held = self.custody.with_value(Option::is_some);
        held && !self.exported.get_untracked()
    }

    fn work(self, work: impl Future<Output = Result<(), Trouble>> + 'static) {
        self.trouble.set(None);
        self.since.set(Some(OffsetDateTime::now_utc()));
        spawn_local(async move {
            let outcome = work.await;
            self.task.set(None);
            self.since.set(None);
            match outcome {
                // The person cancelled it, and knows.
                Ok(()) | Err(Trouble::Custody(CustodyError::Cancelled)) => {}
                Err(trouble) => self.trouble.set(Some(trouble)),
            }
        });
    }

    fn does(self, words: &'static str, stoppable: bool) {
        self.task.set(Some(Task { words, stoppable }));
    }
}

/// Returns the key size of a profile.
fn key_size(keys: &KeysView) -> KeySize {
    let bits = match keys {
        KeysView::Smime(certificates) => certificates.first().map(|certificate| certificate.key_bits),
        KeysView::Pgp(_) => None,
    };
    bits.and_then(KeySize::of_bits).unwrap_or(KeySize::STANDARD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_is_suggested_before_the_mail_app_is_named() {
        Owner::new().with(|| {
            let wizard = Wizard::new();
            assert_eq!((wizard.named_device(), wizard.kind()), (None, None));
            wizard.choose_kind(ProfileKind::Pgp);
            assert_eq!((wizard.named_device(), wizard.kind()), (None, Some(ProfileKind::Pgp)));

            let wizard = Wizard::new();
            wizard.choose_device(Device::Other);
            assert_eq!(wizard.named_device(), Some(Device::Other));
            assert_eq!(wizard.kind(), Some(ProfileKind::Smime));

            // As the browser suggests it.
            let wizard = Wizard::new();
            wizard.set_device(Device::Ios);
            assert_eq!(wizard.named_device(), Some(Device::Ios));
            assert_eq!(wizard.kind(), Some(ProfileKind::Smime));
        });
    }
}
