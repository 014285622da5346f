//! Shows the page of aliases, which creates, finds and changes them.

mod bulk;
mod delete;
mod filter;
mod list;
mod new;
mod row;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

pub(super) use self::{
    delete::DeleteAliases,
    row::{SwitchButton, Use},
};
use self::{
    filter::Filter,
    list::List,
    new::{Created, NewAlias},
};
use super::{checklist::Checklist, form::Declined, loaded::loaded};
use crate::{
    api::{
        account::{RelayInfo, relay},
        alias::{AliasPage, AliasQuery, AliasView, SetAliasEnabled, SetAliasPinned, alias, aliases},
        bulk::{ChangeAliases, UndoSwitch},
        done::Done,
        mailbox::{MailboxView, Protection, mailboxes},
    },
    id::AliasId,
    texts::text,
};

/// The data of the page. The last is the alias that was created just now.
type Shown = (AliasPage, Vec<MailboxView>, RelayInfo, Option<AliasView>);

#[component]
pub(super) fn Aliases() -> impl IntoView {
    let parameters = use_query_map();
    let query = Memo::new(move |_| AliasQuery::read(|name| parameters.with(|given| given.get(name))));
    // Not tracked, so that it stays when the browser removes the reported outcome from the URL.
    let created = parameters.with_untracked(|given| {
        let done = given.get_str("done").and_then(Done::from_key);
        let of = given.get_str("of").and_then(|of| of.parse().ok());
        of.filter(|_| done == Some(Done::AliasCreated))
    });
    let asked = Resource::new(
        move || query.get(),
        move |query| async move {
            let created = match created {
                Some(id) => alias(AliasId(id)).await.ok().map(|detail| detail.alias),
                None => None,
            };
            let AliasQuery {
                search,
                show,
                sort,
                page,
            } = query;
            let page = aliases(search, show, sort, page).await?;
            Ok((page, mailboxes().await?, relay().await?, created))
        },
    );
    view! {
        <Title text=text!(aliases.title)/>
        {loaded(asked, move |shown| view! { <Complete shown query=query.get()/> })}
    }
}

#[component]
fn Complete(shown: Shown, query: AliasQuery) -> impl IntoView {
    let (page, mailboxes, relay, created) = shown;
    let mailboxes: Vec<_> = mailboxes.into_iter().filter(is_verified).collect();
    let any = page.all > 0;
    view! {
        <Checklist/>
        <NewAlias relay mailboxes=mailboxes.clone() any/>
        {created.clone().map(|alias| view! { <Created alias/> })}
        <Declined action={ServerAction::<SetAliasEnabled>::new()}/>
        <Declined action={ServerAction::<SetAliasPinned>::new()}/>
        <Declined action={ServerAction::<ChangeAliases>::new()}/>
        <Declined action={ServerAction::<UndoSwitch>::new()}/>
        {any.then(|| view! { <Filter query=query.clone()/> })}
        <List page query mailboxes created=created.map(|alias| alias.id)/>
    }
}

/// Mail is relayed to verified mailboxes only.
fn is_verified(mailbox: &MailboxView) -> bool {
    mailbox.protection != Protection::Unverified
}
