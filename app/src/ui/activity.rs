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
        <p>"When, what and how large: no senders, no subjects, no content. Kept for 30 days."</p>
        {match (page.events.is_empty(), recorded) {
            (false, _) => view! { <Events page id past now/> }.into_any(),
            (true, _) if past => view! {
                <p>"Nothing older. " <a href=format!("/aliases/{id}?tab=activity")>"To the newest"</a></p>
            }
            .into_any(),
            (true, true) => view! {
                <p>
                    "Nothing yet. Give " <span class="address">{alias.address.to_string()}</span>
                    " to somebody, or start an email thread: what becomes of each message is listed here."
                </p>
            }
            .into_any(),
            (true, false) => view! {
                <p>"Nothing is recorded. Turn recording on to see what becomes of each message to this alias."</p>
            }
            .into_any(),
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
                label="Record activity"
                hint="Turning it off also deletes what is recorded."
            />
            <button type="submit" class="secondary">"Save activity setting"</button>
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
                    <th scope="col">"When"</th>
                    <th scope="col">"What happened"</th>
                    <th scope="col">"Size"</th>
                </tr>
            </thead>
            <tbody>{page.events.into_iter().map(|event| view! { <Row event now/> }).collect_view()}</tbody>
        </table>
        {(past || older.is_some()).then(|| view! {
            <p class="actions">
                {past.then(|| view! { <a class="button" href=format!("/aliases/{id}?tab=activity")>"Newest"</a> })}
                {older.map(|older| view! { <a class="button" href=older>"Older"</a> })}
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
