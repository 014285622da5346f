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
    view! {
        <p>
            "Your certificates are issued. Now take your key with you: it is in this browser tab only, and the file that you export \
             is encrypted with a passphrase that the server never sees. You can export it as often as you like until you activate the \
             profile, or close or reload this page."
        </p>
        {move || (!exported.get()).then(|| view! {
            <p class="notice warn">"If you close or reload this page before you export, the key is lost, and this profile with it."</p>
        })}
        <PackageChoice wizard/>
        <PassphraseForm wizard mailbox/>
        <div role="status">
            {move || exported.get().then(|| view! {
                <p class="notice good">
                    "Exported. You can export again, with another passphrase or for another device, until you activate the profile or close \
                     this page."
                </p>
            })}
        </div>
        <ActivateNow wizard route/>
        <h3>"The certificates as single files"</h3>
        <p class="hint">"The exported file holds all three. Some devices want them one by one."</p>
        <CertificateFiles wizard/>
        <p class="actions">
            <Back route from=Step::Export/>
            <button
                type="button"
                class=move || if exported.get() { "primary" } else { "secondary" }
                disabled=move || busy() || !exported.get()
                on:click=move |_| route.go(Step::Install)
            >
                "Continue"
            </button>
        </p>
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
    view! {
        <form node_ref=form method="post" autocomplete="off" on:submit=export>
            <div class="field">
                <label for="passphrase">"Passphrase"</label>
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
                <p class="hint" id="passphrase-hint">"At least 8 characters. The device asks for it when you install the file."</p>
                <p class="hint" id="passphrase-strength" role="status">{move || strength.get().to_string()}</p>
            </div>
            <div class="field" hidden=shown>
                <label for="passphrase-again">"Passphrase again"</label>
                <input
                    id="passphrase-again"
                    node_ref=second
                    type="password"
                    autocomplete="new-password"
                    required=move || !shown.get()
                />
            </div>
            <div role="alert">{move || differ.get().then(|| view! { <p class="notice bad">"The two passphrases differ."</p> })}</div>
            <p class="choice">
                <input type="checkbox" id="show" on:change=move |event| shown.set(event_target_checked(&event))/>
                <label for="show">"Show what I type"</label>
            </p>
            <p class="actions">
                <button type="submit" class=class disabled=move || wizard.task.get().is_some()>
                    {move || if wizard.exported.get() { "Export again" } else { "Export" }}
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
            true => format!("Suits {}. ", device.in_a_sentence()),
            false => format!("Your choice instead of the file for {}. ", device.in_a_sentence()),
        };
        view! {
            <p id="package">"File: " <strong>{name}</strong></p>
            <p class="hint">{why} {hint}</p>
        }
    };
    // Untracked, so that it stays open while the person chooses.
    let open = untrack(move || wizard.package() != wizard.device.get().package());
    view! {
        <div role="status">{suitable}</div>
        <details open=open>
            <summary>"Other options"</summary>
            <fieldset>
                <legend>"For which devices?"</legend>
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
            "Apple configuration profile",
            "One .mobileconfig file for iPhone, iPad and Mac that installs key, root and intermediate in one go. The device asks for \
             your passphrase. The key inside has the old encryption (3DES) that all of them take: choose a longer passphrase, and \
             keep the file where nobody else can read it.",
        ),
        Package::Pkcs12(pkcs12::Form::Modern) => (
            "package-modern",
            "Modern (.p12)",
            "Strong encryption (AES-256). For Thunderbird, Windows 10 and 11 and other recent software. Its name ends in “.p12”.",
        ),
        Package::Pkcs12(pkcs12::Form::Compatible) => (
            "package-compatible",
            "Compatible (.p12)",
            "Old encryption (3DES) that iPhones, Macs, GnuPG, Android and older Windows take. They answer “wrong password” to the \
             modern one. Choose a longer passphrase, and keep the file where nobody else can read it. Its name ends in “-compatible.p12”.",
        ),
    }
}
