//! Turns an alias on and off, sets the answer to senders while it is off, and deletes it.

use leptos::prelude::*;

use crate::{
    api::alias::{AliasView, DeleteAlias, OffAnswer, SetAliasEnabled},
    id::AliasId,
    ui::{
        form::{Choice, Control, Declined, Submit},
        words,
    },
};

#[component]
pub(super) fn Switch(alias: AliasView, action: ServerAction<SetAliasEnabled>) -> impl IntoView {
    let AliasView {
        id,
        enabled,
        off_answer,
        ..
    } = alias;
    let state = match enabled {
        true => "Mail to this alias is relayed to your mailbox.",
        false => words::off_answer(off_answer),
    };
    view! {
        <p>{state}</p>
        <Declined action/>
        {(!enabled).then(|| view! {
            <ActionForm action=action>
                <input type="hidden" name="alias" value=id.to_string()/>
                <input type="hidden" name="enabled" value="true"/>
                <Submit action=action>"Turn on"</Submit>
            </ActionForm>
        })}
        <ActionForm action=action>
            <input type="hidden" name="alias" value=id.to_string()/>
            <input type="hidden" name="enabled" value="false"/>
            <fieldset>
                <legend>"While it is off"</legend>
                <Answer answer=OffAnswer::Reject chosen=off_answer/>
                <Answer answer=OffAnswer::Drop chosen=off_answer/>
            </fieldset>
            <p class="hint">"The same holds for contacts that you block."</p>
            <Submit action=action class="secondary">{if enabled { "Turn off" } else { "Save the answer" }}</Submit>
        </ActionForm>
    }
}

#[component]
fn Answer(answer: OffAnswer, chosen: OffAnswer) -> impl IntoView {
    let (value, label, hint) = match answer {
        OffAnswer::Reject => (
            "reject",
            "Reject",
            "Senders are told that there is no such address, exactly as if it had never been there. Such mail \
             is not counted, so that the answer takes no longer either.",
        ),
        OffAnswer::Drop => (
            "drop",
            "Drop silently",
            "Senders are told that the message was taken. It is thrown away and only counted: nobody can get it back.",
        ),
    };
    view! {
        <Choice
            id=format!("answer-{value}")
            control=Control::Radio
            name="answer"
            value
            checked=answer == chosen
            label
            hint
        />
    }
}

#[component]
pub(super) fn Deletion(id: AliasId, action: ServerAction<DeleteAlias>) -> impl IntoView {
    view! {
        <Declined action/>
        <p>"Turning it off can be undone; this cannot. Its contacts and their keys are deleted with it."</p>
        <details>
            <summary>"Delete…"</summary>
            <p>"Mail to it is then refused, and nobody, you included, can ever take it again."</p>
            <ActionForm action=action>
                <input type="hidden" name="alias" value=id.to_string()/>
                <Submit action=action class="danger">"Delete for good"</Submit>
            </ActionForm>
        </details>
    }
}
