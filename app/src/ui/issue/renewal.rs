//! Shows a renewal within the wizard: the short way to the end, and what happens to the previous profile.

use leptos::prelude::*;

use super::{place::Step, route::WizardRoute, wizard::Wizard};
use crate::{
    texts::{shown, text},
    ui::words,
};

/// After the export, offers the short way to people who have installed a profile before.
#[component]
pub(super) fn ActivateNow(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let ready = move || wizard.exported.get() && wizard.renews.with(Option::is_some);
    let offer = move || {
        ready().then(|| {
            view! {
                <h3>{text!(wizard.renewal.title)}</h3>
                <p>{text!(wizard.renewal.how)}</p>
                <p class="actions">
                    <button
                        type="button"
                        disabled=move || wizard.task.get().is_some()
                        on:click=move |_| route.go(Step::Activate)
                    >
                        {text!(wizard.renewal.activate)}
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
            let link = move |children: ChildrenFn| view! { <a href=format!("/profiles/{id}")>{children()}</a> };
            view! { <p>{shown!(wizard.renewal.before, name = before.summary.name, end = end, <a> = link)}</p> }
        })
    };
    view! { {words} }
}
