//! Shows "Send a test message" and the state of the last one.
//!
//! With JavaScript the page loads the state again while the message is in transit. Without it, a link does.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{
    form::{Declined, Submit},
    when::When,
};
use crate::{
    api::probe::{ProbeState, ProbeView, SendProbe, probe},
    id::ProfileId,
    profile::ProfileState,
};

/// How often the page loads the state.
const AGAIN: Duration = Duration::from_secs(2);

/// For a profile whose activation needs no code. `last` is the state when the page was rendered.
#[component]
pub(super) fn Probe(
    id: ProfileId,
    state: ProfileState,
    last: Option<ProbeView>,
    action: ServerAction<SendProbe>,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="test">
            <h2 id="test">"Test message"</h2>
            <p>
                "Check that your mail app opens your mail: we send a message to your mailbox, sealed with this profile, whether it is active \
                 or not. A test message is never sent unencrypted."
            </p>
            <LastTest id last anchor="test".to_owned()/>
            {(state != ProfileState::Expired).then(|| view! {
                <ActionForm action=action>
                    <Declined action=action/>
                    <input type="hidden" name="profile" value=id.to_string()/>
                    <input type="hidden" name="to_page" value="true"/>
                    <Submit action=action class="secondary">"Send a test message"</Submit>
                </ActionForm>
            })}
        </section>
    }
    .into_any()
}

/// The outcome of the last test message, which changes while the message is in transit.
#[cfg_attr(feature = "islands", island)]
#[cfg_attr(not(feature = "islands"), component)]
pub(super) fn LastTest(id: ProfileId, last: Option<ProbeView>, anchor: String) -> impl IntoView {
    let last = RwSignal::new(last);
    ask_again(id, last);
    let sent = move || {
        last.get()
            .map(|last| view! { <Sent id last anchor=anchor.clone()/> }.into_any())
    };
    view! { <div role="status">{sent}</div> }
}

/// Loads the state while the test message is in transit. It runs only in the browser.
pub(super) fn ask_again(id: ProfileId, last: RwSignal<Option<ProbeView>>) {
    let is_under_way = Memo::new(move |_| last.get().is_some_and(|last| last.state.is_under_way()));
    Effect::new(move |_| {
        if !is_under_way.get() {
            return;
        }
        let ask = move || {
            spawn_local(async move {
                if let Ok(now) = probe(id).await {
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
fn Sent(id: ProfileId, last: ProbeView, anchor: String) -> impl IntoView {
    // The text before and after the time.
    let (class, badge, before, after) = match &last.state {
        ProbeState::Queued => (
            "glance warn",
            "Queued",
            "Sent ".to_owned(),
            "; it waits to be handed over.".to_owned(),
        ),
        ProbeState::HandedOver(host) => (
            "glance good",
            "Handed over",
            format!("Handed over to {host} "),
            ". It should be in your mailbox; look among spam, too.".to_owned(),
        ),
        ProbeState::PutOff(reason) => (
            "glance warn",
            "Put off",
            "It could not be handed over ".to_owned(),
            format!(", and is tried again. What was said: {reason}"),
        ),
        ProbeState::Failed(reason) => (
            "glance bad",
            "Failed",
            "It could not be delivered ".to_owned(),
            format!(", and nobody tries again. What was said: {reason}"),
        ),
    };
    let arrived = matches!(last.state, ProbeState::HandedOver(_));
    view! {
        <p class=class><strong>{badge}</strong> " " <span>{before} <When at=last.at now=last.now/> {after}</span></p>
        {last.state.is_under_way().then(|| view! {
            <p><a href=format!("/profiles/{id}#{anchor}")>"Look again"</a></p>
        })}
        {arrived.then(|| view! { <LookFor/> })}
    }
}

/// What the person checks in the mail app.
#[component]
fn LookFor() -> impl IntoView {
    view! {
        <p>"In your mail app, look for:"</p>
        <ul>
            <li>"a lock, or the word “encrypted”: your app has the key;"</li>
            <li>
                "a seal, a tick, or the word “signed”: your device trusts the profile. If the app does not trust the signer, install and \
                 trust the files on the profile's page;"
            </li>
            <li>"the subject “A test message from Sealpost”: where you hide subjects, some apps show it at the top of the text only."</li>
        </ul>
        <p>"If the app shows an attachment smime.p7m and no text, it does not have the key, or does not read this form of encryption."</p>
    }
}
