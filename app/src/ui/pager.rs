//! Shows the links between the pages of a long list.

use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

use crate::texts::text;

/// The page of a long list in the URL, which counts from 1; 0 if there is none.
pub(super) fn page_in(parameters: &ParamsMap) -> u32 {
    let page = parameters.get_str("page").and_then(|page| page.parse().ok());
    page.unwrap_or_default()
}

/// The same of the page that is shown.
pub(super) fn this_page() -> Memo<u32> {
    let parameters = use_query_map();
    Memo::new(move |_| parameters.with(page_in))
}

/// The links before and after `page`, which counts from 1, or nothing if all fits on one page. `url` returns the URL of
/// another page, and `label` names the links for people who do not see what they stand below.
pub(super) fn pager(
    page: u32,
    (found, size): (u64, u32),
    label: &'static str,
    url: impl Fn(u32) -> String,
) -> Option<AnyView> {
    let this = page.max(1);
    let last = found.div_ceil(u64::from(size)).max(1);
    (last > 1).then(|| {
        view! {
            <nav aria-label=label>
                <p class="actions">
                    {(this > 1).then(|| view! {
                        <a class="button" href=url(this - 1) rel="prev">{text!(aliases.list.previous)}</a>
                    })}
                    <span>{text!(aliases.list.page, page = this, last)}</span>
                    {(u64::from(this) < last).then(|| view! {
                        <a class="button" href=url(this + 1) rel="next">{text!(aliases.list.next)}</a>
                    })}
                </p>
            </nav>
        }
        .into_any()
    })
}
