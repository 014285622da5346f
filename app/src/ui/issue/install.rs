//! Shows step 4: installing key and chain on the device.

use leptos::prelude::*;

use super::{
    device::{
        Device,
        guide::{Instruction, Way},
    },
    navigation::{Back, Continue},
    place::{Place, Step},
    route::WizardRoute,
    wizard::Wizard,
};
use crate::{id::ProfileId, pki::role::Role, ui::words};

#[component]
pub(super) fn Install(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let ways = move || {
        let ways = wizard.device.get().guide().install;
        let profile = wizard.profile();
        let first = ways.first().map(|way| {
            view! {
                {(ways.len() > 1).then(|| view! { <h3>{way.name}</h3> })}
                <Instructions steps=way.steps profile/>
            }
            .into_any()
        });
        let others = ways.iter().skip(1).map(|way: &Way| {
            view! {
                <details>
                    <summary>{way.name}</summary>
                    <Instructions steps=way.steps profile/>
                </details>
            }
            .into_any()
        });
        view! {
            {first}
            {others.collect_view()}
        }
        .into_any()
    };
    view! {
        <p>"Your mail app needs the key to open your mail, and the chain to see that the seal is genuine."</p>
        <DeviceSelector wizard route/>
        {ways}
        <h3>"The three certificates"</h3>
        <CertificateFiles wizard/>
        <p class="actions">
            <Back route from=Step::Install/>
            <Continue route to=Step::Trust/>
        </p>
    }
}

/// The choice of device, which all steps share.
#[component]
pub(super) fn DeviceSelector(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let choose = move |key: String| {
        if let Some(device) = Device::from_key(&key) {
            route.replace(Place {
                device: Some(device),
                ..route.place.get_untracked()
            });
        }
    };
    view! {
        <div class="field">
            <label for="device">"Device or mail app"</label>
            <select
                id="device"
                prop:value=move || wizard.device.get().key()
                on:change=move |event| choose(event_target_value(&event))
            >
                {Device::ALL
                    .into_iter()
                    .map(|device| view! {
                        <option value=device.key() selected=move || wizard.device.get() == device>{device.name()}</option>
                    })
                    .collect_view()}
            </select>
            <p class="hint">
                <a href=move || format!("/help/{}", wizard.device.get().key()) target="_blank">
                    {move || format!("All steps for {}, with pictures", wizard.device.get().in_a_sentence())}
                </a>
                " (opens a new tab)"
            </p>
        </div>
    }
}

/// Lists the steps, each with what the person sees if it worked.
#[component]
pub(super) fn Instructions(steps: &'static [Instruction], profile: Option<ProfileId>) -> impl IntoView {
    let entry = move |step: &'static Instruction| {
        let files = profile.filter(|_| !step.files.is_empty()).map(|profile| {
            let link = |role: &Role| {
                view! { <a class="button" rel="external" href=file(profile, *role, "der")>{words::role(*role)}</a> }
            };
            view! { <p class="actions">{step.files.iter().map(link).collect_view()}</p> }.into_any()
        });
        view! {
            <li>
                {step.todo}
                {files}
                <p class="hint">"What you should see: " {step.seen}</p>
            </li>
        }
        .into_any()
    };
    view! { <ol class="guide">{steps.iter().map(entry).collect_view()}</ol> }
}

/// The certificates as single files, in the order that iOS expects.
#[component]
pub(super) fn CertificateFiles(wizard: Wizard) -> impl IntoView {
    let rows = move || {
        wizard.profile().map(|profile| {
            let row = move |role: Role| {
                let name = words::role(role);
                view! {
                    <li>
                        <span>{name}</span>
                        <a rel="external" href=file(profile, role, "der") aria-label=format!("{name}, DER")>"DER"</a>
                        <a rel="external" href=file(profile, role, "pem") aria-label=format!("{name}, PEM")>"PEM"</a>
                    </li>
                }
            };
            [Role::User, Role::Root, Role::Intermediate].map(row).collect_view()
        })
    };
    view! { <ol class="rows files">{rows}</ol> }
}

fn file(profile: ProfileId, role: Role, form: &str) -> String {
    format!("/profiles/{profile}/{role}.{form}")
}
