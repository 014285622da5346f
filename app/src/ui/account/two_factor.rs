//! Turns one-time codes on and off, and shows the page that sets them up.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    super::{
        copy::CopyText,
        form::{Declined, Field, Submit},
        loaded::guarded,
        provider::Confirmed,
    },
    password::Confirm,
};
use crate::{
    api::{
        security::ConfirmPassword,
        two_factor::{FinishTwoFactor, StartTwoFactor, StopTwoFactor, TwoFactorView, two_factor},
    },
    texts::{shown, text},
};

#[component]
pub(super) fn TwoFactor(
    on: bool,
    start: ServerAction<StartTwoFactor>,
    stop: ServerAction<StopTwoFactor>,
) -> impl IntoView {
    if on {
        return view! {
            <p>{shown!(account.two_factor.on, <badge> = <span class="badge good"/>)}</p>
            <details>
                <summary>{text!(account.two_factor.turn_off_details)}</summary>
                <ActionForm action=stop>
                    <Confirmed id="stop-password">
                        <Submit action=stop class="danger">{text!(account.two_factor.turn_off)}</Submit>
                    </Confirmed>
                </ActionForm>
            </details>
        }
        .into_any();
    }
    view! {
        <p>{shown!(account.two_factor.off, <badge> = <span class="badge"/>)}</p>
        <ActionForm action=start>
            <Confirmed id="start-password">
                <Submit action=start class="secondary">{text!(account.two_factor.set_up)}</Submit>
            </Confirmed>
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
        <Title text=text!(account.two_factor.title)/>
        <section class="narrow">
            <h1>{text!(account.two_factor.title)}</h1>
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
            return view! { <p>{shown!(account.two_factor.is_on, <a> = <a href="/account"/>)}</p> }.into_any();
        }
        TwoFactorView::Off => {
            return view! { <p>{shown!(account.two_factor.not_started, <a> = <a href="/account"/>)}</p> }.into_any();
        }
    };
    // Not every app accepts the groups that people read.
    let ungrouped: String = secret.split_whitespace().collect();
    view! {
        <ol>
            <li>{text!(account.two_factor.step_scan)}</li>
            <li>{text!(account.two_factor.step_code)}</li>
        </ol>
        <div class="card">
            <p><img src=qr alt=text!(account.two_factor.qr) width="240" height="240"/></p>
            <p>{shown!(account.two_factor.key, key = secret, <code> = <code class="secret"/>)}</p>
            <p class="actions"><CopyText text=ungrouped what=text!(account.two_factor.the_key)/></p>
            <p class="hint">{text!(account.two_factor.method)}</p>
            <ActionForm action=finish>
                <Field id="code" label=text!(account.two_factor.code)>
                    <input
                        id="code"
                        class="code"
                        name="code"
                        inputmode="numeric"
                        autocomplete="one-time-code"
                        pattern="[0-9 ]{6,7}"
                        maxlength="7"
                        title=text!(account.two_factor.six_digits)
                        required
                    />
                </Field>
                <Submit action=finish>{text!(account.two_factor.turn_on)}</Submit>
            </ActionForm>
        </div>
        <p><a href="/account">{text!(account.two_factor.not_now)}</a></p>
    }
    .into_any()
}
