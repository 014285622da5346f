//! Reports outcomes once: in a toast, or without JavaScript in a notice at the top of the page.
//!
//! A server function reports with [`crate::api::done::leads_to`]. If the action can be undone, it passes the id of its object, and
//! [`undo`] has a form for it.

use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
    params::ParamsMap,
};
use std::time::Duration;

use super::form::Declined;
use crate::{
    api::{alias::SetAliasEnabled, contact::SetContactBlocked, done::Done},
    id::AliasId,
};

/// How long a toast stays: long enough to be read twice, and to reach for "Undo". It stays while it is pointed at or has the focus.
const STAY: Duration = Duration::from_secs(12);

/// An outcome, and the id of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    done: Done,
    of: Option<i64>,
}

impl Told {
    /// Nothing where something was declined since: without JavaScript the page's address then has both.
    fn in_query(query: &ParamsMap) -> Option<Self> {
        if query.get_str("__err").is_some() {
            return None;
        }
        let done = Done::from_key(query.get_str("done")?)?;
        let of = query.get_str("of").and_then(|of| of.parse().ok());
        Some(Self { done, of })
    }
}

/// The toasts of a visit.
#[derive(Clone, Copy)]
pub(super) struct Toasts {
    now: RwSignal<Option<Told>>,
    /// How many there were: a second one with the same words is a new one.
    count: RwSignal<u32>,
    /// The actions that undo outcomes.
    undo: Undo,
}

#[derive(Clone, Copy)]
struct Undo {
    alias_off: ServerAction<SetAliasEnabled>,
    contact_blocked: ServerAction<SetContactBlocked>,
}

impl Toasts {
    /// None yet. To be made once, by what lives as long as the visit.
    pub fn new() -> Self {
        Self {
            now: RwSignal::new(None),
            count: RwSignal::new(0),
            undo: Undo {
                alias_off: ServerAction::new(),
                contact_blocked: ServerAction::new(),
            },
        }
    }

    pub fn here() -> Self {
        use_context().unwrap_or_else(Self::new)
    }

    /// How much was undone: what a page shows may be another thing each time.
    pub fn undone(self) -> usize {
        self.undo.alias_off.version().get() + self.undo.contact_blocked.version().get()
    }

    /// How many outcomes were told so far.
    pub fn told(self) -> u32 {
        self.count.get()
    }

    fn tell(self, told: Told) {
        self.now.set(Some(told));
        self.count.update(|count| *count += 1);
    }
}

/// Where toasts appear; once, around the pages.
#[component]
pub(super) fn ToastArea() -> impl IntoView {
    let toasts = Toasts::here();
    let query = use_query_map();
    let location = use_location();
    let navigate = use_navigate();
    // In the browser the address is put right at once, so that a reload does not tell it again.
    Effect::new(move |_| {
        if let Some(told) = query.with(Told::in_query) {
            toasts.tell(told);
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            let plain = without_done(&location.pathname.get_untracked(), &query.get_untracked());
            navigate(&format!("{plain}{}", location.hash.get_untracked()), options);
        }
    });
    let held = RwSignal::new(false);
    Effect::new(move |_| {
        let count = toasts.count.get();
        let stays = toasts
            .now
            .with_untracked(|told| told.is_some_and(|told| told.done.is_bad()));
        if count == 0 || held.get() || stays {
            return;
        }
        set_timeout(
            move || {
                if toasts.count.get_untracked() == count && !held.get_untracked() {
                    toasts.now.set(None);
                }
            },
            STAY,
        );
    });
    // Read from the address too: it is all that there is on the server, and the first that the browser knows.
    let told = Memo::new(move |_| query.with(Told::in_query).or_else(|| toasts.now.get()));
    let path = use_location().pathname;
    view! {
        <div
            class="toasts"
            role="status"
            aria-live="polite"
            on:pointerenter=move |_: ev::PointerEvent| held.set(true)
            on:pointerleave=move |_: ev::PointerEvent| held.set(false)
            on:focusin=move |_: ev::FocusEvent| held.set(true)
            on:focusout=move |_: ev::FocusEvent| held.set(false)
        >
            {move || told.get().map(|told| {
                let page = Page {
                    path: path.get_untracked(),
                    query: query.get_untracked(),
                };
                view! { <Toast told page toasts/> }
            })}
        </div>
    }
}

/// Where it is told.
struct Page {
    path: String,
    query: ParamsMap,
}

#[component]
fn Toast(told: Told, page: Page, toasts: Toasts) -> impl IntoView {
    let rest = without_done(&page.path, &page.query);
    view! {
        <div class=if told.done.is_bad() { "toast trouble" } else { "toast" }>
            <p>{told.done.words()}</p>
            {told.of.and_then(|of| undo(told.done, of, &page, toasts.undo))}
            // Without JavaScript it leads to the same page without the notice.
            <a
                class="dismiss"
                href=rest
                rel="external"
                aria-label="Dismiss"
                on:click=move |event| {
                    event.prevent_default();
                    event.stop_propagation();
                    toasts.now.set(None);
                }
            >
                <span aria-hidden="true">"×"</span>
            </a>
        </div>
    }
}

/// The form that takes an outcome back, for those that can be. It leads back to where the person is.
fn undo(done: Done, of: i64, page: &Page, undo: Undo) -> Option<AnyView> {
    match done {
        Done::AliasOff => {
            // Never empty, which a form cannot tell from nothing.
            let back = (page.path == "/aliases")
                .then(|| format!("?{}", without_done("", &page.query).trim_start_matches('?')));
            let form = view! {
                <ActionForm action=undo.alias_off>
                    <input type="hidden" name="alias" value=of.to_string()/>
                    <input type="hidden" name="enabled" value="true"/>
                    {back.map(|back| view! { <input type="hidden" name="back" value=back/> })}
                    <button type="submit" class="link">"Undo"</button>
                    <Declined action=undo.alias_off/>
                </ActionForm>
                <a href=format!("/aliases/{of}#state")>"What senders are told"</a>
            };
            Some(form.into_any())
        }
        Done::ContactBlocked => {
            let alias: AliasId = page.path.strip_prefix("/aliases/")?.parse().ok()?;
            let contacts: u32 = page
                .query
                .get_str("contacts")
                .and_then(|page| page.parse().ok())
                .unwrap_or(1);
            let form = view! {
                <ActionForm action=undo.contact_blocked>
                    <input type="hidden" name="alias" value=alias.to_string()/>
                    <input type="hidden" name="contact" value=of.to_string()/>
                    <input type="hidden" name="blocked" value="false"/>
                    <input type="hidden" name="page" value=contacts.to_string()/>
                    <button type="submit" class="link">"Undo"</button>
                    <Declined action=undo.contact_blocked/>
                </ActionForm>
            };
            Some(form.into_any())
        }
        _ => None,
    }
}

/// The page's address without what was told.
pub(super) fn without_done(path: &str, query: &ParamsMap) -> String {
    let mut query = query.clone();
    query.remove("done");
    query.remove("of");
    format!("{path}{}", query.to_query_string())
}
