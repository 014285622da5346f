//! Turns one-time codes on and off, and shows the page that sets them up.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    super::{
        copy::CopyText,
        form::{Declined, Field, PasswordField, Submit},
        loaded::guarded,
    },
    password::Confirm,
};
use crate::api::{
    security::ConfirmPassword,
    two_factor::{FinishTwoFactor, StartTwoFactor, StopTwoFactor, TwoFactorView, two_factor},
};

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

#[component]
pub(in crate::ui) fn TwoFactorPage() -> impl IntoView {
    let finish = ServerAction::<FinishTwoFactor>::new();
    let confirm = ServerAction::<ConfirmPassword>::new();
    let asked = Resource::new(move || confirm.version().get(), |_| two_factor());
    view! {
        <Title text="Two-factor authentication"/>
        <section class="narrow">
            <h1>"Two-factor authentication"</h1>
            <Declined action=finish/>
            <Declined action=confirm/>
            {guarded(
                asked,
                move |state| view! { <SetUp state finish/> },
                move || view! { <Confirm action=confirm id="confirm-password"/> },
            )}
        </section>
    }
}

#[component]
fn SetUp(state: TwoFactorView, finish: ServerAction<FinishTwoFactor>) -> impl IntoView {
    let (secret, qr) = match state {
        TwoFactorView::SetUp { secret, qr } => (secret, qr),
        TwoFactorView::On => {
            return view! { <p>"Two-factor authentication is on. " <a href="/account">"To your account"</a></p> }
                .into_any();
        }
        TwoFactorView::Off => {
            return view! { <p>"Nothing is being set up. " <a href="/account">"To your account"</a></p> }.into_any();
        }
    };
    // Not every app accepts the groups that people read.
    let ungrouped: String = secret.split_whitespace().collect();
    view! {
        <ol>
            <li>"Scan this code with an authenticator app on your phone, or type the key into it."</li>
            <li>"Type the six digits that the app shows."</li>
        </ol>
        <div class="card">
            <p><img src=qr alt="QR code with the key below" width="240" height="240"/></p>
            <p>"Key: " <code class="secret">{secret}</code></p>
            <p class="actions"><CopyText text=ungrouped what="the key"/></p>
            <p class="hint">"Time-based, SHA-1, six digits, 30 seconds. It is shown this once."</p>
            <ActionForm action=finish>
                <Field id="code" label="Code of the app">
                    <input
                        id="code"
                        class="code"
                        name="code"
                        inputmode="numeric"
                        autocomplete="one-time-code"
                        pattern="[0-9 ]{6,7}"
                        maxlength="7"
                        title="six digits"
                        required
                    />
                </Field>
                <Submit action=finish>"Turn on"</Submit>
            </ActionForm>
        </div>
        <p><a href="/account">"Not now"</a></p>
    }
    .into_any()
}
