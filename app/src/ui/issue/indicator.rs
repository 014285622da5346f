//! The list of steps. Those that one can go to are links.

use leptos::prelude::*;

use super::{
    place::{Step, WizardRoute},
    wizard::Wizard,
};

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
    view! { <ol class="steps" aria-label="Steps">{Step::ALL.into_iter().map(entry).collect_view()}</ol> }
}
