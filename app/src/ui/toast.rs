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

/// How long a toast stays: long enough to read it twice, and to reach "Undo". It stays while it is hovered or focused.
const STAY: Duration = Duration::from_secs(12);

/// An outcome, and the id of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    done: Done,
    of: Option<i64>,
}

impl Told {
    /// Returns `None` if something was declined since then. Without JavaScript the page's URL has both.
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
    /// How many there were, so that a second one with the same words counts as new.
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
    /// Starts empty. The owner must live as long as the visit.
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

    /// How often something was undone. The page may show something else each time.
    pub fn undone(self) -> usize {
        self.undo.alias_off.version().get() + self.undo.contact_blocked.version().get()
    }

    /// How many outcomes were reported.
    pub fn told(self) -> u32 {
        self.count.get()
    }

    fn tell(self, told: Told) {
        self.now.set(Some(told));
        self.count.update(|count| *count += 1);
    }
}

/// The place of toasts, once around the pages.
#[component]
pub(super) fn ToastArea() -> impl IntoView {
    let toasts = Toasts::here();
    let query = use_query_map();
    let location = use_location();
    let navigate = use_navigate();
    // The browser corrects the URL at once, so that a reload does not report the outcome again.
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
    // Reads the URL as well. The server has nothing else, and the browser knows it first.
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

/// The page that reports it.
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
            // Without JavaScript the link opens the same page without the notice.
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

/// Returns the form that undoes an outcome, if that is possible. It returns to the current page.
fn undo(done: Done, of: i64, page: &Page, undo: Undo) -> Option<AnyView> {
    match done {
        Done::AliasOff => {
            // Never empty, because a form cannot tell an empty value from a missing one.
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

/// Returns the page's URL without the outcome.
pub(super) fn without_done(path: &str, query: &ParamsMap) -> String {
    let mut query = query.clone();
    query.remove("done");
    query.remove("of");
    format!("{path}{}", query.to_query_string())
}
