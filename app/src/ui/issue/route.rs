//! Leads from step to step within the wizard's page. Everything else is another page, which the browser loads.
//!
//! The browser's history has one entry for each step, so "Back" and "Forward" work as between pages.

use std::collections::HashSet;

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

use super::{
    device::Device,
    place::{Place, Step, path},
};
use crate::{
    api::done::Done,
    id::{MailboxId, ProfileId},
};

/// The links between the steps.
#[derive(Clone, Copy)]
pub(super) struct WizardRoute {
    mailbox: MailboxId,
    /// The place in the current URL.
    pub place: RwSignal<Place>,
    /// The profiles that this page can show without asking the server.
    known: StoredValue<HashSet<ProfileId>>,
    /// The profile that this page can renew.
    renews: Option<ProfileId>,
    /// An outcome that the current place reports.
    pub told: RwSignal<Option<Done>>,
}

impl WizardRoute {
    /// Creates the route of a page that was loaded at `place`.
    pub fn new(mailbox: MailboxId, place: Place) -> Self {
        let route = Self {
            mailbox,
            place: RwSignal::new(place),
            known: StoredValue::new(place.profile.into_iter().collect()),
            renews: place.renews,
            told: RwSignal::new(None),
        };
        // Runs in the browser only.
        Effect::new(move |_| {
            let listening = window_event_listener(ev::popstate, move |_| route.follow_history());
            on_cleanup(move || listening.remove());
        });
        route
    }

    /// Notes that this page knows a profile.
    pub fn know(self, profile: ProfileId) {
        self.known.update_value(|known| {
            known.insert(profile);
        });
    }

    /// Whether this page knows a profile.
    pub fn knows(self, profile: ProfileId) -> bool {
        self.known.with_value(|known| known.contains(&profile))
    }

    /// Returns the URL of a step of the current profile.
    pub fn to(self, step: Step) -> String {
        self.place.get().at(step).address(self.mailbox)
    }

    /// Returns the URL of another place.
    pub fn address(self, place: Place) -> String {
        place.address(self.mailbox)
    }

    /// Opens a step of the current profile.
    pub fn go(self, step: Step) {
        self.open(self.place.get_untracked().at(step));
    }

    /// Opens another place.
    pub fn open(self, place: Place) {
        self.change(place, false);
    }

    /// Opens the first step and reports an outcome there.
    pub fn begin_again(self, done: Done) {
        self.open(Place {
            step: None,
            profile: None,
            ..self.place.get_untracked()
        });
        self.told.set(Some(done));
    }

    /// Replaces the current place in the URL.
    pub fn replace(self, place: Place) {
        self.change(place, true);
    }

    /// Loads the current place again, with everything around it, from its top.
    pub fn reload(self) {
        window().scroll_to_with_x_and_y(0.0, 0.0);
        // A browser that does not reload shows an older state, and the next page the right one.
        let _ = window().location().reload();
    }

    /// Returns the URL of the page for a PGP profile.
    pub fn pgp(self, device: Device) -> String {
        format!("{}/pgp?app={}", path(self.mailbox), device.key())
    }

    /// Leaves the wizard for another page.
    pub fn leave(self, address: &str) {
        // The browser refuses only malformed URLs, and ours are not.
        let _ = window().location().assign(address);
    }

    /// Opens a clicked link to a step without loading the page again. Other links, and clicks that open a tab, are the
    /// browser's.
    pub fn follow_link(self, event: &MouseEvent) {
        let plain = event.button() == 0
            && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
            && !event.default_prevented();
        let here = |link: &HtmlAnchorElement| {
            let own = window().location().host().is_ok_and(|host| host == link.host());
            plain && own && link.pathname() == path(self.mailbox) && link.target().is_empty()
        };
        if let Some(link) = clicked_link(event).filter(here) {
            event.prevent_default();
            self.open(Place::of(&link.search()));
        }
    }

    /// Shows the place that the browser's "Back" or "Forward" put into the URL.
    fn follow_history(self) {
        let query = window().location().search().unwrap_or_default();
        let place = Place::of(&query);
        match self.can_show(place) {
            true => self.arrive(place),
            false => self.reload(),
        }
    }

    fn change(self, place: Place, replace: bool) {
        let address = place.address(self.mailbox);
        if !self.can_show(place) {
            return self.leave(&address);
        }
        let changed = window().history().and_then(|history| match replace {
            true => history.replace_state_with_url(&JsValue::NULL, "", Some(&address)),
            false => history.push_state_with_url(&JsValue::NULL, "", Some(&address)),
        });
        match changed {
            Ok(()) => self.arrive(place),
            Err(_) => return self.leave(&address),
        }
        if !replace {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    fn arrive(self, place: Place) {
        self.told.set(None);
        if self.place.get_untracked() != place {
            self.place.set(place);
        }
    }

    fn can_show(self, place: Place) -> bool {
        let known = place.profile.is_none_or(|profile| self.knows(profile));
        known && place.renews.is_none_or(|renewed| self.renews == Some(renewed))
    }
}

/// Returns the link that a click hit.
pub(super) fn clicked_link(event: &MouseEvent) -> Option<HtmlAnchorElement> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("a[href]").ok()??.dyn_into().ok()
}
