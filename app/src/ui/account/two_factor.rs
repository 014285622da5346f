//! Whether signing in asks for a code of an app, and turning that on and off.

use leptos::prelude::*;

use super::super::form::{PasswordField, Submit};
use crate::api::two_factor::{StartTwoFactor, StopTwoFactor};

#[component]
pub(super) fn TwoFactor(
    on: bool,
    start: ServerAction<StartTwoFactor>,
    stop: ServerAction<StopTwoFactor>,
) -> impl IntoView {
    if on {
        return view! {
            <p><span class="badge good">"On"</span> " Signing in with your password asks for a code of your authenticator app."</p>
            <details>
                <summary>"Turn off…"</summary>
                <ActionForm action=stop>
                    <PasswordField id="stop-password"/>
                    <Submit action=stop class="danger">"Turn two-factor authentication off"</Submit>
                </ActionForm>
            </details>
        }
        .into_any();
    }
    view! {
        <p><span class="badge">"Off"</span> " Whoever learns your password can sign in. A code of an authenticator app on your phone stops that."</p>
        <ActionForm action=start>
            <PasswordField id="start-password"/>
            <Submit action=start class="secondary">"Set up two-factor authentication"</Submit>
        </ActionForm>
    }
    .into_any()
}
