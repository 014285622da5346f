//! Shows the forms for writing from an alias: "Start Email Thread", and the name in From.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{
        alias::{AliasView, SetAliasName, StartThread},
        limits::MAX_NAME,
    },
    id::AliasId,
    ui::{
        form::{Declined, Field},
        kept::kept,
    },
};

#[component]
pub(super) fn Outbound(alias: AliasView) -> impl IntoView {
    let start = ServerAction::<StartThread>::new();
    if !alias.enabled {
        return view! { <p>"This alias is off. Turn it on to write from it."</p> }.into_any();
    }
    view! {
        <p class="hint">
            "Write first without showing your own address. Sealpost sends a message to "
            <span class="address">{alias.mailbox.to_string()}</span>
            ". Answer it in your mail app, and your answer reaches the recipient from this alias."
        </p>
        <form method="post" action=StartThread::url()>
            <Declined action=start/>
            <input type="hidden" name="alias" value=alias.id.to_string()/>
            <Field id="recipient" label="Recipient's address">
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
                    <button type="submit" class="primary">"Start Email Thread"</button>
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
            <Field
                id="name"
                label="Sender's name"
                hint="Contacts see it in From when you answer from this alias. Leave it empty to show the address alone."
            >
                <input
                    id="name"
                    name="name"
                    value=kept(action, "name").unwrap_or(name)
                    autocomplete="off"
                    maxlength=MAX_NAME.to_string()
                    aria-describedby="name-hint"
                />
            </Field>
            <button type="submit" class="secondary">"Save name"</button>
        </form>
    }
    .into_any()
}
