//! Step 1: PGP or S/MIME.

use leptos::{html::Input, prelude::*};
use leptos_router::hooks::{use_navigate, use_params_map};

use super::wizard::{Step, Wizard};

#[component]
pub(super) fn Kind(wizard: Wizard) -> impl IntoView {
    // Until the program runs in the browser, the button could do nothing.
    let running = RwSignal::new(false);
    Effect::new(move |_| running.set(true));
    // The control knows best: it may have been chosen before the program ran.
    let pgp_choice = NodeRef::<Input>::new();
    let parameters = use_params_map();
    let pgp = move || {
        let mailbox = parameters.with(|parameters| parameters.get("mailbox").unwrap_or_default());
        format!("/relay/{mailbox}/new-profile/pgp")
    };
    let navigate = use_navigate();
    let go = move |_| match pgp_choice.get_untracked().is_some_and(|choice| choice.checked()) {
        true => navigate(&untrack(pgp), Default::default()),
        false => wizard.back_to(Step::Expiration),
    };
    view! {
        <p>"A profile is what your mail is sealed with: a key that only you have, and what mail apps need to use it."</p>
        <fieldset>
            <legend>"Kind"</legend>
            <p class="choice">
                <input
                    node_ref=pgp_choice
                    type="radio"
                    id="kind-pgp"
                    name="kind"
                    value="pgp"
                    aria-describedby="kind-pgp-hint"
                />
                <label for="kind-pgp">"PGP"</label>
            </p>
            <p class="hint" id="kind-pgp-hint">
                "The better choice wherever your mail app has it, as Thunderbird, Proton Mail, and K-9 Mail or FairEmail with OpenKeychain do: \
                 there is no root certificate to install and to trust, its cryptography is newer, and you keep using the key that \
                 you have. " <a href=pgp>"Set up PGP"</a> " works without JavaScript, too."
            </p>
            <p class="choice">
                <input
                    type="radio"
                    id="kind-smime"
                    name="kind"
                    value="smime"
                    checked
                    aria-describedby="kind-smime-hint"
                />
                <label for="kind-smime">"S/MIME"</label>
            </p>
            <p class="hint" id="kind-smime-hint">
                "Built into Apple Mail, Outlook, Thunderbird and many others. You install a chain of three certificates made for \
                 you alone: root, intermediate and user."
            </p>
        </fieldset>
        <p class="actions">
            <button type="button" class="primary" disabled=move || !running.get() on:click=go>"Continue"</button>
        </p>
    }
}
