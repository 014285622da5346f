//! Shows a renewal within the wizard: the short way to the end, and what happens to the previous profile.

use leptos::prelude::*;

use super::{place::Step, route::WizardRoute, wizard::Wizard};
use crate::ui::words;

/// After the export, offers the short way to people who have installed a profile before.
#[component]
pub(super) fn ActivateNow(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let ready = move || wizard.exported.get() && wizard.renews.with(Option::is_some);
    let offer = move || {
        ready().then(|| {
            view! {
                <h3>"Installed already?"</h3>
                <p>
                    "Install the new file on your devices as you did the last one, then test and activate the profile: mail that arrives \
                     from then on opens with the new key only. “Continue” shows each step again."
                </p>
                <p class="actions">
                    <button
                        type="button"
                        disabled=move || wizard.task.get().is_some()
                        on:click=move |_| route.go(Step::Activate)
                    >
                        "Test and activate"
                    </button>
                </p>
            }
        })
    };
    view! { {offer} }
}

/// At the end, explains what happens to the previous profile.
#[component]
pub(super) fn Before(wizard: Wizard) -> impl IntoView {
    let words = move || {
        wizard.renews.get().map(|before| {
            let (id, end) = (before.summary.id, words::date(before.summary.not_after));
            let still = format!(
                " is no longer active. It still opens answers to older mail until {end}; delete it when your mail apps no longer \
                 use it."
            );
            view! { <p><a href=format!("/profiles/{id}")>{before.summary.name}</a> {still}</p> }
        })
    };
    view! { {words} }
}
