//! The links and buttons that lead from one step of the wizard to another.

use leptos::prelude::*;

use super::{
    place::{Step, WizardRoute},
    program::Loading,
    wizards::Wizards,
};

/// The way back from a step: to the one before, or from the first to the settings.
#[component]
pub(super) fn Back(route: WizardRoute, from: Step) -> impl IntoView {
    let address = move || from.before().map_or_else(|| "/relay".to_owned(), |step| route.to(step));
    view! { <a class="button" href=address>"Back"</a> }
}

/// The way on to a step, which needs the program.
#[component]
pub(super) fn Continue(route: WizardRoute, to: Step) -> impl IntoView {
    let running = Wizards::here().running();
    view! {
        <button type="button" class="primary" disabled=move || !running.get() on:click=move |_| route.go(to)>"Continue"</button>
        <Loading/>
    }
}
