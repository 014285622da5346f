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
    api::administration::{Action, LogEntryView, LogView, ON_ONE_PAGE, operator_log},
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
    let subject = match action.is_of_account() {
        true => text!(administration.log.account, number = subject),
        false => subject,
    };
    let by = match administrator {
        Some(account) => text!(administration.log.account, number = account.to_string()),
        None => text!(administration.log.command).to_owned(),
    };
    view! {
        <tr>
            <td><When at now/></td>
            <td>{words(action)} " " <span class="aside">{subject}</span></td>
            <td class="by">{by}</td>
        </tr>
    }
}

fn words(action: Action) -> &'static str {
    match action {
        Action::AccountCreated => text!(administration.log.account_created),
        Action::AccountDisabled => text!(administration.log.account_disabled),
        Action::AccountEnabled => text!(administration.log.account_enabled),
        Action::AccountDeleted => text!(administration.log.account_deleted),
        Action::AdministratorAdded => text!(administration.log.administrator_added),
        Action::AdministratorRemoved => text!(administration.log.administrator_removed),
        Action::ResetCodePrinted => text!(administration.log.reset_code_printed),
        Action::SecondFactorReset => text!(administration.log.second_factor_reset),
        Action::MessageDropped => text!(administration.log.message_dropped),
        Action::MessagesDropped => text!(administration.log.messages_dropped),
        Action::InvitationCreated => text!(administration.log.invitation_created),
        Action::InvitationRevoked => text!(administration.log.invitation_revoked),
        Action::LimitsChanged => text!(administration.log.limits_changed),
        Action::SignUpChanged => text!(administration.log.sign_up_changed),
        Action::AnnouncementChanged => text!(administration.log.announcement_changed),
        Action::IdentityLinked => text!(administration.log.identity_linked),
        Action::IdentityUnlinked => text!(administration.log.identity_unlinked),
    }
}
