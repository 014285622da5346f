//! Shows the aliases that match a query, page by page.

use leptos::{either::Either, prelude::*};
use time::OffsetDateTime;

use crate::{
    api::alias::{AliasPage, AliasQuery, AliasView, DeleteAlias, ON_ONE_PAGE, SetAliasEnabled, Show},
    ui::{copy::CopyAddress, when::When},
};

/// The actions of an alias in the list.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    pub set_enabled: ServerAction<SetAliasEnabled>,
    pub delete: ServerAction<DeleteAlias>,
}

#[component]
pub(super) fn List(page: AliasPage, query: AliasQuery, actions: Actions) -> impl IntoView {
    let AliasPage {
        aliases,
        found,
        all,
        now,
    } = page;
    if all == 0 {
        return view! {
            <p>"None yet. Create one above, and open it here to write from it and to see what happened to its mail."</p>
        }
        .into_any();
    }
    if aliases.is_empty() {
        return view! { <Nothing query found/> }.into_any();
    }
    let count = match (query.narrows(), found) {
        (true, 1) => "1 alias found".to_owned(),
        (true, _) => format!("{found} aliases found"),
        (false, 1) => "1 alias".to_owned(),
        (false, _) => format!("{found} aliases"),
    };
    let back = format!("?{}", query.written());
    view! {
        <p class="aside" role="status">
            {count} {query.narrows().then(|| view! { " · " <a href="/aliases">"Show all"</a> })}
        </p>
        <ul class="cards">
            {aliases
                .into_iter()
                .map(|alias| view! { <li class="card"><Alias alias now back=back.clone() actions/></li> })
                .collect_view()}
        </ul>
        <Pages query found/>
    }
    .into_any()
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
    view! {
        <p role="status">
            {words} " "
            {either(match found {
                0 => Ok(view! { <a href="/aliases">"Show all aliases"</a> }),
                _ => Err(view! { <a href=address(&first)>"To the first page"</a> }),
            })}
        </p>
    }
}

#[component]
fn Pages(query: AliasQuery, found: u64) -> impl IntoView {
    let this = query.page.max(1);
    let last = found.div_ceil(u64::from(ON_ONE_PAGE)).max(1);
    let other = |page| address(&AliasQuery { page, ..query.clone() });
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
    })
}

#[component]
fn Alias(alias: AliasView, now: OffsetDateTime, back: String, actions: Actions) -> impl IntoView {
    let Actions { set_enabled, delete } = actions;
    let (state, class, change) = match alias.enabled {
        true => ("On", "badge good", "Turn off"),
        false => ("Off", "badge", "Turn on"),
    };
    let id = alias.id;
    let name = move || format!("alias-{id}");
    let address = alias.address.to_string();
    let back = (back.clone(), back);
    view! {
        <p class="alias">
            <strong class="address" id=name()><a href=format!("/aliases/{id}")>{address.clone()}</a></strong>
            <span class=class>{state}</span>
        </p>
        <p class="aside">
            {(!alias.label.is_empty()).then(|| view! { <span>{alias.label.clone()}</span> " · " })}
            "to " <span>{alias.mailbox.to_string()}</span>
        </p>
        <p class="aside"><Use alias=alias.clone() now/></p>
        <div class="actions">
            <ActionForm action=set_enabled>
                <input type="hidden" name="alias" value=id.to_string()/>
                <input type="hidden" name="enabled" value=(!alias.enabled).to_string()/>
                <input type="hidden" name="back" value=back.0/>
                <button type="submit" class="secondary" aria-describedby=name()>{change}</button>
            </ActionForm>
            <details>
                <summary aria-describedby=name()>"Delete…"</summary>
                <p>"Mail to it is then refused, and nobody, you included, can ever take it again."</p>
                <ActionForm action=delete>
                    <input type="hidden" name="alias" value=id.to_string()/>
                    <input type="hidden" name="back" value=back.1/>
                    <button type="submit" class="danger" aria-describedby=name()>"Delete for good"</button>
                </ActionForm>
            </details>
            <CopyAddress address/>
        </div>
    }
}

/// Shows how much mail an alias had, and when it was last used.
#[component]
pub(in crate::ui) fn Use(alias: AliasView, now: OffsetDateTime) -> impl IntoView {
    let AliasView {
        relayed,
        refused,
        last_used,
        ..
    } = alias;
    let last = match last_used {
        Some(at) => Ok(view! { "last used " <When at now/> }),
        None => Err("not used yet"),
    };
    view! {
        {format!("{relayed} relayed · ")}
        {(refused > 0).then(|| format!("{refused} not relayed · "))}
        {either(last)}
    }
}

/// Returns the URL of the list with another query.
fn address(query: &AliasQuery) -> String {
    match query.written() {
        written if written.is_empty() => "/aliases".to_owned(),
        written => format!("/aliases?{written}"),
    }
}

/// Renders one of two views.
fn either<A: IntoView, B: IntoView>(choice: Result<A, B>) -> Either<A, B> {
    match choice {
        Ok(left) => Either::Left(left),
        Err(right) => Either::Right(right),
    }
}
