//! Shows how many recovery codes are left, and new ones until the person confirms that they have stored them.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    super::{
        copy::CopyText,
        download::SaveText,
        form::{Declined, PasswordField, Submit},
        loaded::guarded,
    },
    password::Confirm,
};
use crate::api::{
    security::ConfirmPassword,
    two_factor::{KeepRecoveryCodes, MakeRecoveryCodes, new_recovery_codes},
};

#[component]
pub(super) fn RecoveryCodes(left: u64, action: ServerAction<MakeRecoveryCodes>) -> impl IntoView {
    let (state, button) = match left {
        0 => ("You have none.".to_owned(), "Make recovery codes"),
        1 => ("You have 1 left.".to_owned(), "Make new recovery codes"),
        left => (format!("You have {left} left."), "Make new recovery codes"),
    };
    view! {
        <p>
            {state}
            " Each signs you in once in place of a code of your app, and each sets a new password once when you have \
             forgotten yours."
        </p>
        <p class="hint">
            "Sealed mail with a code helps only who can still open it: if you lose both your password and your key, these \
             codes are the only way back."
        </p>
        <ActionForm action=action>
            <PasswordField id="recovery-password"/>
            <Submit action=action class="secondary">{button}</Submit>
        </ActionForm>
    }
}

#[component]
pub(in crate::ui) fn RecoveryCodesPage() -> impl IntoView {
    let keep = ServerAction::<KeepRecoveryCodes>::new();
    let confirm = ServerAction::<ConfirmPassword>::new();
    let asked = Resource::new(move || confirm.version().get(), |_| new_recovery_codes());
    view! {
        <Title text="Recovery codes"/>
        <section class="narrow">
            <h1>"Recovery codes"</h1>
            <Declined action=keep/>
            <Declined action=confirm/>
            {guarded(
                asked,
                move |codes| view! { <NewCodes codes keep/> },
                move || view! { <Confirm action=confirm id="confirm-password"/> },
            )}
        </section>
    }
}

#[component]
fn NewCodes(codes: Vec<String>, keep: ServerAction<KeepRecoveryCodes>) -> impl IntoView {
    if codes.is_empty() {
        return view! {
            <p>"There are no new codes to show: codes are shown once, when they are made. " <a href="/account">"To your account"</a></p>
        }
        .into_any();
    }
    let text = codes.iter().fold(String::new(), |text, code| text + code + "\n");
    view! {
        <p>"Print these codes or write them down, and keep them where your phone is not. Each is good for one use."</p>
        <div class="card">
            <ol class="codes">
                {codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view()}
            </ol>
            <p class="actions">
                <CopyText text=text.clone() what="the recovery codes"/>
                <SaveText name="sealpost-recovery-codes.txt" text/>
            </p>
            <p>"They are in force once you say that you have them, and are never shown again. Older ones are void from then on."</p>
            <ActionForm action=keep>
                <Submit action=keep>"I have written them down"</Submit>
            </ActionForm>
        </div>
        <p><a href="/account">"Not now: keep the older ones"</a></p>
    }
    .into_any()
}
