//! Activates a ready profile on its page and in the wizard, with a test message and then the code inside it.
//!
//! Activation without a test is offered only if there is evidence that the person has the key. It needs a confirmation.

use leptos::prelude::*;

use super::{
    form::{Declined, Submit},
    probe::LastTest,
};
use crate::{
    api::{
        probe::{ProbeView, SendProbe},
        profile::{ActivateProfile, ActivateWithCode},
    },
    id::ProfileId,
    profile::{KeyEvidence, ProfileKind},
};

/// The actions for a ready profile.
#[derive(Clone, Copy)]
pub(super) struct ActivationActions {
    pub send: ServerAction<SendProbe>,
    pub enter: ServerAction<ActivateWithCode>,
    pub activate: ServerAction<ActivateProfile>,
}

impl ActivationActions {
    pub fn new() -> Self {
        Self {
            send: ServerAction::new(),
            enter: ServerAction::new(),
            activate: ServerAction::new(),
        }
    }
}

/// `last` is the profile's last test message. If `to_page` is set, each form redirects to the profile's page. Otherwise
/// the caller watches the actions.
#[component]
pub(super) fn Activation(
    id: ProfileId,
    evidence: KeyEvidence,
    last: Option<ProbeView>,
    to_page: bool,
    actions: ActivationActions,
) -> impl IntoView {
    match evidence.tested {
        true => view! { <Again id to_page actions/> }.into_any(),
        false => view! { <Test id evidence last to_page actions/> }.into_any(),
    }
}

/// The profile's id, and the page that its form redirects to.
#[component]
fn Hidden(id: ProfileId, to_page: bool) -> impl IntoView {
    view! {
        <input type="hidden" name="profile" value=id.to_string()/>
        {to_page.then(|| view! { <input type="hidden" name="to_page" value="true"/> })}
    }
}

/// A tested profile needs no other test.
#[component]
fn Again(id: ProfileId, to_page: bool, actions: ActivationActions) -> impl IntoView {
    view! {
        <ActionForm action=actions.activate>
            <Declined action=actions.activate/>
            <Hidden id to_page/>
            <p>
                "You have opened a test message that was sealed with this profile. Once it is active, every message relayed to this \
                 mailbox is sealed with it."
            </p>
            <Submit action=actions.activate>"Activate"</Submit>
        </ActionForm>
    }
}

#[component]
fn Test(
    id: ProfileId,
    evidence: KeyEvidence,
    last: Option<ProbeView>,
    to_page: bool,
    actions: ActivationActions,
) -> impl IntoView {
    let was_sent = last.is_some();
    let class = if was_sent { "secondary" } else { "primary" };
    view! {
        <p>
            "Make sure that you can open what is to come: we send a test message to your mailbox, sealed with this profile, with a 6-digit \
             code inside. Open it in your mail app, then enter the code here. That activates the profile: from then on every message \
             relayed to this mailbox is sealed with it."
        </p>
        <p>"With a mailbox's first active profile its kill switch turns on: mail that cannot be sealed is rejected."</p>
        {(!evidence.holds_key()).then(|| view! { <NotExported/> })}
        <LastTest id last anchor="activate".to_owned()/>
        {was_sent.then(|| view! { <EnterCode id to_page actions/> })}
        <ActionForm action=actions.send>
            <Declined action=actions.send/>
            <Hidden id to_page/>
            <Submit action=actions.send class>"Send a test message"</Submit>
        </ActionForm>
        {evidence.holds_key().then(|| view! { <WithoutTest id kind=evidence.kind to_page actions/> })}
    }
}

/// Explains why only a test permits activation, and what to do if it fails.
#[component]
fn NotExported() -> impl IntoView {
    view! {
        <p class="notice warn">
            "The key of this profile was not exported, as far as we know. It exists only in the browser tab that made it, and is lost once \
             that tab is closed or reloaded. So this profile can only be activated with the code of a test message. If your mail app \
             cannot open the message, delete this profile and make a new one."
        </p>
    }
}

#[component]
fn EnterCode(id: ProfileId, to_page: bool, actions: ActivationActions) -> impl IntoView {
    view! {
        <ActionForm action=actions.enter>
            <Declined action=actions.enter/>
            <Hidden id to_page/>
            <div class="field">
                <label for="test-code">"Code in the test message"</label>
                <input
                    id="test-code"
                    class="code"
                    name="code"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    pattern="\\s*([0-9]\\s*){6}"
                    title="six digits"
                    maxlength="16"
                    required
                    aria-describedby="test-code-hint"
                />
                <p class="hint" id="test-code-hint">
                    "Six digits, valid for 24 hours. Only the code of the newest test message counts."
                </p>
            </div>
            <Submit action=actions.enter>"Activate"</Submit>
        </ActionForm>
    }
}

/// For a person who has the key but cannot read mail now.
#[component]
fn WithoutTest(id: ProfileId, kind: ProfileKind, to_page: bool, actions: ActivationActions) -> impl IntoView {
    let action = actions.activate;
    let key = match kind {
        ProfileKind::Smime => "I keep the exported file and its passphrase, and my mail app holds the key.",
        ProfileKind::Pgp => "My mail app holds the private key of the fingerprint on this page.",
    };
    view! {
        <details open=move || action.value().get().is_some()>
            <summary>"Activate without a test…"</summary>
            <p>
                "Only if you cannot read your mail now. If no mail app of yours has the key, nobody can ever read the mail that arrives from \
                 then on: not you, and not us."
            </p>
            <ActionForm action=action>
                <Declined action=action/>
                <Hidden id to_page/>
                <p class="choice">
                    <input type="checkbox" id="untested" name="untested" value="true" required/>
                    <label for="untested">{key}</label>
                </p>
                <Submit action=action class="secondary">"Activate without a test"</Submit>
            </ActionForm>
        </details>
    }
}
