//! Shows the form that submits the public key.

use leptos::prelude::*;

use super::guard::Guard;
use crate::{
    api::pgp::SubmitPgpKey,
    id::MailboxId,
    texts::text,
    ui::{
        form::{Declined, Submit},
        issue::device::Device,
    },
};

#[component]
pub(super) fn Submission(
    mailbox: MailboxId,
    device: Option<Device>,
    submit: ServerAction<SubmitPgpKey>,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="submit">
            <h2 id="submit">{text!(profile.submission.title)}</h2>
            <Declined action=submit/>
            <Guard>
                <ActionForm action=submit>
                    <input type="hidden" name="mailbox" value=mailbox.to_string()/>
                    {device.map(|device| view! { <input type="hidden" name="device" value=device.key()/> })}
                    <div class="field">
                        <label for="key">{text!(profile.submission.key)}</label>
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
                            aria-describedby="key-hint"
                        ></textarea>
                        <p class="hint" id="key-hint">{text!(profile.submission.key_hint)}</p>
                    </div>
                    <p class="actions"><Submit action=submit>{text!(profile.submission.submit)}</Submit></p>
                </ActionForm>
            </Guard>
        </section>
    }
}
