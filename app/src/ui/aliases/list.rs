//! Shows the aliases that match a query, page by page.

use leptos::{either::Either, prelude::*};

use super::{super::pager::pager, bulk::Bulk, row::Row};
use crate::{
    api::{
        alias::{AliasPage, AliasQuery, ON_ONE_PAGE, Show},
        mailbox::MailboxView,
    },
    id::AliasId,
    texts::text,
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
                    {query.narrows().then(|| view! { " · " <a href="/aliases">{text!(aliases.list.show_all)}</a> })}
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
            {pager(query.page, (found, ON_ONE_PAGE), text!(aliases.list.pages), |page| {
                AliasQuery { page, ..query.clone() }.url()
            })}
        </div>
    }
    .into_any()
}

fn count(query: &AliasQuery, found: u64) -> String {
    match (query.narrows(), found) {
        (true, 1) => text!(aliases.list.found_alias).to_owned(),
        (true, _) => text!(aliases.list.found_aliases, count = found),
        (false, 1) => text!(aliases.list.alias).to_owned(),
        (false, _) => text!(aliases.list.aliases, count = found),
    }
}

#[component]
fn Nothing(query: AliasQuery, found: u64) -> impl IntoView {
    let first = AliasQuery {
        page: 0,
        ..query.clone()
    };
    let words = match (found, query.search.is_empty(), query.show) {
        (1.., ..) => text!(aliases.list.no_more).to_owned(),
        (0, false, _) => text!(aliases.list.none_found, search = query.search),
        (0, true, Show::Off) => text!(aliases.list.none_off).to_owned(),
        (0, true, _) => text!(aliases.list.none_on).to_owned(),
    };
    let link = match found {
        0 => Either::Left(view! { <a href="/aliases">{text!(aliases.list.show_all_aliases)}</a> }),
        _ => Either::Right(view! { <a href=first.url()>{text!(aliases.list.first_page)}</a> }),
    };
    view! { <p class="nothing" role="status">{words} " " {link}</p> }
}
