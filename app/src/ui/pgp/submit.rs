//! Shows the form that submits the public key.

use leptos::{ev, html::Textarea, prelude::*};

use crate::{
    api::pgp::SubmitPgpKey,
    id::MailboxId,
    pgp::{KeyFault, holds_secret},
    ui::form::{Declined, Submit},
};

#[component]
pub(super) fn Submission(mailbox: MailboxId, submit: ServerAction<SubmitPgpKey>) -> impl IntoView {
    let key = NodeRef::<Textarea>::new();
    let trouble = RwSignal::new(None::<String>);
    // A private key that the browser recognises never leaves it.
    let look = move |event: ev::SubmitEvent| {
        let field = key.get_untracked();
        let secret = field.filter(|field| holds_secret(field.value().as_bytes()));
        trouble.set(secret.as_ref().map(|_| format!("{}.", KeyFault::Secret)));
        if let Some(field) = secret {
            event.prevent_default();
            field.set_value("");
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
                        node_ref=key
                        id="key"
                        name="key"
                        class="hex"
                        rows="10"
                        required
                        spellcheck="false"
                        autocomplete="off"
                        autocapitalize="none"
                        placeholder="-----BEGIN PGP PUBLIC KEY BLOCK-----"
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

/// Reads a file, chosen or dropped, into the text field in the browser. It is not shown without JavaScript.
#[component]
fn FileField(key: NodeRef<Textarea>, trouble: RwSignal<Option<String>>) -> impl IntoView {
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
