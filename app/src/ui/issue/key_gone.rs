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

#[component]
pub(super) fn KeyGone(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let words = move || {
        match (wizard.activated.get(), wizard.exported.get()) {
        (true, _) => view! {
            <p class="notice">
                "The profile is active, and its key was wiped from this browser when you activated it. You find the key in the file that \
                 you exported."
            </p>
        }
        .into_any(),
        (false, true) => view! {
            <p class="notice warn">
                "The key can no longer be exported: it was in one browser tab only, and was wiped when that tab was closed or reloaded. \
                 You have exported it. Continue with that file."
            </p>
        }
        .into_any(),
        (false, false) => view! {
            <p class="notice warn">
                "The key can no longer be exported: it was in one browser tab only, and was wiped when that tab was closed or reloaded."
            </p>
            <ul>
                <li>"If you have exported the key, continue: installing, trusting and activating work as before."</li>
                <li>
                    "If you have not, nobody can ever open mail that is sealed with this profile. Discard it, and begin \
                     again."
                </li>
            </ul>
        }
        .into_any(),
    }
    };
    let discard = move || {
        let profile = wizard.profile().filter(|_| !wizard.activated.get());
        profile.map(|profile| view! { <Discard wizard route profile/> })
    };
    view! {
        {words}
        <h3>"The certificates as single files"</h3>
        <p class="hint">"They can be downloaded as long as the profile exists. They hold no secret."</p>
        <CertificateFiles wizard/>
        <p class="actions">
            <Back route from=Step::Export/>
            <Continue route to=Step::Install/>
        </p>
        {discard}
    }
}
