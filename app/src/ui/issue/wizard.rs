//! How far the issuance for a mailbox has come.

use leptos::{prelude::*, task::spawn_local};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{device::Device, renewal, trouble::Trouble};
use crate::{
    address::EmailAddress,
    api::{
        ApiError,
        account::MailboxId,
        profile::{
            CertificateView, KeysView, ProfileId, ProfileView, complete_profile, delete_profile, report_export,
            request_certificate,
        },
    },
    pki::{
        issuance::Choice,
        key::KeySize,
        name::Subject,
        pkcs12::Form,
        validity::{Expiration, Unit},
    },
    ui::{
        custody::{
            Custody,
            protocol::{CustodyError, Package},
        },
        download,
    },
};

/// The steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ui) enum Step {
    Kind,
    Expiration,
    Export,
    Install,
    Trust,
    Activate,
}

/// A profile whose chain is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct IssuedProfile {
    pub profile: ProfileId,
    pub certificates: Vec<CertificateView>,
}

/// What is being done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Task {
    pub words: &'static str,
    /// Whether it can be stopped on the way.
    pub stoppable: bool,
}

/// The issuance for one mailbox, and what was typed and chosen on the way; but no passphrase.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Wizard {
    pub step: RwSignal<Step>,
    /// The furthest step so far.
    pub reached: RwSignal<Step>,
    /// Amount of the expiration as it was typed.
    pub amount: RwSignal<String>,
    pub unit: RwSignal<Unit>,
    pub key_size: RwSignal<KeySize>,
    pub device: RwSignal<Device>,
    /// What to export, once somebody chose it.
    package: RwSignal<Option<Package>>,
    pub issued: RwSignal<Option<IssuedProfile>>,
    pub exported: RwSignal<bool>,
    pub activated: RwSignal<bool>,
    /// The profile whose place the new one is to take.
    pub renews: RwSignal<Option<ProfileView>>,
    pub task: RwSignal<Option<Task>>,
    /// When what is being done was begun.
    pub since: RwSignal<Option<OffsetDateTime>>,
    pub trouble: RwSignal<Option<Trouble>>,
    custody: StoredValue<Option<Custody>>,
}

impl Wizard {
    pub fn new() -> Self {
        Self {
            step: RwSignal::new(Step::Kind),
            reached: RwSignal::new(Step::Kind),
            amount: RwSignal::new(Expiration::SUGGESTED.amount.to_string()),
            unit: RwSignal::new(Expiration::SUGGESTED.unit),
            key_size: RwSignal::new(KeySize::STANDARD),
            device: RwSignal::new(Device::Ios),
            package: RwSignal::new(None),
            issued: RwSignal::new(None),
            exported: RwSignal::new(false),
            activated: RwSignal::new(false),
            renews: RwSignal::new(None),
            task: RwSignal::new(None),
            since: RwSignal::new(None),
            trouble: RwSignal::new(None),
            custody: StoredValue::new(None),
        }
    }

    /// The profile, once its chain is complete.
    pub fn profile(self) -> Option<ProfileId> {
        self.issued.with(|issued| issued.as_ref().map(|issued| issued.profile))
    }

    /// What is chosen for the chain; nothing where the amount is no number.
    pub fn choice(self) -> Option<Choice> {
        let amount = self.amount.get().trim().parse().ok()?;
        let unit = self.unit.get();
        Some(Choice {
            expiration: Expiration { amount, unit },
            key_size: self.key_size.get(),
        })
    }

    /// What to export: as chosen, or what suits the device.
    pub fn package(self) -> Package {
        let suitable = || match self.device.get().is_apple() {
            true => Package::ConfigurationProfile,
            false => Package::Pkcs12(Form::Modern),
        };
        self.package.get().unwrap_or_else(suitable)
    }

    pub fn choose_package(self, package: Package) {
        self.package.set(Some(package));
    }

    /// The three messages: keys in the worker, calls to the server from here.
    pub fn issue(self, mailbox: MailboxId, subject: Subject, choice: Choice) {
        let custody = Custody::open();
        self.custody.set_value(Some(custody.clone()));
        self.work(async move {
            match self.exchange(&custody, mailbox, subject, choice).await {
                Ok(issued) => {
                    self.issued.set(Some(issued));
                    self.back_to(Step::Export);
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
        self.does("Making your key in this browser…", true);
        let request = custody.start(subject, choice).await?;
        self.does(
            "The server makes the intermediate key and signs your certificate…",
            true,
        );
        let renews = self
            .renews
            .with_untracked(|before| before.as_ref().map(|before| before.summary.id));
        let issuing = request_certificate(mailbox, request, renews).await?;
        self.does(
            "Checking the answer, making the root, signing the intermediate, wiping the root key…",
            true,
        );
        let (completion, certificates) = custody.finish(issuing.answer).await?;
        // From here on the profile may exist: too late to stop.
        self.does("The server checks the whole chain and stores it…", false);
        complete_profile(issuing.profile, completion).await?;
        let profile = issuing.profile;
        Ok(IssuedProfile { profile, certificates })
    }

    /// Writes the chosen file and hands it to the browser as a download, named after the mailbox.
    pub fn export(self, passphrase: Zeroizing<String>, mailbox: &EmailAddress) {
        let package = untrack(move || self.package());
        let name = format!("{mailbox}.{}", package.extension());
        self.work(async move {
            self.does("Encrypting the file with your passphrase…", false);
            let custody = self.custody.get_value().ok_or(CustodyError::NoKey)?;
            let file = custody.export(passphrase, package).await?;
            download::save(&name, package.media_type(), &file).map_err(|_| Trouble::Download)?;
            self.exported.set(true);
            if let Some(profile) = self.profile() {
                // Reported again before activation, and with a test it is not needed.
                let _ = report_export(profile).await;
            }
            Ok(())
        });
    }

    /// The profile is active: the key is wiped from the browser.
    pub fn finish(self) {
        self.end_custody();
        self.activated.set(true);
    }

    /// Begins with the choices of a profile whose place the new one is to take. What is issued already stays, and what was
    /// changed in a renewal of the same one.
    pub fn renew(self, before: ProfileView) {
        let renewing = self
            .renews
            .with_untracked(|now| now.as_ref().is_some_and(|now| now.summary.id == before.summary.id));
        if self.issued.with_untracked(Option::is_none) && !renewing {
            let Expiration { amount, unit } = renewal::chosen(before.not_before, before.summary.not_after);
            self.amount.set(amount.to_string());
            self.unit.set(unit);
            self.key_size.set(key_size(&before.keys));
            self.renews.set(Some(before));
            self.back_to(Step::Expiration);
        }
    }

    /// Forgets a renewal of which nothing is issued yet.
    pub fn begin_anew(self) {
        if self.issued.with_untracked(Option::is_none) && self.renews.with_untracked(Option::is_some) {
            self.restart();
        }
    }

    /// Wipes the key and deletes the profile that it belongs to. The server leads on to the settings.
    pub fn discard(self, profile: ProfileId) {
        self.work(async move {
            self.does("Deleting the profile…", false);
            match delete_profile(profile).await {
                // It is not there any more, which is what was wanted.
                Ok(()) | Err(ApiError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
            self.restart();
            Ok(())
        });
    }

    /// Stops the issuance on its way. The unfinished profile of the server, if there is one by then, goes with its next
    /// clean-up.
    pub fn cancel(self) {
        if let Some(custody) = self.custody.try_update_value(Option::take).flatten() {
            custody.cancel();
        }
    }

    /// Back to the beginning, without a key.
    pub fn restart(self) {
        self.end_custody();
        self.step.set(Step::Kind);
        self.reached.set(Step::Kind);
        self.issued.set(None);
        self.exported.set(false);
        self.activated.set(false);
        self.renews.set(None);
        self.trouble.set(None);
    }

    /// To any step, backwards or forwards.
    pub fn back_to(self, step: Step) {
        self.trouble.set(None);
        self.step.set(step);
        self.reached.update(|reached| *reached = step.max(*reached));
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
                // Whoever stopped it knows.
                Ok(()) | Err(Trouble::Custody(CustodyError::Cancelled)) => {}
                Err(trouble) => self.trouble.set(Some(trouble)),
            }
        });
    }

    fn does(self, words: &'static str, stoppable: bool) {
        self.task.set(Some(Task { words, stoppable }));
    }

    fn end_custody(self) {
        if let Some(custody) = self.custody.try_update_value(Option::take).flatten() {
            custody.close();
        }
    }
}

/// The length of the keys that a profile has.
fn key_size(keys: &KeysView) -> KeySize {
    let bits = match keys {
        KeysView::Smime(certificates) => certificates.first().map(|certificate| certificate.key_bits),
        KeysView::Pgp(_) => None,
    };
    bits.and_then(KeySize::of_bits).unwrap_or(KeySize::STANDARD)
}
