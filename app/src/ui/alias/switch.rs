//! Sets the answer to senders while an alias is off, turns it off with that answer, and deletes it.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::alias::{AliasView, DeleteAlias, OffAnswer, SetAliasEnabled},
    id::AliasId,
    ui::{
        form::{Choice, Control, Declined},
        words,
    },
};

#[component]
pub(super) fn Switch(alias: AliasView) -> impl IntoView {
    let AliasView {
        id,
        enabled,
        off_answer,
        ..
    } = alias;
    let state = match enabled {
        true => "The alias is on: its mail is forwarded to your mailbox.",
        false => words::off_answer(off_answer),
    };
    view! {
        <p>{state}</p>
        <details open=!enabled>
            <summary>"What senders are told while it is off"</summary>
            <form method="post" action=SetAliasEnabled::url()>
                <input type="hidden" name="alias" value=id.to_string()/>
                <input type="hidden" name="enabled" value="false"/>
                <fieldset>
                    <legend class="unseen">"While it is off"</legend>
                    <Answer answer=OffAnswer::Reject chosen=off_answer/>
                    <Answer answer=OffAnswer::Drop chosen=off_answer/>
                </fieldset>
                <p class="hint">"Mail from contacts that you block gets the same answer."</p>
                <button type="submit" class="secondary">{if enabled { "Turn off" } else { "Save" }}</button>
            </form>
        </details>
    }
    .into_any()
}

#[component]
fn Answer(answer: OffAnswer, chosen: OffAnswer) -> impl IntoView {
    let (value, label, hint) = match answer {
        OffAnswer::Reject => (
            "reject",
            "Reject",
            "Senders are told that the address does not exist, as if it never had. Such mail is not counted.",
        ),
        OffAnswer::Drop => (
            "drop",
            "Drop silently",
            "Senders are told that the message was accepted. It is thrown away and only counted: nobody can get it back.",
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
pub(super) fn Deletion(id: AliasId) -> impl IntoView {
    view! {
        <Declined action={ServerAction::<DeleteAlias>::new()}/>
        <details>
            <summary>"Delete…"</summary>
            <p>
                "This cannot be undone. Its mail is refused from then on, its contacts are deleted, and nobody, not even you, can create \
                 this address again. If you may need it later, turn the alias off instead."
            </p>
            <form method="post" action=DeleteAlias::url()>
                <input type="hidden" name="alias" value=id.to_string()/>
                <button type="submit" class="danger">"Delete for good"</button>
            </form>
        </details>
    }
    .into_any()
}
