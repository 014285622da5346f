//! Shows the list of steps, and the links and buttons between them.

use leptos::prelude::*;
use web_sys::MouseEvent;

use super::{place::Step, program::Loading, route::WizardRoute, wizard::Wizard, wizards::Wizards};
use crate::{texts::text, ui::parts::StepNow};

/// The list of steps, with links to the open ones.
#[component]
pub(super) fn Indicator(wizard: Wizard, route: WizardRoute, step: Memo<Step>) -> impl IntoView {
    let entry = move |(each, _): (Step, &'static str)| {
        let name = each.name();
        let current = move || (step.get() == each).then_some("step");
        let open = move || each != step.get() && wizard.is_open(each) && wizard.task.get().is_none();
        let label = move || match open() {
            true => {
                let label = match each < step.get() {
                    true => text!(wizard.steps.back_to, step = name),
                    false => text!(wizard.steps.on_to, step = name),
                };
                let address = route.to(each);
                view! { <a href=address aria-label=label><span>{name}</span></a> }.into_any()
            }
            false => view! { <span>{name}</span> }.into_any(),
        };
        view! { <li aria-current=current class:done=move || each < step.get()>{label}</li> }
    };
    let at = move || {
        Step::ALL
            .into_iter()
            .position(|(each, ..)| each == step.get())
            .unwrap_or_default()
    };
    let number = Signal::derive(move || at() + 1);
    let name = Signal::derive(move || step.get().name().to_owned());
    view! {
        <StepNow number of=Step::ALL.len() name/>
        <ol class="steps" aria-label=text!(wizard.steps.label)>{Step::ALL.into_iter().map(entry).collect_view()}</ol>
    }
}

/// The link from a step to the previous one, or from the first to the settings.
#[component]
pub(super) fn Back(wizard: Wizard, route: WizardRoute, from: Step) -> impl IntoView {
    // The second tap of two must not lead away from what the first began.
    let stay = move |event: MouseEvent| {
        if wizard.task.get_untracked().is_some() {
            event.prevent_default();
        }
    };
    let address = move || from.before().map_or_else(|| "/relay".to_owned(), |step| route.to(step));
    view! { <a class="button" href=address on:click=stay>{text!(wizard.back)}</a> }
}

/// The button to the next step, which needs the program.
#[component]
pub(super) fn Continue(
    route: WizardRoute,
    to: Step,
    #[prop(default = "primary")] class: &'static str,
) -> impl IntoView {
    let running = Wizards::here().running();
    view! {
        <button type="button" class=class disabled=move || !running.get() on:click=move |_| route.go(to)>{text!(wizard.go_on)}</button>
        <Loading/>
    }
}
