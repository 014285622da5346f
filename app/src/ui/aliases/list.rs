//! Shows the aliases that match a query, page by page.

use leptos::{either::Either, prelude::*};

use super::{bulk::Bulk, row::Row};
use crate::{
    api::{
        alias::{AliasPage, AliasQuery, ON_ONE_PAGE, Show},
        mailbox::MailboxView,
    },
    id::AliasId,
};

/// The element `alias-list` holds everything that depends on the query. `mailboxes` are those that aliases can move to,
/// and `created` is marked as new.
#[component]
pub(super) fn List(
    page: AliasPage,
    query: AliasQuery,
    mailboxes: Vec<MailboxView>,
    created: Option<AliasId>,
) -> impl IntoView {
    let AliasPage {
        aliases,
        found,
        all,
        now,
    } = page;
    if all == 0 {
        return ().into_any();
    }
    if aliases.is_empty() {
        return view! { <div id="alias-list" class="alias-list"><Nothing query found/></div> }.into_any();
    }
    let class = match mailboxes.len() {
        0 | 1 => "alias-rows",
        _ => "alias-rows several",
    };
    view! {
        <div id="alias-list" class="alias-list">
            <div class="list-head">
                <Bulk query=query.clone() found mailboxes/>
                <p class="count" role="status">
                    {count(&query, found)}
                    {query.narrows().then(|| view! { " · " <a href="/aliases">"Show all"</a> })}
                </p>
            </div>
            <ul class=class>
                {aliases
                    .into_iter()
                    .map(|alias| {
                        let new = created == Some(alias.id);
                        view! { <Row alias now query=query.clone() new/> }
                    })
                    .collect_view()}
            </ul>
            <Pages query=query.clone() found/>
        </div>
    }
    .into_any()
}

fn count(query: &AliasQuery, found: u64) -> String {
    match (query.narrows(), found) {
        (true, 1) => "1 alias found".to_owned(),
        (true, _) => format!("{found} aliases found"),
        (false, 1) => "1 alias".to_owned(),
        (false, _) => format!("{found} aliases"),
    }
}

#[component]
fn Nothing(query: AliasQuery, found: u64) -> impl IntoView {
    let first = AliasQuery {
        page: 0,
        ..query.clone()
    };
    let words = match (found, query.search.is_empty(), query.show) {
        (1.., ..) => "There are no more on this page.".to_owned(),
        (0, false, _) => format!("No alias has “{}” in its address, label or note.", query.search),
        (0, true, Show::Off) => "No alias is off.".to_owned(),
        (0, true, _) => "No alias is on.".to_owned(),
    };
    let link = match found {
        0 => Either::Left(view! { <a href="/aliases">"Show all aliases"</a> }),
        _ => Either::Right(view! { <a href=first.url()>"To the first page"</a> }),
    };
    view! { <p class="nothing" role="status">{words} " " {link}</p> }
}

#[component]
fn Pages(query: AliasQuery, found: u64) -> impl IntoView {
    let this = query.page.max(1);
    let last = found.div_ceil(u64::from(ON_ONE_PAGE)).max(1);
    let other = |page| AliasQuery { page, ..query.clone() }.url();
    (last > 1).then(|| {
        view! {
            <nav aria-label="Pages of aliases">
                <p class="actions">
                    {(this > 1).then(|| view! { <a class="button" href=other(this - 1) rel="prev">"Previous"</a> })}
                    <span>{format!("Page {this} of {last}")}</span>
                    {(u64::from(this) < last).then(|| view! { <a class="button" href=other(this + 1) rel="next">"Next"</a> })}
                </p>
            </nav>
        }
        .into_any()
    })
}
