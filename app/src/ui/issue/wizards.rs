//! Keeps the issuances of a visit in the page's memory, so that people can go back and forth between them.
//!
//! Leaving the page forgets them, together with the keys. While a key would be lost, links to other pages open a new tab,
//! and the browser asks before it leaves this one.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use leptos::{ev, prelude::*};
use web_sys::{HtmlAnchorElement, MouseEvent};

use super::{route::clicked_link, wizard::Wizard};
use crate::{
    api::profile::ProfileView,
    id::{MailboxId, ProfileId},
    pki::{issuance::Choice, name::Subject},
};

/// The issuances of this visit.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Wizards {
    owner: StoredValue<Option<Owner>>,
    /// Issuances without a profile yet, by mailbox and by the profile that they renew.
    drafts: StoredValue<HashMap<(MailboxId, Option<ProfileId>), Wizard>>,
    /// Issuances with a profile.
    issued: StoredValue<HashMap<ProfileId, (MailboxId, Wizard)>>,
    /// Deleted profiles, which an earlier answer of the server still lists.
    discarded: RwSignal<HashSet<ProfileId>>,
    running: RwSignal<bool>,
}

impl Wizards {
    /// Starts empty. The owner must live as long as the visit.
    pub fn new() -> Self {
        let wizards = Self {
            owner: StoredValue::new(Owner::current()),
            drafts: StoredValue::default(),
            issued: StoredValue::default(),
            discarded: RwSignal::default(),
            running: RwSignal::new(false),
        };
        Effect::new(move |_| {
            wizards.running.set(true);
            window_event_listener(ev::beforeunload, move |event| {
                if wizards.would_lose() {
                    event.prevent_default();
                }
            });
            window_event_listener(ev::click, move |event| {
                if wizards.would_lose() {
                    open_elsewhere(&event);
                }
            });
            // A browser may keep the page for its "Back" button, but not the keys with it.
            window_event_listener_untyped("pagehide", move |_| wizards.end());
        });
        wizards
    }

    /// Returns the issuances of this visit.
    pub fn here() -> Self {
        use_context().unwrap_or_else(Self::new)
    }

    /// Whether the program runs. It does not on the server, nor in the browser before hydration.
    pub fn running(self) -> RwSignal<bool> {
        self.running
    }

    /// Returns a mailbox's issuance that has no profile yet. Its state outlives the page that shows it.
    pub fn draft(self, mailbox: MailboxId, renews: Option<ProfileId>) -> Wizard {
        let known = self.drafts.with_value(|all| all.get(&(mailbox, renews)).copied());
        known.unwrap_or_else(|| {
            let wizard = self.lasting();
            self.drafts.update_value(|all| {
                all.insert((mailbox, renews), wizard);
            });
            wizard
        })
    }

    /// Returns the issuance of a profile.
    pub fn issued(self, profile: ProfileId) -> Option<Wizard> {
        self.issued
            .with_value(|all| all.get(&profile).map(|(_, wizard)| *wizard))
    }

    /// Returns the profiles of a mailbox.
    pub fn of(self, mailbox: MailboxId) -> Vec<(ProfileId, Wizard)> {
        let own = |(profile, (of, wizard)): (&ProfileId, &(MailboxId, Wizard))| {
            (*of == mailbox).then_some((*profile, *wizard))
        };
        self.issued.with_value(|all| all.iter().filter_map(own).collect())
    }

    /// Makes a draft the wizard of its profile, so that the next draft starts at the first step.
    pub fn settle(self, wizard: Wizard, mailbox: MailboxId, profile: ProfileId) {
        self.drafts.update_value(|all| all.retain(|_, draft| *draft != wizard));
        self.issued.update_value(|all| {
            all.insert(profile, (mailbox, wizard));
        });
    }

    /// Returns the wizard of a profile on the server, with the key if it is in this browser.
    pub fn adopt(self, view: ProfileView) -> Wizard {
        let (mailbox, profile) = (view.mailbox_id, view.summary.id);
        let wizard = self.issued(profile).unwrap_or_else(|| {
            let wizard = self.lasting();
            self.settle(wizard, mailbox, profile);
            wizard
        });
        wizard.adopt(view);
        wizard
    }

    /// Wipes the key of a deleted profile. The next draft gets its choices, unless there is a draft already.
    pub fn discard(self, profile: ProfileId) {
        if let Some((mailbox, wizard)) = self.take(profile) {
            let renews = wizard
                .renews
                .with_untracked(|before| before.as_ref().map(|before| before.summary.id));
            if self.drafts.with_value(|all| !all.contains_key(&(mailbox, renews))) {
                self.draft(mailbox, renews).choose_like(wizard);
            }
        }
        self.discarded.update(|all| {
            all.insert(profile);
        });
    }

    /// Whether a profile was discarded during this visit.
    pub fn is_discarded(self, profile: ProfileId) -> bool {
        self.discarded.with(|all| all.contains(&profile))
    }

    fn take(self, profile: ProfileId) -> Option<(MailboxId, Wizard)> {
        let (mailbox, wizard) = self.issued.try_update_value(|all| all.remove(&profile)).flatten()?;
        wizard.end_custody();
        Some((mailbox, wizard))
    }

    /// Issues a chain with a draft, which becomes the wizard of the new profile.
    pub fn issue(self, draft: Wizard, mailbox: MailboxId, subject: Subject, choice: Choice) {
        draft.issue(mailbox, subject, choice, move |profile| {
            self.settle(draft, mailbox, profile)
        });
    }

    /// Wipes all keys and forgets all progress.
    pub fn end(self) {
        for wizard in self.all() {
            wizard.end_custody();
        }
        self.drafts.update_value(HashMap::clear);
        self.issued.update_value(HashMap::clear);
    }

    /// Whether leaving the page now would lose a key that is not exported.
    fn would_lose(self) -> bool {
        self.all().iter().any(|wizard| wizard.would_lose())
    }

    fn all(self) -> Vec<Wizard> {
        let drafts: Vec<Wizard> = self.drafts.with_value(|all| all.values().copied().collect());
        let issued: Vec<Wizard> = self
            .issued
            .with_value(|all| all.values().map(|(_, wizard)| *wizard).collect());
        [drafts, issued].concat()
    }

    /// Makes a wizard live as long as the visit.
    fn lasting(self) -> Wizard {
        match self.owner.get_value() {
            Some(owner) => owner.with(Wizard::new),
            None => Wizard::new(),
        }
    }
}

/// Makes a clicked link open a new tab, so that people can look at another page without losing the key.
fn open_elsewhere(event: &MouseEvent) {
    let untouched = |link: &HtmlAnchorElement| !event.default_prevented() && link.target().is_empty();
    if let Some(link) = clicked_link(event).filter(untouched).filter(leaves) {
        link.set_target("_blank");
        // For this click only: the key may be exported by the next one.
        set_timeout(move || link.set_target(""), Duration::ZERO);
    }
}

/// Whether a link leads away from this page, and so neither to a part of it, nor to a download or another program.
fn leaves(link: &HtmlAnchorElement) -> bool {
    let here = window().location();
    let within = !link.hash().is_empty()
        && here.pathname().is_ok_and(|path| path == link.pathname())
        && here.search().is_ok_and(|search| search == link.search());
    !within && !link.has_attribute("download") && link.protocol().starts_with("http")
}
