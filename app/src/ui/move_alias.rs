//! Moves aliases to another mailbox, one on its page or all of a mailbox before its deletion.
//!
//! The page loads again afterwards, because much on it depends on the mailbox.

use leptos::{prelude::*, server_fn::ServerFn};

use super::form::{Declined, Field};
use crate::{
    api::{
        alias::AliasView,
        mailbox::{MailboxView, MoveAlias as Move, MoveAliases as MoveAll, Protection},
    },
    texts::{shown, text},
};

/// The section on an alias's page. It is empty if there is no other mailbox.
#[component]
pub(super) fn MoveAlias(alias: AliasView, mailboxes: Vec<MailboxView>) -> impl IntoView {
    let moving = ServerAction::<Move>::new();
    let current = alias.mailbox;
    let (own, others): (Vec<_>, Vec<_>) = mailboxes.into_iter().partition(|mailbox| mailbox.address == current);
    let others: Vec<_> = others.into_iter().filter(takes_mail).collect();
    if others.is_empty() {
        return ().into_any();
    }
    let current = current.to_string();
    let ask = own.iter().all(|own| own.protection != Protection::Clear);
    view! {
        <section aria-labelledby="move">
            <h2 id="move">{text!(alias.moving.title)}</h2>
            <p>{shown!(alias.moving.now, mailbox = current, <b> = <strong/>)}</p>
            <form method="post" action=Move::url()>
                <Declined action=moving/>
                <input type="hidden" name="alias" value=alias.id.to_string()/>
                <Choice mailboxes=others ask/>
                <button type="submit" class="secondary">{text!(alias.moving.submit)}</button>
            </form>
        </section>
    }
    .into_any()
}

/// The form that moves all aliases of a mailbox to one of `others`, which are verified.
#[component]
pub(super) fn MoveAliases(from: MailboxView, others: Vec<MailboxView>) -> impl IntoView {
    let moving = ServerAction::<MoveAll>::new();
    if others.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card" aria-labelledby="keep">
            <h2 id="keep">{text!(alias.moving.keep)}</h2>
            <p>{text!(alias.moving.keep_hint)}</p>
            <form method="post" action=MoveAll::url()>
                <Declined action=moving/>
                <input type="hidden" name="from" value=from.id.to_string()/>
                <Choice mailboxes=others ask=from.protection != Protection::Clear/>
                <button type="submit" class="secondary">{text!(alias.moving.submit_all)}</button>
            </form>
        </section>
    }
    .into_any()
}

/// A mailbox to move to, with what it means for mail.
pub(super) fn option(mailbox: MailboxView) -> impl IntoView {
    let address = mailbox.address;
    let words = match mailbox.protection {
        Protection::Clear => text!(alias.moving.clear, address),
        Protection::Refused => text!(alias.moving.refused, address),
        Protection::Sealed { .. } | Protection::Unverified => address.to_string(),
    };
    view! { <option value=mailbox.id.to_string()>{words}</option> }
}

/// The choice of mailbox. If mail would newly be relayed unencrypted, it also asks for a confirmation.
#[component]
fn Choice(mailboxes: Vec<MailboxView>, ask: bool) -> impl IntoView {
    let is_clear = |mailbox: &MailboxView| mailbox.protection == Protection::Clear;
    let ask = ask && mailboxes.iter().any(is_clear);
    view! {
        <Field id="to-mailbox" label=text!(alias.moving.mailbox)>
            <select id="to-mailbox" name="mailbox">{mailboxes.into_iter().map(option).collect_view()}</select>
        </Field>
        {ask.then(|| view! {
            <p class="choice">
                <input type="checkbox" id="unsealed" name="unsealed" value="true"/>
                <label for="unsealed">{text!(alias.moving.confirm)}</label>
            </p>
        })}
    }
}

fn takes_mail(mailbox: &MailboxView) -> bool {
    mailbox.protection != Protection::Unverified
}
