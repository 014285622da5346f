//! Shows the page of aliases, which creates and finds them.

mod filter;
mod list;
mod new;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

pub(super) use self::list::Use;
use self::{
    filter::Filter,
    list::{Actions, List},
    new::NewAlias,
};
use super::{form::Declined, kept::successes, loaded::loaded};
use crate::api::{
    account::relay,
    alias::{AliasQuery, CreateAlias, aliases, suggest_alias},
    mailbox::mailboxes,
};

#[component]
pub(super) fn Aliases() -> impl IntoView {
    let create = ServerAction::<CreateAlias>::new();
    let actions = Actions {
        set_enabled: ServerAction::new(),
        delete: ServerAction::new(),
    };
    let done = (
        successes(create),
        successes(actions.set_enabled),
        successes(actions.delete),
    );
    let parameters = use_query_map();
    let query = Memo::new(move |_| AliasQuery::read(|name| parameters.with(|given| given.get(name))));
    let asked = Resource::new(
        move || (query.get(), done.0.get(), done.1.get(), done.2.get()),
        |(query, ..)| async move {
            let AliasQuery {
                search,
                show,
                sort,
                page,
            } = query;
            aliases(search, show, sort, page).await
        },
    );
    let offered = Resource::new(
        move || done.0.get(),
        |_| async { Ok((suggest_alias().await?, relay().await?, mailboxes().await?)) },
    );
    view! {
        <Title text="Aliases"/>
        <h1>"Aliases"</h1>
        <p>"Give an alias to whoever asks for your address. What it receives is relayed to one of your mailboxes."</p>
        <section class="card" aria-labelledby="new-alias">
            <h2 id="new-alias">"New alias"</h2>
            {loaded(offered, move |(local, relay, mailboxes)| view! { <NewAlias local relay mailboxes create/> })}
        </section>
        <h2 id="your-aliases">"Your aliases"</h2>
        <Declined action=actions.set_enabled/>
        <Declined action=actions.delete/>
        <Filter query/>
        {loaded(asked, move |page| view! { <List page query=query.get() actions/> })}
    }
}
