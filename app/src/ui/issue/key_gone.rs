//! Shows step 3 without a key: why nothing can be exported, and what still works.

use leptos::prelude::*;

use super::{
    discard::Discard,
    install::CertificateFiles,
    navigation::{Back, Continue},
    place::Step,
    route::WizardRoute,
    wizard::Wizard,
};
use crate::texts::text;

#[component]
pub(super) fn KeyGone(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let words = move || match (wizard.activated.get(), wizard.exported.get()) {
        (true, _) => view! { <p class="notice">{text!(wizard.key_gone.active)}</p> }.into_any(),
        (false, true) => view! { <p class="notice warn">{text!(wizard.key_gone.exported)}</p> }.into_any(),
        (false, false) => view! {
            <p class="notice warn">{text!(wizard.key_gone.lost)}</p>
            <ul>
                <li>{text!(wizard.key_gone.if_exported)}</li>
                <li>{text!(wizard.key_gone.if_not)}</li>
            </ul>
        }
        .into_any(),
    };
    let is_lost = move || !wizard.activated.get() && !wizard.exported.get();
    let discard = move || {
        let profile = wizard.profile().filter(|_| !wizard.activated.get());
        profile.map(|profile| view! { <Discard wizard route profile open=untrack(is_lost)/> })
    };
    let go_on = move || match is_lost() {
        true => view! { <Continue route to=Step::Install class="secondary"/> },
        false => view! { <Continue route to=Step::Install/> },
    };
    view! {
        {words}
        {discard}
        <p class="actions">
            <Back wizard route from=Step::Export/>
            {go_on}
        </p>
        <h3>{text!(wizard.files.single)}</h3>
        <p class="hint">{text!(wizard.files.no_secret)}</p>
        <CertificateFiles wizard/>
    }
}
