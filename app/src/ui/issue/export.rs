//! Shows step 3: the passphrase, and the file with key and certificates. The passphrase goes to the key worker and is
//! then cleared.

use leptos::{
    ev::SubmitEvent,
    html::{Form, Input},
    prelude::*,
};
use zeroize::Zeroizing;

use super::{
    discard::Discard, install::CertificateFiles, key_gone::KeyGone, navigation::Back, place::Step,
    renewal::ActivateNow, route::WizardRoute, strength::Strength, wizard::Wizard,
};
use crate::{
    address::EmailAddress,
    custody::protocol::Package,
    pki::pkcs12::{self, MIN_PASSPHRASE},
    texts::text,
};

#[component]
pub(super) fn Export(wizard: Wizard, route: WizardRoute, mailbox: EmailAddress) -> impl IntoView {
    move || match wizard.key_here.get() {
        true => view! { <KeyHere wizard route mailbox=mailbox.clone()/> }.into_any(),
        false => view! { <KeyGone wizard route/> }.into_any(),
    }
}

#[component]
fn KeyHere(wizard: Wizard, route: WizardRoute, mailbox: EmailAddress) -> impl IntoView {
    let exported = wizard.exported;
    let busy = move || wizard.task.get().is_some();
    let outcome = move || {
        let file = wizard.file.get().filter(|_| exported.get())?;
        Some(view! { <p class="notice good">{text!(wizard.export.exported, file = file)}</p> })
    };
    view! {
        <p>{text!(wizard.export.intro)}</p>
        // One in the place of the other: what is below would move under a finger that taps twice.
        {move || match exported.get() {
            true => view! { <p class="notice">{text!(wizard.export.kept)}</p> }.into_any(),
            false => view! { <p class="notice warn">{text!(wizard.export.warning)}</p> }.into_any(),
        }}
        <PackageChoice wizard/>
        <PassphraseForm wizard mailbox/>
        <div role="status">{outcome}</div>
        <ActivateNow wizard route/>
        <p class="actions">
            <Back wizard route from=Step::Export/>
            <button
                type="button"
                class=move || if exported.get() { "primary" } else { "secondary" }
                disabled=move || busy() || !exported.get()
                on:click=move |_| route.go(Step::Install)
            >
                {text!(wizard.go_on)}
            </button>
        </p>
        <h3>{text!(wizard.files.single)}</h3>
        <p class="hint">{text!(wizard.files.single_hint)}</p>
        <CertificateFiles wizard/>
        {move || wizard.profile().map(|profile| view! { <Discard wizard route profile/> })}
    }
}

#[component]
fn PassphraseForm(wizard: Wizard, mailbox: EmailAddress) -> impl IntoView {
    let (form, first, second) = (NodeRef::<Form>::new(), NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let shown = RwSignal::new(false);
    let (strength, differ) = (RwSignal::new(Strength::Empty), RwSignal::new(false));
    let kind = move || if shown.get() { "text" } else { "password" };
    let export = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = |input: NodeRef<Input>| {
            Zeroizing::new(input.get_untracked().map(|input| input.value()).unwrap_or_default())
        };
        let passphrase = typed(first);
        let different = !shown.get_untracked() && passphrase != typed(second);
        differ.set(different);
        if different || wizard.task.get_untracked().is_some() {
            return;
        }
        // Resets the form instead of its values, because a required field that a program empties is marked as wrong.
        if let Some(form) = form.get_untracked() {
            form.reset();
        }
        shown.set(false);
        strength.set(Strength::Empty);
        wizard.export(passphrase, &mailbox);
    };
    let class = move || if wizard.exported.get() { "secondary" } else { "primary" };
    let label = move || match wizard.exported.get() {
        true => text!(wizard.export.export_again),
        false => text!(wizard.export.export),
    };
    view! {
        <form node_ref=form method="post" autocomplete="off" on:submit=export>
            <div class="field">
                <label for="passphrase">{text!(wizard.export.passphrase)}</label>
                <input
                    id="passphrase"
                    node_ref=first
                    type=kind
                    autocomplete="new-password"
                    autocapitalize="none"
                    spellcheck="false"
                    required
                    minlength=MIN_PASSPHRASE
                    on:input=move |event| strength.set(Strength::of(&Zeroizing::new(event_target_value(&event))))
                    aria-describedby="passphrase-hint passphrase-strength"
                />
                <p class="hint" id="passphrase-hint">{text!(wizard.export.passphrase_hint)}</p>
                <p class="hint line" id="passphrase-strength" role="status">{move || strength.get().words()}</p>
            </div>
            <div class="field" hidden=shown>
                <label for="passphrase-again">{text!(wizard.export.again)}</label>
                <input
                    id="passphrase-again"
                    node_ref=second
                    type="password"
                    autocomplete="new-password"
                    required=move || !shown.get()
                />
            </div>
            <div role="alert">{move || differ.get().then(|| view! { <p class="notice bad">{text!(wizard.export.differ)}</p> })}</div>
            <p class="choice">
                <input type="checkbox" id="show" on:change=move |event| shown.set(event_target_checked(&event))/>
                <label for="show">{text!(wizard.export.show)}</label>
            </p>
            <p class="actions">
                <button type="submit" class=class disabled=move || wizard.task.get().is_some()>
                    {label}
                </button>
            </p>
        </form>
    }
}

/// The file that suits the mail app. The others are folded away.
#[component]
fn PackageChoice(wizard: Wizard) -> impl IntoView {
    let option = move |package: Package| {
        let (id, name, hint) = in_words(package);
        let described = format!("{id}-hint");
        view! {
            <p class="choice">
                <input
                    type="radio"
                    id=id
                    name="package"
                    prop:checked=move || wizard.package() == package
                    on:change=move |_| wizard.choose_package(package)
                    aria-describedby=described.clone()
                />
                <label for=id>{name}</label>
            </p>
            <p class="hint" id=described>{hint}</p>
        }
    };
    let suitable = move || {
        let device = wizard.device.get();
        let (_, name, hint) = in_words(wizard.package());
        let why = match wizard.package() == device.package() {
            true => text!(wizard.export.suits, app = device.in_a_sentence()),
            false => text!(wizard.export.own_choice, app = device.in_a_sentence()),
        };
        view! {
            <p id="package">{text!(wizard.export.file)} " " <strong>{name}</strong></p>
            <p class="hint">{why} " " {hint}</p>
        }
    };
    // Untracked, so that it stays open while the person chooses.
    let open = untrack(move || wizard.package() != wizard.device.get().package());
    view! {
        <div role="status">{suitable}</div>
        <details open=open>
            <summary>{text!(wizard.other_options)}</summary>
            <fieldset>
                <legend>{text!(wizard.export.devices)}</legend>
                {[
                    Package::ConfigurationProfile,
                    Package::Pkcs12(pkcs12::Form::Modern),
                    Package::Pkcs12(pkcs12::Form::Compatible),
                ]
                    .map(option)
                    .collect_view()}
            </fieldset>
        </details>
    }
}

/// Returns id, name and use of a package.
fn in_words(package: Package) -> (&'static str, &'static str, &'static str) {
    match package {
        Package::ConfigurationProfile => (
            "package-apple",
            text!(wizard.export.apple),
            text!(wizard.export.apple_hint),
        ),
        Package::Pkcs12(pkcs12::Form::Modern) => (
            "package-modern",
            text!(wizard.export.modern),
            text!(wizard.export.modern_hint),
        ),
        Package::Pkcs12(pkcs12::Form::Compatible) => (
            "package-compatible",
            text!(wizard.export.compatible),
            text!(wizard.export.compatible_hint),
        ),
    }
}
