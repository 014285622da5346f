//! Shows the links between the pages of a long list.

use leptos::prelude::*;

use crate::texts::text;

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
