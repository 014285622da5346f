//! Shows the list of steps, and the links and buttons between them.

use leptos::prelude::*;

use super::{place::Step, program::Loading, route::WizardRoute, wizard::Wizard, wizards::Wizards};
use crate::ui::parts::StepNow;

/// The list of steps, with links to the open ones.
#[component]
pub(super) fn Indicator(wizard: Wizard, route: WizardRoute, step: Memo<Step>) -> impl IntoView {
    let entry = move |(each, _, name): (Step, &'static str, &'static str)| {
        let current = move || (step.get() == each).then_some("step");
        let open = move || each != step.get() && wizard.is_open(each) && wizard.task.get().is_none();
        let label = move || match open() {
            true => {
                let way = if each < step.get() { "Back to" } else { "On to" };
                let address = route.to(each);
                view! { <a href=address aria-label=format!("{way} {name}")><span>{name}</span></a> }.into_any()
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
    let name = Signal::derive(move || Step::ALL[at()].2.to_owned());
    view! {
        <StepNow number of=Step::ALL.len() name/>
        <ol class="steps" aria-label="Steps">{Step::ALL.into_iter().map(entry).collect_view()}</ol>
    }
}

/// The link from a step to the previous one, or from the first to the settings.
#[component]
pub(super) fn Back(route: WizardRoute, from: Step) -> impl IntoView {
    let address = move || from.before().map_or_else(|| "/relay".to_owned(), |step| route.to(step));
    view! { <a class="button" href=address>"Back"</a> }
}

/// The button to the next step, which needs the program.
#[component]
pub(super) fn Continue(route: WizardRoute, to: Step) -> impl IntoView {
    let running = Wizards::here().running();
    view! {
        <button type="button" class="primary" disabled=move || !running.get() on:click=move |_| route.go(to)>"Continue"</button>
        <Loading/>
    }
}
