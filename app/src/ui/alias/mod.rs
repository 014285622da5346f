//! Shows the page of an alias: its state, its sender name, its contacts and its activity.

mod contacts;
mod details;
mod facts;
mod outbound;
mod switch;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use self::{
    contacts::Contacts,
    details::{Counts, Details},
    facts::Facts,
    outbound::{Outbound, SenderName},
    switch::{Deletion, Switch},
};
use super::{activity::Activity, kept::successes, loaded, move_alias::MoveAlias};
use crate::{
    api::{
        ApiError,
        activity::ActivityPage,
        alias::{
            AliasDetail, DeleteAlias, ResetAliasCounts, SetAliasDetails, SetAliasEnabled, SetAliasName,
            SetRecordActivity, StartThread, activity, alias,
        },
        contact::{ContactPage, SetContactBlocked, contacts},
        mailbox::{MailboxView, mailboxes},
    },
    id::{AliasId, EventId},
};

/// The actions of the page.
#[derive(Clone, Copy)]
struct Actions {
    name: ServerAction<SetAliasName>,
    start: ServerAction<StartThread>,
    record: ServerAction<SetRecordActivity>,
    switch: ServerAction<SetAliasEnabled>,
    details: ServerAction<SetAliasDetails>,
    counts: ServerAction<ResetAliasCounts>,
    block: ServerAction<SetContactBlocked>,
    delete: ServerAction<DeleteAlias>,
}

impl Actions {
    fn new() -> Self {
        Self {
            name: ServerAction::new(),
            start: ServerAction::new(),
            record: ServerAction::new(),
            switch: ServerAction::new(),
            details: ServerAction::new(),
            counts: ServerAction::new(),
            block: ServerAction::new(),
            delete: ServerAction::new(),
        }
    }

    /// How often each form succeeded.
    fn done(self) -> [Memo<usize>; 8] {
        [
            successes(self.name),
            successes(self.start),
            successes(self.record),
            successes(self.switch),
            successes(self.details),
            successes(self.counts),
            successes(self.block),
            successes(self.delete),
        ]
    }
}

/// The data of the page.
type Shown = (AliasDetail, ContactPage, ActivityPage, Vec<MailboxView>, bool);

#[component]
pub(super) fn Alias() -> impl IntoView {
    let actions = Actions::new();
    let done = actions.done();
    let (parameters, query) = (use_params_map(), use_query_map());
    let id = move || parameters.with(|parameters| parameters.get_str("alias").and_then(|id| id.parse().ok()));
    let before = move || query.with(|query| query.get_str("before").and_then(|id| id.parse().ok()));
    let page = move || query.with(|query| query.get_str("contacts").and_then(|page| page.parse().ok()));
    let asked = Resource::new(
        move || {
            (
                id(),
                before(),
                page().unwrap_or_default(),
                done.iter().map(Get::get).sum::<usize>(),
            )
        },
        |(id, before, page, _): (Option<AliasId>, Option<EventId>, u32, usize)| async move {
            let id = id.ok_or(ApiError::NotFound)?;
            Ok((
                alias(id).await?,
                contacts(id, page).await?,
                activity(id, before).await?,
                mailboxes().await?,
                before.is_some(),
            ))
        },
    );
    loaded::page(asked, "Alias", move |shown| view! { <Complete shown actions/> })
}

#[component]
fn Complete(shown: Shown, actions: Actions) -> impl IntoView {
    let (detail, contacts, page, mailboxes, past) = shown;
    let AliasDetail {
        alias,
        name,
        note,
        record_activity,
        created,
        now,
    } = detail;
    let title = alias.address.to_string();
    view! {
        <Title text=title.clone()/>
        <h1>{title}</h1>
        <Facts alias=alias.clone() created now/>
        <section class="card" aria-labelledby="state">
            <h2 id="state">"On or off"</h2>
            <Switch alias=alias.clone() action=actions.switch/>
        </section>
        <section class="card" aria-labelledby="outbound">
            <h2 id="outbound">"Send Outbound Mail"</h2>
            <Outbound alias=alias.clone() start=actions.start/>
        </section>
        <section class="card" aria-labelledby="sender">
            <h2 id="sender">"Who you are to others"</h2>
            <SenderName id=alias.id name action=actions.name/>
        </section>
        <section class="card" aria-labelledby="details">
            <h2 id="details">"Label and note"</h2>
            <Details alias=alias.clone() note action=actions.details/>
        </section>
        <section class="card" aria-labelledby="contacts">
            <h2 id="contacts">"Contacts"</h2>
            <Contacts alias=alias.clone() page=contacts now action=actions.block/>
        </section>
        <section class="card" aria-labelledby="activity">
            <h2 id="activity">"Activity"</h2>
            <Activity alias=alias.clone() page past recorded=record_activity now action=actions.record/>
            <Counts alias=alias.clone() now action=actions.counts/>
        </section>
        <MoveAlias alias=alias.clone() mailboxes/>
        <section class="card" aria-labelledby="deletion">
            <h2 id="deletion">"Delete this alias"</h2>
            <Deletion id=alias.id action=actions.delete/>
        </section>
        <p><a href="/aliases">"All aliases"</a></p>
    }
}
