//! Step 6: from now on, sealed.

use leptos::prelude::*;

use super::{renewal::Before, wizard::Wizard};

#[component]
pub(super) fn Activate(wizard: Wizard) -> impl IntoView {
    let profile = move || {
        wizard
            .issued
            .with(|issued| issued.as_ref().map(|issued| issued.profile))
    };
    let activate = move |_| {
        if let Some(profile) = profile() {
            wizard.activate(profile);
        }
    };
    let body = move || {
        match wizard.activated.get() {
        true => view! {
            <p class="notice good" role="status">"The profile is active. From now on every message relayed to this mailbox is sealed."</p>
            <p>"The key is wiped from this browser. Keep the exported file and its passphrase: without them sealed mail cannot be read."</p>
            <Before wizard/>
            <p class="actions">
                <a class="button primary" href="/aliases">"Create an alias"</a>
                <a class="button" href="/relay">"Mail Relay Settings"</a>
                {profile().map(|id| view! { <a class="button" href=format!("/profiles/{id}")>"Profile"</a> })}
            </p>
        }
        .into_any(),
        false => view! {
            <p>
                "From then on every message relayed to this mailbox is signed and encrypted to your key, and your provider stores only \
                 ciphertext. The kill switch turns on with it: what cannot be encrypted is refused."
            </p>
            <p>"The key is then wiped from this browser, and can no longer be exported. If in doubt, go back and export it once more."</p>
            <p class="actions">
                <button type="button" class="primary" disabled=move || wizard.task.get().is_some() on:click=activate>"Activate"</button>
            </p>
        }
        .into_any(),
    }
    };
    view! { {body} }
}
