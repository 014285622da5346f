//! Shows the forms for writing from an alias: "Start Email Thread", and the name in From.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{
        alias::{AliasView, SetAliasName, StartThread},
        limits::MAX_NAME,
    },
    id::AliasId,
    texts::{shown, text},
    ui::{
        form::{Declined, Field},
        kept::kept,
    },
};

#[component]
pub(super) fn Outbound(alias: AliasView) -> impl IntoView {
    let start = ServerAction::<StartThread>::new();
    if !alias.enabled {
        return view! { <p>{text!(alias.outbound.off)}</p> }.into_any();
    }
    let mailbox = alias.mailbox.to_string();
    view! {
        <p class="hint">{shown!(alias.outbound.hint, mailbox, <address> = <span class="address"/>)}</p>
        <form method="post" action=StartThread::url()>
            <Declined action=start/>
            <input type="hidden" name="alias" value=alias.id.to_string()/>
            <Field id="recipient" label=text!(alias.outbound.recipient)>
                <span class="affixed">
                    <input
                        id="recipient"
                        name="recipient"
                        type="email"
                        value=kept(start, "recipient")
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        required
                        maxlength="254"
                    />
                    <button type="submit" class="primary">{text!(alias.outbound.start)}</button>
                </span>
            </Field>
        </form>
    }
    .into_any()
}

#[component]
pub(super) fn SenderName(id: AliasId, name: String) -> impl IntoView {
    let action = ServerAction::<SetAliasName>::new();
    view! {
        <form method="post" action=SetAliasName::url()>
            <Declined action/>
            <input type="hidden" name="alias" value=id.to_string()/>
            <Field id="name" label=text!(alias.sender.name) hint=text!(alias.sender.hint)>
                <input
                    id="name"
                    name="name"
                    value=kept(action, "name").unwrap_or(name)
                    autocomplete="off"
                    maxlength=MAX_NAME.to_string()
                    aria-describedby="name-hint"
                />
            </Field>
            <button type="submit" class="secondary">{text!(alias.sender.save)}</button>
        </form>
    }
    .into_any()
}
