//! Shows step 1: "Where do you read your mail?" The answer decides the kind of profile, the file and the guides.

use leptos::prelude::*;

use super::{
    device::Device,
    navigation::Back,
    place::{Place, Step},
    program::Loading,
    route::WizardRoute,
    wizard::Wizard,
    wizards::Wizards,
};
use crate::{
    profile::ProfileKind,
    texts::{shown, text},
    ui::words,
};

#[component]
pub(super) fn MailApp(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let running = Wizards::here().running();
    let unanswered = RwSignal::new(false);
    let go = move |_| {
        let device = wizard.device.get_untracked();
        let settled = wizard.issued.with_untracked(Option::is_some);
        let kind = untrack(move || wizard.kind());
        unanswered.set(kind.is_none() && !settled);
        match kind {
            None if !settled => {}
            Some(ProfileKind::Pgp) if !settled => route.leave(&route.pgp(device)),
            _ => route.open(Place {
                device: Some(device),
                ..route.place.get_untracked().at(Step::Expiration)
            }),
        }
    };
    let ask = move || (unanswered.get() && wizard.kind().is_none()).then(|| text!(wizard.app.choose));
    view! {
        <p>
            {text!(wizard.app.intro)} " "
            <a href="/help/begin" target="_blank">{text!(wizard.app.next)}</a> " " {text!(wizard.new_tab)}
        </p>
        <MailApps wizard route/>
        <Kind wizard route/>
        <div role="alert">{move || ask().map(|words| view! { <p class="notice warn">{words}</p> })}</div>
        <p class="actions">
            <Back wizard route from=Step::MailApp/>
            <button type="button" class="primary" disabled=move || !running.get() on:click=go>{text!(wizard.go_on)}</button>
            <Loading/>
        </p>
    }
}

/// At first the browser's suggestion is chosen, if it has one.
#[component]
fn MailApps(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let running = Wizards::here().running();
    let choose = move |device: Device| {
        wizard.choose_device(device);
        route.replace(Place {
            device: Some(device),
            ..route.place.get_untracked()
        });
    };
    let option = move |device: Device| {
        let id = format!("app-{}", device.key());
        view! {
            <p class="choice">
                <input
                    type="radio"
                    id=id.clone()
                    name="app"
                    checked=untrack(move || wizard.named_device()) == Some(device)
                    prop:checked=move || wizard.named_device() == Some(device)
                    on:change=move |_| choose(device)
                />
                <label for=id>{device.name()}</label>
            </p>
        }
    };
    view! {
        <fieldset class="tiles" aria-label=text!(wizard.heading.app) disabled=move || !running.get()>
            {Device::ALL.map(option).collect_view()}
        </fieldset>
    }
}

/// The mail app decides until the person chooses something else, so without one no kind is suggested. After the
/// issuance, the kind is fixed.
#[component]
fn Kind(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let running = Wizards::here().running();
    let settled = move || wizard.issued.with(Option::is_some);
    let current = move || match settled() {
        true => Some(ProfileKind::Smime),
        false => wizard.kind(),
    };
    let option = move |kind: ProfileKind| {
        let id = match kind {
            ProfileKind::Smime => "kind-smime",
            ProfileKind::Pgp => "kind-pgp",
        };
        let hint = format!("{id}-hint");
        let pgp = (kind == ProfileKind::Pgp).then(|| {
            let link = move |children: ChildrenFn| {
                let address = move || route.pgp(wizard.device.get());
                view! { <a href=address>{children()}</a> }
            };
            view! { " " {shown!(wizard.app.set_up_pgp, <a> = link)} }
        });
        view! {
            <p class="choice">
                <input
                    type="radio"
                    id=id
                    name="kind"
                    checked=untrack(current) == Some(kind)
                    prop:checked=move || current() == Some(kind)
                    on:change=move |_| wizard.choose_kind(kind)
                    aria-describedby=hint.clone()
                />
                <label for=id>{words::kind(kind)}</label>
            </p>
            <p class="hint" id=hint>{in_words(kind)} {pgp}</p>
        }
    };
    let suggestion = move || match wizard.named_device() {
        _ if settled() => text!(wizard.app.settled).to_owned(),
        None => text!(wizard.app.unanswered).to_owned(),
        Some(Device::Android) => text!(wizard.app.suggestion_android).to_owned(),
        Some(device @ (Device::Ios | Device::MacOs)) => text!(
            wizard.app.suggestion_apple,
            app = device.in_a_sentence(),
            kind = words::kind(device.kind())
        ),
        Some(device) => text!(
            wizard.app.suggestion,
            app = device.in_a_sentence(),
            kind = words::kind(device.kind())
        ),
    };
    view! {
        <fieldset disabled=move || !running.get() || settled()>
            <legend>{text!(wizard.app.kind)}</legend>
            <p class="hint" role="status">{suggestion}</p>
            {[ProfileKind::Smime, ProfileKind::Pgp].map(option).collect_view()}
        </fieldset>
    }
}

fn in_words(kind: ProfileKind) -> &'static str {
    match kind {
        ProfileKind::Smime => text!(wizard.app.smime),
        ProfileKind::Pgp => text!(wizard.app.pgp),
    }
}
