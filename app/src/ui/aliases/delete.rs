//! Asks before the selected aliases are deleted, because that cannot be undone.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

use crate::{
    api::{
        alias::{AliasQuery, AliasView},
        bulk::{ChangeAliases, picked_aliases},
    },
    id::AliasId,
    texts::text,
    ui::{form::Declined, loaded},
};

#[component]
pub(in crate::ui) fn DeleteAliases() -> impl IntoView {
    let parameters = use_query_map();
    let asked = Resource::new(
        move || parameters.with(read),
        |(ids, all, query)| async move { picked_aliases(ids, all, query.search, query.show, query.sort).await },
    );
    let back = move || parameters.with(|given| given.get("back").unwrap_or_default());
    view! {
        <Title text=text!(aliases.deletion.title)/>
        {loaded::page(asked, text!(aliases.deletion.title), move |aliases| view! { <Ask aliases back=back()/> })}
    }
}

/// Reads what the form around the list sends.
fn read(given: &ParamsMap) -> (Vec<AliasId>, bool, AliasQuery) {
    let ids = given.get_all("aliases[]").unwrap_or_default();
    let ids = ids.iter().filter_map(|id| id.parse().ok()).collect();
    (
        ids,
        given.get_str("all") == Some("true"),
        AliasQuery::read(|name| given.get(name)),
    )
}

#[component]
fn Ask(aliases: Vec<AliasView>, back: String) -> impl IntoView {
    let heading = match aliases.len() {
        1 => text!(aliases.deletion.ask_one).to_owned(),
        count => text!(aliases.deletion.ask, count),
    };
    let ids: Vec<_> = aliases.iter().map(|alias| alias.id).collect();
    let list = format!("/aliases{}", if back.starts_with('?') { back.as_str() } else { "" });
    view! {
        <h1>{heading}</h1>
        <p>{text!(aliases.deletion.warning)}</p>
        <ul class="doomed">
            {aliases
                .into_iter()
                .map(|alias| view! {
                    <li>
                        <span class="address">{alias.address.to_string()}</span>
                        {(!alias.label.is_empty()).then(|| view! { <span class="aside">{alias.label}</span> })}
                    </li>
                })
                .collect_view()}
        </ul>
        <form method="post" action=ChangeAliases::url()>
            <Declined action={ServerAction::<ChangeAliases>::new()}/>
            {ids
                .into_iter()
                .map(|id| view! { <input type="hidden" name="aliases[]" value=id.to_string()/> })
                .collect_view()}
            <input type="hidden" name="change" value="delete"/>
            <input type="hidden" name="back" value=back/>
            <p class="actions">
                <button type="submit" class="danger">{text!(aliases.deletion.delete)}</button>
                <a href=list>{text!(aliases.deletion.cancel)}</a>
            </p>
        </form>
    }
    .into_any()
}
