//! Shows the page of an alias in three tabs: its contacts, its activity and its settings.

mod contacts;
mod details;
mod head;
mod outbound;
mod switch;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use self::{
    contacts::Contacts,
    details::{Counts, Details},
    head::Head,
    outbound::{Outbound, SenderName},
    switch::{Deletion, Switch},
};
use super::{activity::Activity, loaded, move_alias::MoveAlias};
use crate::{
    api::{
        ApiError,
        activity::ActivityPage,
        alias::{AliasDetail, activity, alias},
        contact::{ContactPage, contacts},
        mailbox::{MailboxView, mailboxes},
        tab::Tab,
    },
    id::{AliasId, EventId},
    texts::text,
};

/// The query of the page: the tab, and the page of its list.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Wanted {
    id: Option<AliasId>,
    tab: Tab,
    contacts: u32,
    before: Option<EventId>,
}

/// The data of the page. Only what the tab shows is there.
type Shown = (AliasDetail, Option<ContactPage>, Option<ActivityPage>, Vec<MailboxView>);

#[component]
pub(super) fn Alias() -> impl IntoView {
    let (parameters, query) = (use_params_map(), use_query_map());
    let wanted = Memo::new(move |_| {
        let id = parameters.with(|parameters| parameters.get_str("alias").and_then(|id| id.parse().ok()));
        query.with(|query| Wanted {
            id,
            tab: Tab::read(query.get_str("tab")),
            contacts: query
                .get_str("contacts")
                .and_then(|page| page.parse().ok())
                .unwrap_or_default(),
            before: query.get_str("before").and_then(|id| id.parse().ok()),
        })
    });
    let asked = Resource::new(move || wanted.get(), load);
    loaded::page(
        asked,
        text!(alias.title),
        move |shown| view! { <Complete shown wanted=wanted.get()/> },
    )
}

async fn load(wanted: Wanted) -> Result<Shown, ApiError> {
    let id = wanted.id.ok_or(ApiError::NotFound)?;
    let detail = alias(id).await?;
    Ok(match wanted.tab {
        Tab::Contacts => (detail, Some(contacts(id, wanted.contacts).await?), None, Vec::new()),
        Tab::Activity => (detail, None, Some(activity(id, wanted.before).await?), Vec::new()),
        Tab::Settings => (detail, None, None, mailboxes().await?),
    })
}

#[component]
fn Complete(shown: Shown, wanted: Wanted) -> impl IntoView {
    let (detail, contacts, activity, mailboxes) = shown;
    let AliasDetail { alias, now, .. } = detail.clone();
    let title = alias.address.to_string();
    let past = wanted.before.is_some();
    view! {
        <Title text=title/>
        <Head alias=alias.clone() now tab=wanted.tab/>
        <div class="parts">
            {match (contacts, activity) {
                (Some(page), _) => view! {
                    <section aria-labelledby="outbound">
                        <h2 id="outbound">{text!(alias.outbound.title)}</h2>
                        <Outbound alias=alias.clone()/>
                    </section>
                    <section aria-labelledby="contacts">
                        <h2 id="contacts">{text!(alias.contacts)}</h2>
                        <Contacts alias page now/>
                    </section>
                }
                .into_any(),
                (None, Some(page)) => view! {
                    <section aria-labelledby="activity">
                        <h2 id="activity">{text!(alias.activity)}</h2>
                        <Activity alias=alias.clone() page past recorded=detail.record_activity now/>
                    </section>
                    <section aria-labelledby="counts">
                        <h2 id="counts">{text!(alias.counts.title)}</h2>
                        <Counts alias now/>
                    </section>
                }
                .into_any(),
                (None, None) => view! { <Settings detail mailboxes/> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Settings(detail: AliasDetail, mailboxes: Vec<MailboxView>) -> impl IntoView {
    let AliasDetail {
        alias,
        name,
        note,
        created,
        now,
        ..
    } = detail;
    let id = alias.id;
    view! {
        <section aria-labelledby="details">
            <h2 id="details">{text!(alias.details.title)}</h2>
            <Details alias=alias.clone() note created now/>
        </section>
        <section aria-labelledby="sender">
            <h2 id="sender" class="unseen">{text!(alias.sender.title)}</h2>
            <SenderName id name/>
        </section>
        <MoveAlias alias=alias.clone() mailboxes/>
        <section aria-labelledby="state">
            <h2 id="state">{text!(alias.switch.title)}</h2>
            <Switch alias/>
        </section>
        <section aria-labelledby="deletion">
            <h2 id="deletion">{text!(alias.deletion.title)}</h2>
            <Deletion id/>
        </section>
    }
}
