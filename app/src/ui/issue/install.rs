//! Step 4: key and chain onto the device.

use leptos::prelude::*;

use super::{
    device::Device,
    wizard::{Step, Wizard},
};
use crate::{pki::certificate::Role, ui::words};

#[component]
pub(super) fn Install(wizard: Wizard) -> impl IntoView {
    view! {
        <p>"Your mail app needs the key to open your mail, and the chain to see that the seal is genuine."</p>
        <DeviceSelector wizard/>
        <ol class="guide">{move || guide(wizard.device.get().install())}</ol>
        <h3>"The three certificates"</h3>
        <CertificateFiles wizard/>
        <p class="actions">
            <button type="button" class="primary" on:click=move |_| wizard.back_to(Step::Trust)>"Continue"</button>
        </p>
    }
}

/// One choice for this step and the next.
#[component]
pub(super) fn DeviceSelector(wizard: Wizard) -> impl IntoView {
    let choose = move |key: String| {
        if let Some(device) = Device::from_key(&key) {
            wizard.device.set(device);
        }
    };
    view! {
        <div class="field">
            <label for="device">"Device or mail app"</label>
            <select id="device" on:change=move |event| choose(event_target_value(&event))>
                {Device::ALL
                    .into_iter()
                    .map(|device| view! {
                        <option value=device.key() selected=move || wizard.device.get() == device>{device.name()}</option>
                    })
                    .collect_view()}
            </select>
        </div>
    }
}

/// The certificates as single files, in the order in which iOS wants them.
#[component]
pub(super) fn CertificateFiles(wizard: Wizard) -> impl IntoView {
    let rows = move || {
        wizard.issued.get().map(|issued| {
            let id = issued.profile;
            let row = move |role: Role| {
                let file = move |form: &str| format!("/profiles/{id}/{role}.{form}");
                let name = words::role(role);
                view! {
                    <li>
                        <span>{name}</span>
                        <a rel="external" href=file("der") aria-label=format!("{name}, DER")>"DER"</a>
                        <a rel="external" href=file("pem") aria-label=format!("{name}, PEM")>"PEM"</a>
                    </li>
                }
            };
            [Role::User, Role::Root, Role::Intermediate].map(row).collect_view()
        })
    };
    view! { <ol class="rows files">{rows}</ol> }
}

pub(super) fn guide(steps: &'static [&'static str]) -> impl IntoView {
    steps.iter().map(|step| view! { <li>{*step}</li> }).collect_view()
}
