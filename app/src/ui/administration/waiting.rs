//! Lists the messages that wait for delivery, tries them at once, and deletes them.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    super::{
        account::password::Confirm,
        form::{Declined, Submit},
        loaded::page,
        pager::{pager, this_page},
        when::When,
        words,
    },
    head::{Head, Tab},
};
use crate::{
    api::{
        administration::ON_ONE_PAGE,
        security::ConfirmPassword,
        waiting::{DropMessage, MessageName, QueueView, RetryAllMessages, RetryMessage, WaitingView, waiting_messages},
    },
    texts::{shown, text},
};

#[derive(Clone, Copy)]
struct Actions {
    confirm: ServerAction<ConfirmPassword>,
    retry: ServerAction<RetryMessage>,
    retry_all: ServerAction<RetryAllMessages>,
    delete: ServerAction<DropMessage>,
}

/// `/administration/queue`: the messages that wait for delivery.
#[component]
pub(in crate::ui) fn WaitingMessages() -> impl IntoView {
    let actions = Actions {
        confirm: ServerAction::new(),
        retry: ServerAction::new(),
        retry_all: ServerAction::new(),
        delete: ServerAction::new(),
    };
    let number = this_page();
    let asked = Resource::new(move || number.get(), |number: u32| waiting_messages(number));
    page(
        asked,
        text!(administration.queue.title),
        move |view| view! { <Page view number=number.get() actions/> },
    )
}

#[component]
fn Page(view: QueueView, number: u32, actions: Actions) -> impl IntoView {
    let QueueView {
        waiting,
        all,
        confirmed,
        now,
    } = view;
    let changes = match (waiting.is_empty(), confirmed) {
        (true, _) => None,
        (false, true) => Some(
            view! {
                <ActionForm action=actions.retry_all>
                    <Submit action=actions.retry_all class="secondary">{text!(administration.queue.retry_all)}</Submit>
                </ActionForm>
            }
            .into_any(),
        ),
        (false, false) => Some(view! { <Confirm action=actions.confirm id="confirm-password"/> }.into_any()),
    };
    view! {
        <Head tab=Tab::Queue/>
        <Declined action=actions.confirm/>
        <Declined action=actions.retry/>
        <Declined action=actions.retry_all/>
        <Declined action=actions.delete/>
        <section class="card" aria-labelledby="waiting">
            <h2 id="waiting">{text!(administration.waiting)}</h2>
            <p>{text!(administration.queue.about)}</p>
            <p>{text!(administration.queue.count, count = all)}</p>
            {changes}
        </section>
        <ul class="rows">
            {waiting.into_iter().map(|message| view! { <li><Row message now confirmed actions/></li> }).collect_view()}
        </ul>
        {pager(number, (all, ON_ONE_PAGE), text!(administration.queue.pages), |page| {
            format!("{}?page={page}", Tab::Queue.path())
        })}
    }
}

#[component]
fn Row(message: WaitingView, now: OffsetDateTime, confirmed: bool, actions: Actions) -> impl IntoView {
    let WaitingView {
        name,
        octets,
        tries,
        accepted,
        next_try,
        account,
    } = message;
    let id = format!("message-{}", name.0);
    let whose = match account {
        Some(account) => {
            let href = format!("{}/{account}", Tab::Accounts.path());
            view! { <a href=href>{text!(administration.queue.of_account, number = account.to_string())}</a> }.into_any()
        }
        None => text!(administration.queue.of_relay).into_any(),
    };
    let next = match next_try {
        Some(at) if at <= now => text!(administration.queue.next_now).into_any(),
        Some(at) => shown!(administration.queue.next, <when/> = move || view! { <When at now/> }).into_any(),
        None => text!(administration.queue.delivering).into_any(),
    };
    // A message that is being delivered cannot be changed.
    let may_change = confirmed && next_try.is_some();
    view! {
        <code id=id.clone()>{name.0.clone()}</code>
        <span class="aside">
            {whose} " · " {words::size(octets)} " · " {text!(administration.queue.tries, count = tries)} " · "
            {shown!(administration.queue.accepted, <when/> = move || view! { <When at=accepted now/> })} " · " {next}
        </span>
        {may_change.then(|| view! { <Changes name id actions/> })}
    }
}

#[component]
fn Changes(name: MessageName, id: String, actions: Actions) -> impl IntoView {
    let MessageName(name) = name;
    let (due, of, of_deletion) = (name.clone(), id.clone(), id.clone());
    view! {
        <ActionForm action=actions.retry>
            <input type="hidden" name="message" value=due/>
            <button type="submit" class="secondary" aria-describedby=of>{text!(administration.queue.retry)}</button>
        </ActionForm>
        <details>
            <summary aria-describedby=id>{text!(administration.queue.delete)}</summary>
            <p>{text!(administration.queue.delete_about)}</p>
            <ActionForm action=actions.delete>
                <input type="hidden" name="message" value=name/>
                <button type="submit" class="danger" aria-describedby=of_deletion>{text!(administration.queue.delete_now)}</button>
            </ActionForm>
        </details>
    }
}
