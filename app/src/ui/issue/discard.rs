//! Shows "Discard this profile" with a confirmation. It deletes the profile on the server and wipes its key from this
//! browser.

use leptos::{html::Details, prelude::*};

use super::{route::WizardRoute, wizard::Wizard, wizards::Wizards};
use crate::{api::done::Done, id::ProfileId, texts::text};

#[component]
pub(super) fn Discard(
    wizard: Wizard,
    route: WizardRoute,
    profile: ProfileId,
    /// Whether the question is shown at once.
    #[prop(optional)]
    open: bool,
) -> impl IntoView {
    let wizards = Wizards::here();
    let running = wizards.running();
    let idle = move || running.get() && wizard.task.get().is_none();
    let question = NodeRef::<Details>::new();
    let discard = move |_| {
        wizard.discard(profile, move || {
            // The next profile of a list takes this place, and needs its own confirmation.
            if let Some(question) = question.get_untracked() {
                question.set_open(false);
            }
            wizards.discard(profile);
            route.begin_again(Done::ProfileDeleted);
        });
    };
    view! {
        <details class="discard" node_ref=question open=open>
            <summary>{text!(wizard.discard.summary)}</summary>
            <p>{text!(wizard.discard.effect)}</p>
            <button type="button" class="danger" disabled=move || !idle() on:click=discard>
                {text!(wizard.discard.button)}
            </button>
        </details>
    }
}
