//! Shows "Send a test message" and the state of the last one.
//!
//! While the message is in transit, the first script of every page loads the state again, and in the wizard its program. Without
//! JavaScript, a link does.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{
    form::{Declined, Submit},
    when::When,
};
use crate::{
    api::test_message::{SendTestMessage, TestMessageState, TestMessageView, test_message},
    id::ProfileId,
    profile::ProfileState,
    texts::{shown, text},
};

/// How often the page loads the state.
const AGAIN: Duration = Duration::from_secs(2);

/// For a profile whose activation needs no code. `last` is the state when the page was rendered.
#[component]
pub(super) fn TestMessage(
    id: ProfileId,
    state: ProfileState,
    last: Option<TestMessageView>,
    action: ServerAction<SendTestMessage>,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="test">
            <h2 id="test">{text!(relay.test_message.title)}</h2>
            <p>{text!(relay.test_message.intro)}</p>
            <LastTest id last anchor="test"/>
            {(state != ProfileState::Expired).then(|| view! {
                <ActionForm action=action>
                    <Declined action=action/>
                    <input type="hidden" name="profile" value=id.to_string()/>
                    <input type="hidden" name="to_page" value="true"/>
                    <Submit action=action class="secondary">{text!(relay.test_message.send)}</Submit>
                </ActionForm>
            })}
        </section>
    }
    .into_any()
}

/// The outcome of the last test message, which changes while the message is in transit. `js/start.js` loads it again as long as
/// it has `data-again`.
#[component]
pub(super) fn LastTest(id: ProfileId, last: Option<TestMessageView>, anchor: &'static str) -> impl IntoView {
    let last = RwSignal::new(last);
    ask_again(id, last);
    let again = move || last.get().is_some_and(|last| last.state.is_under_way()).then_some("");
    let sent = move || last.get().map(|last| view! { <Sent id last anchor/> }.into_any());
    view! { <div role="status" id="last-test" data-again=again>{sent}</div> }
}

/// Loads the state while the test message is in transit. It runs only in the wizard's program.
fn ask_again(id: ProfileId, last: RwSignal<Option<TestMessageView>>) {
    let is_under_way = Memo::new(move |_| last.get().is_some_and(|last| last.state.is_under_way()));
    Effect::new(move |_| {
        if !is_under_way.get() {
            return;
        }
        let ask = move || {
            spawn_local(async move {
                if let Ok(now) = test_message(id).await {
                    // The person may have left the page.
                    last.try_set(now);
                }
            });
        };
        if let Ok(asking) = set_interval_with_handle(ask, AGAIN) {
            on_cleanup(move || asking.clear());
        }
    });
}

/// The outcome of the last test message. `anchor` is its place on the profile's page.
#[component]
fn Sent(id: ProfileId, last: TestMessageView, anchor: &'static str) -> impl IntoView {
    let TestMessageView { state, at, now } = last;
    let is_under_way = state.is_under_way();
    let arrived = matches!(state, TestMessageState::HandedOver(_));
    let time = move || view! { <When at now/> };
    let (class, badge, what) = match state {
        TestMessageState::Queued => (
            "glance warn",
            text!(relay.test_message.queued),
            shown!(relay.test_message.queued_text, <time/> = time).into_any(),
        ),
        TestMessageState::HandedOver(host) => (
            "glance good",
            text!(relay.test_message.handed_over),
            shown!(relay.test_message.handed_over_text, <host/> = move || host.clone(), <time/> = time).into_any(),
        ),
        TestMessageState::PutOff(reason) => (
            "glance warn",
            text!(relay.test_message.put_off),
            shown!(relay.test_message.put_off_text, reason = reason, <time/> = time).into_any(),
        ),
        TestMessageState::Failed(reason) => (
            "glance bad",
            text!(relay.test_message.failed),
            shown!(relay.test_message.failed_text, reason = reason, <time/> = time).into_any(),
        ),
    };
    view! {
        <p class=class><strong>{badge}</strong> " " <span>{what}</span></p>
        {is_under_way.then(|| view! {
            <p><a href=format!("/profiles/{id}#{anchor}")>{text!(relay.test_message.look_again)}</a></p>
        })}
        {arrived.then(|| view! { <LookFor/> })}
    }
}

/// What the person checks in the mail app.
#[component]
fn LookFor() -> impl IntoView {
    view! {
        <p>{text!(relay.test_message.look_for)}</p>
        <ul>
            <li>{text!(relay.test_message.encrypted)}</li>
            <li>{text!(relay.test_message.signed)}</li>
            <li>{text!(relay.test_message.subject)}</li>
        </ul>
        <p>{text!(relay.test_message.no_text)}</p>
    }
}
