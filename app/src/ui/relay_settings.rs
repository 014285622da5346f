//! Shows "Mail Relay Settings": the mailboxes, and whether the mail of each is encrypted.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    checklist::Checklist,
    form::{Declined, Field, Submit},
    kept::kept,
    loaded::loaded,
    mailbox::{Actions, Mailbox},
};
use crate::{
    api::mailbox::{AddMailbox, MailboxView, Protection, mailboxes},
    texts::text,
};

#[component]
pub(super) fn RelaySettings() -> impl IntoView {
    let add = ServerAction::<AddMailbox>::new();
    let actions = Actions {
        kill_switch: ServerAction::new(),
        encrypted_only: ServerAction::new(),
        signed_only: ServerAction::new(),
        relayed_recipients: ServerAction::new(),
        default: ServerAction::new(),
    };
    let versions = (
        actions.kill_switch.version(),
        actions.encrypted_only.version(),
        actions.signed_only.version(),
        actions.relayed_recipients.version(),
        actions.default.version(),
    );
    let asked = Resource::new(
        move || {
            (
                versions.0.get(),
                versions.1.get(),
                versions.2.get(),
                versions.3.get(),
                versions.4.get(),
            )
        },
        |_| mailboxes(),
    );
    view! {
        <Title text=text!(relay.title)/>
        <h1>{text!(relay.title)}</h1>
        <Checklist/>
        <Declined action=actions.kill_switch/>
        <Declined action=actions.encrypted_only/>
        <Declined action=actions.signed_only/>
        <Declined action=actions.relayed_recipients/>
        <Declined action=actions.default/>
        {loaded(asked, move |mailboxes| view! { <Mailboxes mailboxes actions add/> })}
    }
}

#[component]
fn Mailboxes(mailboxes: Vec<MailboxView>, actions: Actions, add: ServerAction<AddMailbox>) -> impl IntoView {
    let verified = |mailbox: &&MailboxView| mailbox.protection != Protection::Unverified;
    let several = mailboxes.iter().filter(verified).count() > 1;
    view! {
        {mailboxes.into_iter().map(|mailbox| view! { <Mailbox mailbox several actions/> }).collect_view()}
        <Add action=add/>
    }
}

#[component]
fn Add(action: ServerAction<AddMailbox>) -> impl IntoView {
    view! {
        <details class="card" open=move || action.value().get().is_some()>
            <summary>{text!(relay.add.title)}</summary>
            <ActionForm action=action>
                <Declined action=action/>
                <Field id="address" label=text!(relay.add.address) hint=text!(relay.add.hint)>
                    <input
                        id="address"
                        name="address"
                        type="email"
                        value=kept(action, "address")
                        autocomplete="email"
                        required
                        maxlength="254"
                        aria-describedby="address-hint"
                    />
                </Field>
                <Submit action=action class="secondary">{text!(relay.add.submit)}</Submit>
            </ActionForm>
        </details>
    }
}
