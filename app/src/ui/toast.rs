//! Reports an outcome once, on the page that it led to.
//!
//! A server function reports with [`crate::api::done::leads_to`]. If the action can be undone, it passes the id of its object, and
//! [`undo`] has a form for it.

use leptos::prelude::*;
use leptos_router::{
    hooks::{use_location, use_query_map},
    params::ParamsMap,
};

use crate::{
    api::{alias::SetAliasEnabled, contact::SetContactBlocked, done::Done},
    id::AliasId,
};

/// An outcome, and the id of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    done: Done,
    of: Option<i64>,
}

impl Told {
    /// Returns `None` if something was declined since then. The page's URL has both.
    fn in_query(query: &ParamsMap) -> Option<Self> {
        if query.get_str("__err").is_some() {
            return None;
        }
        let done = Done::from_key(query.get_str("done")?)?;
        let of = query.get_str("of").and_then(|of| of.parse().ok());
        Some(Self { done, of })
    }
}

/// The place of a toast, once above each page.
#[component]
pub(super) fn ToastArea() -> impl IntoView {
    let (path, query) = (use_location().pathname, use_query_map());
    let toast = move || {
        query.with(Told::in_query).map(|told| {
            let page = Page {
                path: path.get(),
                query: query.get(),
            };
            view! { <Toast told page/> }
        })
    };
    view! { <div class="toasts" role="status" aria-live="polite">{toast}</div> }
}

/// The page that reports it.
struct Page {
    path: String,
    query: ParamsMap,
}

/// The first script of every page removes it after a while, and corrects the URL at once, so that a reload does not
/// report the outcome again.
#[component]
fn Toast(told: Told, page: Page) -> impl IntoView {
    let rest = without_done(&page.path, &page.query);
    view! {
        <div class=if told.done.is_bad() { "toast trouble" } else { "toast" }>
            <p>{told.done.words()}</p>
            {told.of.and_then(|of| undo(told.done, of, &page))}
            <a class="dismiss" href=rest aria-label="Dismiss"><span aria-hidden="true">"×"</span></a>
        </div>
    }
}

/// Returns the form that undoes an outcome, if that is possible. It returns to the current page.
fn undo(done: Done, of: i64, page: &Page) -> Option<AnyView> {
    match done {
        Done::AliasOff => {
            let action = ServerAction::<SetAliasEnabled>::new();
            // Never empty, because a form cannot tell an empty value from a missing one.
            let back = (page.path == "/aliases")
                .then(|| format!("?{}", without_done("", &page.query).trim_start_matches('?')));
            let form = view! {
                <ActionForm action>
                    <input type="hidden" name="alias" value=of.to_string()/>
                    <input type="hidden" name="enabled" value="true"/>
                    {back.map(|back| view! { <input type="hidden" name="back" value=back/> })}
                    <button type="submit" class="link">"Undo"</button>
                </ActionForm>
                <a href=format!("/aliases/{of}#state")>"What senders are told"</a>
            };
            Some(form.into_any())
        }
        Done::ContactBlocked => {
            let action = ServerAction::<SetContactBlocked>::new();
            let alias: AliasId = page.path.strip_prefix("/aliases/")?.parse().ok()?;
            let contacts: u32 = page
                .query
                .get_str("contacts")
                .and_then(|page| page.parse().ok())
                .unwrap_or(1);
            let form = view! {
                <ActionForm action>
                    <input type="hidden" name="alias" value=alias.to_string()/>
                    <input type="hidden" name="contact" value=of.to_string()/>
                    <input type="hidden" name="blocked" value="false"/>
                    <input type="hidden" name="page" value=contacts.to_string()/>
                    <button type="submit" class="link">"Undo"</button>
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
