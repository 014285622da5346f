//! The issuances of a visit. Kept in the page's memory, so that one can look at other pages and come back; a reload forgets
//! them, as it forgets the keys.

use std::collections::HashMap;

use leptos::{ev, prelude::*};

use super::{device::Device, wizard::Wizard};
use crate::api::account::MailboxId;

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
        // Only in a browser, which alone knows what it runs on.
        Effect::new(move |_| {
            let navigator = window().navigator();
            let user_agent = navigator.user_agent().unwrap_or_default();
            wizard
                .device
                .set(Device::suggested(&user_agent, navigator.max_touch_points()));
        });
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
