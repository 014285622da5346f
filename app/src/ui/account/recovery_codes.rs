//! Shows how many recovery codes are left, and new ones until the person confirms that they have stored them.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    super::{
        copy::CopyText,
        download::SaveText,
        form::{Declined, Submit},
        loaded::guarded,
        provider::Confirmed,
    },
    password::Confirm,
};
use crate::{
    api::{
        security::ConfirmPassword,
        two_factor::{KeepRecoveryCodes, MakeRecoveryCodes, new_recovery_codes},
    },
    texts::{shown, text},
};

#[component]
pub(super) fn RecoveryCodes(left: u64, action: ServerAction<MakeRecoveryCodes>) -> impl IntoView {
    let state = match left {
        0 => text!(account.recovery_codes.none).to_owned(),
        1 => text!(account.recovery_codes.one).to_owned(),
        left => text!(account.recovery_codes.several, count = left),
    };
    let button = match left {
        0 => text!(account.recovery_codes.make),
        _ => text!(account.recovery_codes.make_new),
    };
    view! {
        <p>{state} " " {text!(account.recovery_codes.about)}</p>
        <p class="hint">{text!(account.recovery_codes.only_way_back)}</p>
        <ActionForm action=action>
            <Confirmed id="recovery-password">
                <Submit action=action class="secondary">{button}</Submit>
            </Confirmed>
        </ActionForm>
    }
}

#[component]
pub(in crate::ui) fn RecoveryCodesPage() -> impl IntoView {
    let keep = ServerAction::<KeepRecoveryCodes>::new();
    let confirm = ServerAction::<ConfirmPassword>::new();
    let asked = Resource::new(move || confirm.version().get(), |_| new_recovery_codes());
    view! {
        <Title text=text!(account.recovery_codes.title)/>
        <section class="narrow">
            <h1>{text!(account.recovery_codes.title)}</h1>
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
            <p>{shown!(account.recovery_codes.nothing_new, <a> = <a href="/account"/>)}</p>
        }
        .into_any();
    }
    let text = codes.iter().fold(String::new(), |text, code| text + code + "\n");
    view! {
        <p>{text!(account.recovery_codes.store)}</p>
        <div class="card">
            <ol class="codes">
                {codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view()}
            </ol>
            <p class="actions">
                <CopyText text=text.clone() what=text!(account.recovery_codes.the_codes)/>
                <SaveText name="sealpost-recovery-codes.txt" text/>
            </p>
            <p>{text!(account.recovery_codes.in_force)}</p>
            <ActionForm action=keep>
                <Submit action=keep>{text!(account.recovery_codes.keep)}</Submit>
            </ActionForm>
        </div>
        <p><a href="/account">{text!(account.recovery_codes.not_now)}</a></p>
    }
    .into_any()
}
