//! Shows step 5: trusting the root on the device.

use leptos::prelude::*;

use super::{
    install::{DeviceSelector, Instructions},
    navigation::{Back, Continue},
    place::Step,
    route::WizardRoute,
    wizard::Wizard,
};
use crate::pki::role::Role;

#[component]
pub(super) fn Trust(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let fingerprint = move || {
        wizard.issued.with(|issued| {
            let root = issued
                .as_ref()?
                .certificates
                .iter()
                .find(|view| view.role == Role::Root)?;
            Some(root.fingerprint.clone())
        })
    };
    let steps =
        move || view! { <Instructions steps=wizard.device.get().guide().trust profile=wizard.profile()/> }.into_any();
    view! {
        <p>
            "The root was made for you alone, and its key no longer exists. What it signed may certify mail addresses of this \
             relay and your own, and never a website. So trusting it for mail is enough, and as little as you need."
        </p>
        <DeviceSelector wizard route/>
        {steps}
        <dl class="facts">
            <dt>"SHA-256 fingerprint of the root"</dt>
            <dd class="hex">{fingerprint}</dd>
        </dl>
        <p class="actions">
            <Back route from=Step::Trust/>
            <Continue route to=Step::Activate/>
        </p>
    }
}
