//! "Discard this profile", with a confirmation: deletes the profile on the server, and wipes its key from this browser.

use leptos::prelude::*;

use super::{wizard::Wizard, wizards::Wizards};
use crate::id::ProfileId;

#[component]
pub(super) fn Discard(wizard: Wizard, profile: ProfileId) -> impl IntoView {
    let wizards = Wizards::here();
    let running = wizards.running();
    let idle = move || running.get() && wizard.task.get().is_none();
    view! {
        <details class="discard">
            <summary>"Discard this profile…"</summary>
            <p>
                "The profile and its certificates are deleted from the server, and its key from this browser. It is not active, so nothing \
                 changes for mail to this mailbox. If you already got mail that is sealed with it, keep the exported file."
            </p>
            <button type="button" class="danger" disabled=move || !idle() on:click=move |_| wizards.discard(wizard, profile)>
                "Discard"
            </button>
        </details>
    }
}
