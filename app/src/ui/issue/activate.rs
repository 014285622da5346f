//! Step 6: from now on, sealed; and what that looks like.

use leptos::prelude::*;

use super::{install::DeviceSelector, renewal::Before, wizard::Wizard};
use crate::{api::profile::ProfileId, profile::ProfileState, ui::probe::Probe};

#[component]
pub(super) fn Activate(wizard: Wizard) -> impl IntoView {
    let body = move || {
        wizard.profile().map(|profile| match wizard.activated.get() {
            true => view! { <Done wizard profile/> }.into_any(),
            false => view! { <Ready wizard profile/> }.into_any(),
        })
    };
    view! { {body} }
}

#[component]
fn Ready(wizard: Wizard, profile: ProfileId) -> impl IntoView {
    let busy = move || wizard.task.get().is_some();
    view! {
        <p>
            "From then on every message relayed to this mailbox is signed and encrypted to your key, and your provider stores only \
             ciphertext. With a mailbox's first active profile its kill switch turns on: what cannot be encrypted is refused."
        </p>
        <p>"The key is then wiped from this browser, and can no longer be exported. If in doubt, go back and export it once more."</p>
        <p class="actions">
            <button type="button" class="primary" disabled=busy on:click=move |_| wizard.activate(profile)>"Activate"</button>
        </p>
    }
}

#[component]
fn Done(wizard: Wizard, profile: ProfileId) -> impl IntoView {
    view! {
        <p class="notice good" role="status">"The profile is active. From now on every message relayed to this mailbox is sealed."</p>
        <p>"The key is wiped from this browser. Keep the exported file and its passphrase: without them sealed mail cannot be read."</p>
        <Before wizard/>
        <h3>"What to look for"</h3>
        <Probe id=profile state=ProfileState::Active last=None action=ServerAction::new()/>
        <DeviceSelector wizard/>
        <p id="sealed" role="status">{move || wizard.device.get().guide().sealed}</p>
        <p class="hint">
            "If it says that it cannot be opened, the key is not installed there. If the signature is doubted, the root is not trusted yet: \
             the profile's page has its file."
        </p>
        <p class="actions">
            <a class="button primary" href="/aliases">"Create an alias"</a>
            <a class="button" href="/relay">"Mail Relay Settings"</a>
            <a class="button" href=format!("/profiles/{profile}")>"Profile and its settings"</a>
        </p>
    }
}
