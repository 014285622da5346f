//! Activates a ready profile on its page and in the wizard, with a test message and then the code inside it.
//!
//! Activation without a test is offered only if there is evidence that the person has the key. It needs a confirmation.

use leptos::prelude::*;

use super::{
    form::{Declined, Submit},
    test_message::LastTest,
};
use crate::{
    api::{
        profile::{ActivateProfile, ActivateWithCode},
        test_message::{SendTestMessage, TestMessageView},
    },
    id::ProfileId,
    profile::{KeyEvidence, ProfileKind},
    texts::text,
};

/// The actions for a ready profile.
#[derive(Clone, Copy)]
pub(super) struct ActivationActions {
    pub send: ServerAction<SendTestMessage>,
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
    last: Option<TestMessageView>,
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
            <p>{text!(relay.activation.tested)}</p>
            <Submit action=actions.activate>{text!(relay.activation.activate)}</Submit>
        </ActionForm>
    }
}

#[component]
fn Test(
    id: ProfileId,
    evidence: KeyEvidence,
    last: Option<TestMessageView>,
    to_page: bool,
    actions: ActivationActions,
) -> impl IntoView {
    let was_sent = last.is_some();
    let class = if was_sent { "secondary" } else { "primary" };
    view! {
        <p>{text!(relay.activation.intro)}</p>
        <p>{text!(relay.activation.kill_switch)}</p>
        {(!evidence.holds_key()).then(|| view! { <NotExported/> })}
        <LastTest id last anchor="activate"/>
        {was_sent.then(|| view! { <EnterCode id to_page actions/> })}
        <ActionForm action=actions.send>
            <Declined action=actions.send/>
            <Hidden id to_page/>
            <Submit action=actions.send class>{text!(relay.test_message.send)}</Submit>
        </ActionForm>
        {evidence.holds_key().then(|| view! { <WithoutTest id kind=evidence.kind to_page actions/> })}
    }
}

/// Explains why only a test permits activation, and what to do if it fails.
#[component]
fn NotExported() -> impl IntoView {
    view! { <p class="notice warn">{text!(relay.activation.not_exported)}</p> }
}

#[component]
fn EnterCode(id: ProfileId, to_page: bool, actions: ActivationActions) -> impl IntoView {
    view! {
        <ActionForm action=actions.enter>
            <Declined action=actions.enter/>
            <Hidden id to_page/>
            <div class="field">
                <label for="test-code">{text!(relay.activation.code)}</label>
                <input
                    id="test-code"
                    class="code"
                    name="code"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    pattern="\\s*([0-9]\\s*){6}"
                    title=text!(relay.activation.code_form)
                    maxlength="16"
                    required
                    aria-describedby="test-code-hint"
                />
                <p class="hint" id="test-code-hint">{text!(relay.activation.code_hint)}</p>
            </div>
            <Submit action=actions.enter>{text!(relay.activation.activate)}</Submit>
        </ActionForm>
    }
}

/// For a person who has the key but cannot read mail now.
#[component]
fn WithoutTest(id: ProfileId, kind: ProfileKind, to_page: bool, actions: ActivationActions) -> impl IntoView {
    let action = actions.activate;
    let key = match kind {
        ProfileKind::Smime => text!(relay.activation.holds_smime),
        ProfileKind::Pgp => text!(relay.activation.holds_pgp),
    };
    view! {
        <details open=move || action.value().get().is_some()>
            <summary>{text!(relay.activation.untested_open)}</summary>
            <p>{text!(relay.activation.untested_why)}</p>
            <ActionForm action=action>
                <Declined action=action/>
                <Hidden id to_page/>
                <p class="choice">
                    <input type="checkbox" id="untested" name="untested" value="true" required/>
                    <label for="untested">{key}</label>
                </p>
                <Submit action=action class="secondary">{text!(relay.activation.untested)}</Submit>
            </ActionForm>
        </details>
    }
}
