//! Reports an outcome once, on the page that it led to.
//!
//! A server function reports with [`crate::api::done::leads_to`]. If the action can be undone, it passes the id of its object, and
//! [`undo_form`] or [`turn_back`] has a form for it.

use leptos::prelude::*;
use leptos_router::{
    hooks::{use_location, use_query_map},
    params::ParamsMap,
};

use super::undo::{turn_back, undo_form};
use crate::{api::done::Done, texts::text};

/// An outcome, and the id of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    done: Done,
    of: Option<i64>,
    /// How many things changed, if it is a change of several.
    count: Option<u64>,
}

impl Told {
    /// Returns `None` if something was declined since then. The page's URL has both.
    fn in_query(query: &ParamsMap) -> Option<Self> {
        if query.get_str("__err").is_some() {
            return None;
        }
        let done = Done::from_key(query.get_str("done")?)?;
        let of = query.get_str("of").and_then(|of| of.parse().ok());
        let count = query.get_str("count").and_then(|count| count.parse().ok());
        Some(Self { done, of, count })
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
            <p>{told.done.sentence(told.count)}</p>
            {told.of.and_then(|of| {
                undo_form(told.done, of, &page.path, &page.query, &without_done("", &page.query))
                    .or_else(|| turn_back(told.done, of))
            })}
            <a class="dismiss" href=rest aria-label=text!(frame.form.dismiss)><span aria-hidden="true">"×"</span></a>
        </div>
    }
}

/// Returns the page's URL without the outcome.
pub(super) fn without_done(path: &str, query: &ParamsMap) -> String {
    let mut query = query.clone();
    query.remove("done");
    query.remove("of");
    query.remove("count");
    format!("{path}{}", query.to_query_string())
}
