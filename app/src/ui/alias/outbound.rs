//! Shows the forms for writing from an alias: "Start Email Thread", and the name in From.

use leptos::{html::Form, prelude::*};

use crate::{
    api::{
        alias::{AliasView, SetAliasName, StartThread},
        limits::MAX_NAME,
    },
    id::AliasId,
    ui::{
        form::{Declined, Field, Submit},
        kept::kept,
    },
};

#[component]
pub(super) fn Outbound(alias: AliasView, start: ServerAction<StartThread>) -> impl IntoView {
    let form = NodeRef::<Form>::new();
    Effect::new(move |_| {
        let started = start.value().get().is_some_and(|started| started.is_ok());
        if let (true, Some(form)) = (started, form.get_untracked()) {
            form.reset();
        }
    });
    if !alias.enabled {
        return view! { <p>"This alias is off. Turn it on above to write from it."</p> }.into_any();
    }
    view! {
        <p>
            "Write first without showing your own address: Sealpost sends a message to "
            <span class="address">{alias.mailbox.to_string()}</span>
            " on behalf of the recipient, sealed like all your mail. Answer it in your mail app, and your answer reaches the \
             recipient from this alias."
        </p>
        <ActionForm action=start node_ref=form>
            <Declined action=start/>
            <input type="hidden" name="alias" value=alias.id.to_string()/>
            <Field id="recipient" label="Recipient's address">
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
            </Field>
            <Submit action=start>"Start Email Thread"</Submit>
        </ActionForm>
    }
    .into_any()
}

#[component]
pub(super) fn SenderName(id: AliasId, name: String, action: ServerAction<SetAliasName>) -> impl IntoView {
    view! {
        <ActionForm action=action>
            <Declined action=action/>
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
            <Submit action=action class="secondary">"Save name"</Submit>
        </ActionForm>
    }
}
