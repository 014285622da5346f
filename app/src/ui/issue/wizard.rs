//! How far the issuance for each mailbox has come. Kept in the page's memory, so that one can look at other pages and
//! come back; a reload forgets it, as it forgets the key.

use std::collections::HashMap;

use leptos::{ev, prelude::*, task::spawn_local};
use zeroize::Zeroizing;

use super::{device::Device, download};
use crate::{
    api::{
        ApiError,
        account::MailboxId,
        profile::{
            CertificateView, ProfileId, ProfileView, activate_profile, complete_profile, delete_profile,
            request_certificate,
        },
    },
    pki::{name::Subject, pkcs12::Form, validity::Expiration},
    ui::custody::{Custody, protocol::CustodyError},
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

/// Why the issuance did not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::ui) enum Trouble {
    #[error("It did not work: {0}.")]
    Custody(#[from] CustodyError),
    #[error(transparent)]
    Server(#[from] ApiError),
    #[error("The browser did not take the file.")]
    Download,
}

/// The issuance for one mailbox.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Wizard {
    pub step: RwSignal<Step>,
    pub device: RwSignal<Device>,
    pub issued: RwSignal<Option<IssuedProfile>>,
    pub exported: RwSignal<bool>,
    pub activated: RwSignal<bool>,
    /// The profile whose place the new one is to take.
    pub renews: RwSignal<Option<ProfileView>>,
    /// What is being done now.
    pub task: RwSignal<Option<&'static str>>,
    pub trouble: RwSignal<Option<Trouble>>,
    custody: StoredValue<Option<Custody>>,
}

impl Wizard {
    fn new() -> Self {
        Self {
            step: RwSignal::new(Step::Kind),
            device: RwSignal::new(Device::Ios),
            issued: RwSignal::new(None),
            exported: RwSignal::new(false),
            activated: RwSignal::new(false),
            renews: RwSignal::new(None),
            task: RwSignal::new(None),
            trouble: RwSignal::new(None),
            custody: StoredValue::new(None),
        }
    }

    /// The three messages: keys in the worker, calls to the server from here.
    pub fn issue(self, mailbox: MailboxId, subject: Subject, expiration: Expiration) {
        let custody = Custody::open();
        self.custody.set_value(Some(custody.clone()));
        self.work(async move {
            match self.exchange(&custody, mailbox, subject, expiration).await {
                Ok(issued) => {
                    self.issued.set(Some(issued));
                    self.step.set(Step::Export);
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
        expiration: Expiration,
    ) -> Result<IssuedProfile, Trouble> {
        self.task.set(Some("Making your key in this browser…"));
        let request = custody.start(subject, expiration).await?;
        self.task.set(Some(
            "The server makes the intermediate key and signs your certificate…",
        ));
        let renews = self
            .renews
            .with_untracked(|before| before.as_ref().map(|before| before.summary.id));
        let issuing = request_certificate(mailbox, request, renews).await?;
        self.task.set(Some(
            "Checking the answer, making the root, signing the intermediate, wiping the root key…",
        ));
        let (completion, certificates) = custody.finish(issuing.answer).await?;
        self.task.set(Some("The server checks the whole chain and stores it…"));
        complete_profile(issuing.profile, completion).await?;
        let profile = issuing.profile;
        Ok(IssuedProfile { profile, certificates })
    }

    /// Writes the PKCS#12 file and hands it to the browser as a download of that name.
    pub fn export(self, passphrase: Zeroizing<String>, form: Form, name: String) {
        self.work(async move {
            self.task.set(Some("Encrypting the file with your passphrase…"));
            let custody = self.custody.get_value().ok_or(CustodyError::NoKey)?;
            let file = custody.export(passphrase, form).await?;
            download::save(&name, "application/x-pkcs12", &file).map_err(|_| Trouble::Download)?;
            self.exported.set(true);
            Ok(())
        });
    }

    /// "Activate"; the key is wiped from the browser then.
    pub fn activate(self, profile: ProfileId) {
        self.work(async move {
            self.task.set(Some("Activating…"));
            activate_profile(profile).await?;
            self.end_custody();
            self.activated.set(true);
            Ok(())
        });
    }

    /// The same straight after the export, without the steps between.
    pub fn activate_now(self, profile: ProfileId) {
        self.step.set(Step::Activate);
        self.activate(profile);
    }

    /// Begins with the choices of a profile whose place the new one is to take. What is issued already stays.
    pub fn renew(self, before: ProfileView) {
        if self.issued.with_untracked(Option::is_none) {
            self.renews.set(Some(before));
            self.step.set(Step::Expiration);
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
            self.task.set(Some("Deleting the profile…"));
            delete_profile(profile).await?;
            self.restart();
            Ok(())
        });
    }

    /// Back to the beginning, without a key.
    pub fn restart(self) {
        self.end_custody();
        self.step.set(Step::Kind);
        self.issued.set(None);
        self.exported.set(false);
        self.activated.set(false);
        self.renews.set(None);
        self.trouble.set(None);
    }

    pub fn back_to(self, step: Step) {
        self.trouble.set(None);
        self.step.set(step);
    }

    /// Whether closing the page now would lose a key that is not exported.
    fn would_lose(self) -> bool {
        let held = self.custody.with_value(Option::is_some);
        held && !self.exported.get_untracked()
    }

    fn work(self, work: impl Future<Output = Result<(), Trouble>> + 'static) {
        self.trouble.set(None);
        spawn_local(async move {
            if let Err(trouble) = work.await {
                self.trouble.set(Some(trouble));
            }
            self.task.set(None);
        });
    }

    fn end_custody(self) {
        if let Some(custody) = self.custody.try_update_value(Option::take).flatten() {
            custody.close();
        }
    }
}

/// The issuances of this visit, by mailbox.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Wizards {
    owner: StoredValue<Option<Owner>>,
    by_mailbox: StoredValue<HashMap<MailboxId, Wizard>>,
}

impl Wizards {
    /// None yet. To be made once, by what lives as long as the visit.
    pub fn new() -> Self {
        let wizards = Self {
            owner: StoredValue::new(Owner::current()),
            by_mailbox: StoredValue::default(),
        };
        Effect::new(move |_| {
            window_event_listener(ev::beforeunload, move |event| {
                let would_lose = |all: &HashMap<_, Wizard>| all.values().any(|wizard| wizard.would_lose());
                if wizards.by_mailbox.with_value(would_lose) {
                    event.prevent_default();
                }
            });
        });
        wizards
    }

    /// Those of this visit.
    pub fn here() -> Self {
        use_context().unwrap_or_else(Self::new)
    }

    /// The one for a mailbox. Its state outlives the page that shows it.
    pub fn of(self, mailbox: MailboxId) -> Wizard {
        if let Some(wizard) = self.by_mailbox.with_value(|all| all.get(&mailbox).copied()) {
            return wizard;
        }
        let wizard = match self.owner.get_value() {
            Some(owner) => owner.with(Wizard::new),
            None => Wizard::new(),
        };
        self.by_mailbox.update_value(|all| {
            all.insert(mailbox, wizard);
        });
        wizard
    }

    /// Wipes all keys and forgets how far everything had come.
    pub fn end(self) {
        self.by_mailbox.update_value(|all| {
            for (_, wizard) in all.drain() {
                wizard.restart();
            }
        });
    }
}
