//! Step 1: PGP or S/MIME.

use leptos::prelude::*;

use super::wizard::{Step, Wizard};

#[component]
pub(super) fn Kind(wizard: Wizard) -> impl IntoView {
    // Until the program runs in the browser, the button could do nothing.
    let running = RwSignal::new(false);
    Effect::new(move |_| running.set(true));
    view! {
        <p>"A profile is what your mail is sealed with: a key that only you have, and certificates that let mail apps use it."</p>
        <fieldset>
            <legend>"Kind"</legend>
            <p class="choice">
                <input type="radio" id="kind-pgp" name="kind" value="pgp" disabled aria-describedby="kind-pgp-hint"/>
                <label for="kind-pgp">"PGP (coming)"</label>
            </p>
            <p class="hint" id="kind-pgp-hint">
                "Will be the better choice wherever your mail app has it: there is no root certificate to install and to trust, and its \
                 cryptography is newer. It is not ready yet."
            </p>
            <p class="choice">
                <input type="radio" id="kind-smime" name="kind" value="smime" checked aria-describedby="kind-smime-hint"/>
                <label for="kind-smime">"S/MIME"</label>
            </p>
            <p class="hint" id="kind-smime-hint">
                "Built into Apple Mail, Outlook, Thunderbird and many others. You install a chain of three certificates made for \
                 you alone: root, intermediate and user."
            </p>
        </fieldset>
        <p class="actions">
            <button type="button" class="primary" disabled=move || !running.get() on:click=move |_| wizard.back_to(Step::Expiration)>
                "Continue"
            </button>
        </p>
    }
}
