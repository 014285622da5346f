//! Mail Relay Settings: the mailboxes, and for each whether its mail is sealed.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    form::{Declined, Field, Submit},
    loaded::loaded,
    mailbox::Mailbox,
};
use crate::api::account::{AddMailbox, SetEncryptedRepliesOnly, SetKillSwitch, mailboxes};

#[component]
pub(super) fn RelaySettings() -> impl IntoView {
    let add = ServerAction::<AddMailbox>::new();
    let kill_switch = ServerAction::<SetKillSwitch>::new();
    let encrypted_only = ServerAction::<SetEncryptedRepliesOnly>::new();
    let versions = (kill_switch.version(), encrypted_only.version());
    let asked = Resource::new(move || (versions.0.get(), versions.1.get()), |_| mailboxes());
    let saved = move || {
        let answers = [kill_switch.value().get(), encrypted_only.value().get()];
        answers.iter().any(Option::is_some) && answers.iter().flatten().all(Result::is_ok)
    };
    view! {
        <Title text="Mail Relay Settings"/>
        <h1>"Mail Relay Settings"</h1>
        <Declined action=kill_switch/>
        <Declined action=encrypted_only/>
        <div role="status">{move || saved().then(|| view! { <p class="notice good">"Saved."</p> })}</div>
        {loaded(asked, move |mailboxes| view! {
            {mailboxes.into_iter().map(|mailbox| view! { <Mailbox mailbox kill_switch encrypted_only/> }).collect_view()}
            <details class="card" open=move || add.value().get().is_some()>
                <summary>"Add a mailbox"</summary>
                <ActionForm action=add>
                    <Declined action=add/>
                    <Field
                        id="address"
                        label="Address of the mailbox"
                        hint="We mail it a code to make sure that it is yours. Every mailbox has profiles of its own."
                    >
                        <input
                            id="address"
                            name="address"
                            type="email"
                            autocomplete="email"
                            required
                            maxlength="254"
                            aria-describedby="address-hint"
                        />
                    </Field>
                    <Submit action=add class="secondary">"Add mailbox"</Submit>
                </ActionForm>
            </details>
        })}
    }
}
