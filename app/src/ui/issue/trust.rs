//! Shows step 5: trusting the root on the device.

use leptos::prelude::*;

use super::{
    install::{DeviceSelector, Instructions},
    navigation::{Back, Continue},
    place::Step,
    route::WizardRoute,
    wizard::Wizard,
};
use crate::{pki::role::Role, texts::text};

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
        <p>{text!(wizard.trust.intro)}</p>
        <DeviceSelector wizard route/>
        {steps}
        <dl class="facts">
            <dt>{text!(wizard.trust.fingerprint)}</dt>
            <dd class="hex">{fingerprint}</dd>
        </dl>
        <p class="actions">
            <Back wizard route from=Step::Trust/>
            <Continue route to=Step::Activate/>
        </p>
    }
}
