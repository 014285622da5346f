//! Shows the activity of an alias, and the switch that records it.

use leptos::{prelude::*, server_fn::ServerFn};
use time::OffsetDateTime;

use super::{
    form::{Choice, Declined},
    when::When,
    words,
};
use crate::{
    api::{
        activity::{ActivityPage, Event},
        alias::{AliasView, SetRecordActivity},
    },
    id::AliasId,
    texts::{shown, text},
};

/// `past` is true if the page does not begin with the newest event.
#[component]
pub(super) fn Activity(
    alias: AliasView,
    page: ActivityPage,
    past: bool,
    recorded: bool,
    now: OffsetDateTime,
) -> impl IntoView {
    let id = alias.id;
    view! {
        <p>{text!(alias.events.hint)}</p>
        {match (page.events.is_empty(), recorded) {
            (false, _) => view! { <Events page id past now/> }.into_any(),
            (true, _) if past => {
                let newest = format!("/aliases/{id}?tab=activity");
                view! { <p>{shown!(alias.events.none_older, <a> = <a href=newest.clone()/>)}</p> }.into_any()
            }
            (true, true) => {
                let address = alias.address.to_string();
                view! { <p>{shown!(alias.events.none_yet, address, <alias> = <span class="address"/>)}</p> }.into_any()
            }
            (true, false) => view! { <p>{text!(alias.events.not_recorded)}</p> }.into_any(),
        }}
        <Recording id recorded/>
    }
}

#[component]
fn Recording(id: AliasId, recorded: bool) -> impl IntoView {
    view! {
        <form id="recording" method="post" action=SetRecordActivity::url()>
            <Declined action={ServerAction::<SetRecordActivity>::new()}/>
            <input type="hidden" name="alias" value=id.to_string()/>
            <Choice
                id="record-activity"
                name="on"
                checked=recorded
                label=text!(alias.events.record)
                hint=text!(alias.events.record_hint)
            />
            <button type="submit" class="secondary">{text!(alias.events.save)}</button>
        </form>
    }
}

#[component]
fn Events(page: ActivityPage, id: AliasId, past: bool, now: OffsetDateTime) -> impl IntoView {
    let last = page.events.last().map(|event| event.id);
    let older = last
        .filter(|_| page.more)
        .map(|last| format!("/aliases/{id}?tab=activity&before={last}"));
    view! {
        <table class="activity" aria-labelledby="activity">
            <thead>
                <tr>
                    <th scope="col">{text!(alias.events.when)}</th>
                    <th scope="col">{text!(alias.events.what)}</th>
                    <th scope="col">{text!(alias.events.size)}</th>
                </tr>
            </thead>
            <tbody>{page.events.into_iter().map(|event| view! { <Row event now/> }).collect_view()}</tbody>
        </table>
        {(past || older.is_some()).then(|| view! {
            <p class="actions">
                {past.then(|| view! {
                    <a class="button" href=format!("/aliases/{id}?tab=activity")>{text!(alias.events.newest)}</a>
                })}
                {older.map(|older| view! { <a class="button" href=older>{text!(alias.events.older)}</a> })}
            </p>
        })}
    }
}

#[component]
fn Row(event: Event, now: OffsetDateTime) -> impl IntoView {
    view! {
        <tr>
            <td><When at=event.at now/></td>
            <td><span class=words::outcome_class(event.outcome)>{words::outcome(event.outcome)}</span></td>
            <td>{words::size(event.octets)}</td>
        </tr>
    }
}
