//! Aliases: taking one, and finding those that were taken.

mod filter;
mod list;
mod new;

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

pub(super) use self::list::Use;
use self::{filter::Filter, list::List, new::NewAlias};
use super::{form::Declined, loaded::loaded};
use crate::api::{
    account::{mailboxes, relay},
    alias::{AliasId, AliasQuery, AliasView, CreateAlias, DeleteAlias, SetAliasEnabled, alias, aliases, suggest_alias},
};

/// What one can do to an alias in the list.
#[derive(Clone, Copy)]
struct Actions {
    set_enabled: ServerAction<SetAliasEnabled>,
    delete: ServerAction<DeleteAlias>,
}

#[component]
pub(super) fn Aliases() -> impl IntoView {
    let create = ServerAction::<CreateAlias>::new();
    let actions = Actions {
        set_enabled: ServerAction::new(),
        delete: ServerAction::new(),
    };
    let versions = (
        create.version(),
        actions.set_enabled.version(),
        actions.delete.version(),
    );
    let parameters = use_query_map();
    let query = Memo::new(move |_| AliasQuery::read(|name| parameters.with(|given| given.get(name))));
    let asked = Resource::new(
        move || (query.get(), versions.0.get(), versions.1.get(), versions.2.get()),
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
        move || versions.0.get(),
        |_| async { Ok((suggest_alias().await?, relay().await?, mailboxes().await?)) },
    );
    view! {
        <Title text="Aliases"/>
        <h1>"Aliases"</h1>
        <p>"Give an alias to whoever asks for your address. What it receives is relayed to one of your mailboxes."</p>
        <Done actions query/>
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

/// Says what was done, which the page's address tells, and offers to undo what can be undone.
#[component]
fn Done(actions: Actions, query: Memo<AliasQuery>) -> impl IntoView {
    let parameters = use_query_map();
    let told = Memo::new(move |_| {
        parameters.with(|given| {
            let changed = given.get_str("alias").and_then(|id| id.parse::<AliasId>().ok());
            (given.get("done").unwrap_or_default(), changed)
        })
    });
    let about = Resource::new(
        move || (told.get(), actions.set_enabled.version().get()),
        |((done, changed), _)| async move {
            match (done.as_str(), changed) {
                ("on" | "off", Some(id)) => alias(id).await.ok().map(|detail| detail.alias),
                _ => None,
            }
        },
    );
    let declined = move || {
        matches!(actions.set_enabled.value().get(), Some(Err(_)))
            || matches!(actions.delete.value().get(), Some(Err(_)))
    };
    let notice = move || {
        let about = about.get()?;
        if declined() {
            return None;
        }
        let (done, _) = told.get();
        match (done.as_str(), about) {
            ("created", _) => Some(said("The alias is yours. It is the first in the list.").into_any()),
            ("deleted", _) => Some(said("The alias is deleted, and nobody can take it again.").into_any()),
            ("on", Some(alias)) if alias.enabled => {
                Some(said("The alias is on again: its mail is relayed.").into_any())
            }
            ("off", Some(alias)) if !alias.enabled => {
                Some(view! { <TurnedOff alias back=format!("?{}", query.get().written()) actions/> }.into_any())
            }
            _ => None,
        }
    };
    view! { <div role="status"><Transition>{notice}</Transition></div> }
}

fn said(words: &'static str) -> impl IntoView {
    view! { <p class="notice good">{words}</p> }
}

#[component]
fn TurnedOff(alias: AliasView, back: String, actions: Actions) -> impl IntoView {
    let page = format!("/aliases/{}#state", alias.id);
    view! {
        <div class="notice good">
            <p>
                {super::words::off_answer(alias.off_answer)} " "
                <a href=page>"Choose what senders are told"</a>
            </p>
            <ActionForm action=actions.set_enabled>
                <input type="hidden" name="alias" value=alias.id.to_string()/>
                <input type="hidden" name="enabled" value="true"/>
                <input type="hidden" name="back" value=back/>
                <button type="submit" class="secondary">"Undo"</button>
            </ActionForm>
        </div>
    }
}

/// The list with another query; without one its plain address.
fn address(query: &AliasQuery) -> String {
    match query.written() {
        written if written.is_empty() => "/aliases".to_owned(),
        written => format!("/aliases?{written}"),
    }
}

/// A part that is there or not.
fn either<A: IntoView, B: IntoView>(choice: Result<A, B>) -> Either<A, B> {
    match choice {
        Ok(left) => Either::Left(left),
        Err(right) => Either::Right(right),
    }
}
