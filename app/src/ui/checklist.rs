//! Shows a new account what is left to do, until everything was done once.

use leptos::prelude::*;

use super::form::{Declined, Submit};
use crate::{
    api::{
        account::{Mend, UnsealedMailbox},
        checklist::{HideChecklist, Progress, checklist},
    },
    texts::text,
};

/// A task, with a link to the place where it is done, if it can be done now.
struct Task {
    done: bool,
    name: &'static str,
    hint: &'static str,
    href: Option<String>,
}

#[component]
pub(super) fn Checklist() -> impl IntoView {
    let hide = ServerAction::<HideChecklist>::new();
    let asked = Resource::new(move || hide.version().get(), |_| checklist());
    // A page that could not find out shows none.
    let shown = move || {
        let found = asked.get().and_then(Result::ok).flatten();
        found.map(|progress| view! { <Tasks progress hide/> })
    };
    view! { <Transition>{shown}</Transition> }
}

#[component]
fn Tasks(progress: Progress, hide: ServerAction<HideChecklist>) -> impl IntoView {
    let tasks = tasks(progress);
    let (all, done) = (tasks.len(), tasks.iter().filter(|task| task.done).count());
    let next = tasks.iter().position(|task| !task.done && task.href.is_some());
    view! {
        <section class="card checklist" aria-labelledby="checklist">
            <div class="section-head">
                <h2 id="checklist">{text!(frame.checklist.title)}</h2>
                <span class="aside">{text!(frame.checklist.progress, done = done, all = all)}</span>
            </div>
            <Declined action=hide/>
            <ol>
                {tasks.into_iter().enumerate().map(|(at, task)| view! { <Item task next=next == Some(at)/> }).collect_view()}
            </ol>
            <ActionForm action=hide>
                <Submit action=hide class="link">{text!(frame.checklist.hide)}</Submit>
            </ActionForm>
        </section>
    }
}

#[component]
fn Item(task: Task, next: bool) -> impl IntoView {
    let Task { done, name, hint, href } = task;
    let state = match done {
        true => text!(frame.checklist.is_done),
        false => text!(frame.checklist.is_open),
    };
    let class = if next { "button primary" } else { "" };
    let name = match href.filter(|_| !done) {
        Some(href) => view! { <a class=class href=href>{name}</a> }.into_any(),
        None => view! { <strong>{name}</strong> }.into_any(),
    };
    view! {
        <li class:done=done>
            <span class="heard">{state}</span>
            {name}
            {(!done).then(|| view! { <span class="aside">{hint}</span> })}
        </li>
    }
}

fn tasks(progress: Progress) -> [Task; 4] {
    let confirmed = progress.confirmed;
    [
        Task {
            done: confirmed,
            name: text!(frame.checklist.confirm),
            hint: text!(frame.checklist.confirm_hint),
            href: Some("/verify".to_owned()),
        },
        Task {
            done: progress.encrypted,
            name: text!(frame.checklist.encrypt),
            hint: text!(frame.checklist.encrypt_hint),
            href: progress.mend.as_ref().map(encryption),
        },
        Task {
            done: progress.alias.is_some(),
            name: text!(frame.checklist.alias),
            hint: text!(frame.checklist.alias_hint),
            href: confirmed.then(|| "/aliases#new-alias".to_owned()),
        },
        Task {
            done: progress.tested,
            name: text!(frame.checklist.test),
            hint: text!(frame.checklist.test_hint),
            href: progress.alias.map(|alias| format!("/aliases/{alias}")),
        },
    ]
}

/// Returns the page where a mailbox's encryption is set up.
fn encryption(unsealed: &UnsealedMailbox) -> String {
    match &unsealed.mend {
        Mend::Activate(profile) => format!("/profiles/{}#activate", profile.id),
        Mend::Replace(..) | Mend::SetUp => format!("/relay/{}/new-profile", unsealed.mailbox),
    }
}
