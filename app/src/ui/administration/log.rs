//! Shows the operator's log.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    super::{
        loaded::page,
        pager::{pager, this_page},
        when::When,
    },
    head::{Head, Tab},
};
use crate::{
    api::{
        administration::{LogEntryView, LogView, ON_ONE_PAGE, operator_log},
        operator_action::Action,
    },
    texts::text,
};

#[component]
pub(in crate::ui) fn OperatorLog() -> impl IntoView {
    let number = this_page();
    let asked = Resource::new(move || number.get(), |number: u32| operator_log(number));
    page(
        asked,
        text!(administration.log.title),
        move |view| view! { <Log view number=number.get()/> },
    )
}

#[component]
fn Log(view: LogView, number: u32) -> impl IntoView {
    let LogView { entries, all, now } = view;
    let table = match entries.is_empty() {
        true => view! { <p>{text!(administration.log.none)}</p> }.into_any(),
        false => view! {
            <table>
                <thead>
                    <tr>
                        <th scope="col">{text!(administration.log.when)}</th>
                        <th scope="col">{text!(administration.log.what)}</th>
                        <th scope="col">{text!(administration.log.by)}</th>
                    </tr>
                </thead>
                <tbody>{entries.into_iter().map(|entry| view! { <Entry entry now/> }).collect_view()}</tbody>
            </table>
        }
        .into_any(),
    };
    view! {
        <Head tab=Tab::Log/>
        <p>{text!(administration.log.about)}</p>
        {table}
        {pager(number, (all, ON_ONE_PAGE), text!(administration.log.pages), |page| {
            format!("{}?page={page}", Tab::Log.path())
        })}
    }
}

#[component]
fn Entry(entry: LogEntryView, now: OffsetDateTime) -> impl IntoView {
    let LogEntryView {
        at,
        action,
        subject,
        administrator,
    } = entry;
    let subject = match action.is_some_and(Action::is_of_account) {
        true => text!(administration.log.account, number = subject),
        false => subject,
    };
    let words = action.map_or(text!(administration.log.unknown), Action::words);
    let by = match administrator {
        Some(account) => text!(administration.log.account, number = account.to_string()),
        None => text!(administration.log.command).to_owned(),
    };
    view! {
        <tr>
            <td><When at now/></td>
            <td>{words} " " <span class="aside">{subject}</span></td>
            <td class="by">{by}</td>
        </tr>
    }
}
