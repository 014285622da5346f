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
use crate::{id::ProfileId, pki::role::Role, texts::text, ui::words};

#[component]
pub(super) fn Install(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let ways = move || {
        let ways = wizard.device.get().guide().install;
        let profile = wizard.profile();
        let several = ways.len() > 1;
        let way = |(at, Way { name, steps }): (usize, Way)| match at {
            0 => view! {
                {several.then(|| view! { <h3>{name}</h3> })}
                <Instructions steps profile/>
            }
            .into_any(),
            _ => view! {
                <details>
                    <summary>{name}</summary>
                    <Instructions steps profile/>
                </details>
            }
            .into_any(),
        };
        ways.into_iter().enumerate().map(way).collect_view().into_any()
    };
    view! {
        <p>{text!(wizard.install.intro)}</p>
        <DeviceSelector wizard route/>
        {ways}
        <p class="actions">
            <Back wizard route from=Step::Install/>
            <Continue route to=Step::Trust/>
        </p>
        <h3>{text!(wizard.files.three)}</h3>
        <CertificateFiles wizard/>
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
            <label for="device">{text!(wizard.install.device)}</label>
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
                    {move || text!(wizard.install.all_steps, app = wizard.device.get().in_a_sentence())}
                </a>
                " " {text!(wizard.new_tab)}
            </p>
        </div>
    }
}

/// Lists the steps, each with what the person sees if it worked.
#[component]
pub(super) fn Instructions(steps: Vec<Instruction>, profile: Option<ProfileId>) -> impl IntoView {
    let entry = move |step: Instruction| {
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
                <p class="hint">{text!(wizard.install.seen, seen = step.seen)}</p>
            </li>
        }
        .into_any()
    };
    view! { <ol class="guide">{steps.into_iter().map(entry).collect_view()}</ol> }
}

/// The certificates as single files, in the order that iOS expects.
#[component]
pub(super) fn CertificateFiles(wizard: Wizard) -> impl IntoView {
    let rows = move || {
        wizard.profile().map(|profile| {
            let row = move |role: Role| {
                let name = words::role(role);
                let link = |form: &str, label: &'static str| {
                    let named = format!("{name}, {label}");
                    view! { <a rel="external" href=file(profile, role, form) aria-label=named>{label}</a> }
                };
                view! {
                    <li>
                        <span>{name}</span>
                        {link("der", text!(wizard.files.der))}
                        {link("pem", text!(wizard.files.pem))}
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
