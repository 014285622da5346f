//! The form for the public key.

use leptos::{ev, prelude::*};

use crate::{
    api::{account::MailboxId, pgp::SubmitPgpKey},
    pgp::{KeyFault, holds_secret},
    ui::form::{Declined, Submit},
};

#[component]
pub(super) fn Submission(mailbox: MailboxId, submit: ServerAction<SubmitPgpKey>) -> impl IntoView {
    let key = RwSignal::new(String::new());
    let trouble = RwSignal::new(None::<String>);
    let kept_back = move || Some(format!("{}.", KeyFault::Secret));
    // What the browser shows as a private key never leaves it.
    let look = move |event: ev::SubmitEvent| {
        let secret = key.with_untracked(|key| holds_secret(key.as_bytes()));
        trouble.set(secret.then(kept_back).flatten());
        if secret {
            event.prevent_default();
            key.set(String::new());
        }
    };
    view! {
        <section class="card" aria-labelledby="submit">
            <h2 id="submit">"Submit it"</h2>
            <Declined action=submit/>
            <div role="alert">{move || trouble.get().map(|words| view! { <p class="notice bad">{words}</p> })}</div>
            <ActionForm action=submit on:submit:capture=look>
                <input type="hidden" name="mailbox" value=mailbox.to_string()/>
                <FileField key trouble/>
                <div class="field">
                    <label for="key">"Public key"</label>
                    <textarea
                        id="key"
                        name="key"
                        class="hex"
                        rows="10"
                        required
                        spellcheck="false"
                        autocomplete="off"
                        autocapitalize="none"
                        placeholder="-----BEGIN PGP PUBLIC KEY BLOCK-----"
                        prop:value=key
                        on:input=move |event| key.set(event_target_value(&event))
                        aria-describedby="key-hint"
                    ></textarea>
                    <p class="hint" id="key-hint">
                        "Paste the whole text. Never submit a private key: it would be refused. Nothing is sealed before you \
                         activate the profile on the next page."
                    </p>
                </div>
                <p class="actions"><Submit action=submit>"Submit"</Submit></p>
            </ActionForm>
        </section>
    }
}

/// A file, chosen or dropped on the control, is read into the text field in the browser; without JavaScript there is none.
#[component]
fn FileField(key: RwSignal<String>, trouble: RwSignal<Option<String>>) -> impl IntoView {
    let running = RwSignal::new(false);
    Effect::new(move |_| running.set(true));
    #[cfg(feature = "hydrate")]
    let read = move |event: ev::Event| super::file::read(&event, key, trouble);
    #[cfg(not(feature = "hydrate"))]
    let read = move |_: ev::Event| _ = (key, trouble);
    view! {
        <div class="field" hidden=move || !running.get()>
            <label for="key-file">"Key file"</label>
            <input id="key-file" type="file" accept=".asc,.pgp,.gpg,.key,.txt" on:change=read aria-describedby="key-file-hint"/>
            <p class="hint" id="key-file-hint">"Choose it or drop it here; it is shown below before anything is sent."</p>
        </div>
    }
}
