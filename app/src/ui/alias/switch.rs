//! Sets the answer to senders while an alias is off, turns it off with that answer, and deletes it.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::alias::{AliasView, DeleteAlias, OffAnswer, SetAliasEnabled},
    id::AliasId,
    texts::text,
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
        true => text!(alias.switch.on),
        false => words::off_answer(off_answer),
    };
    view! {
        <p>{state}</p>
        <details open=!enabled>
            <summary>{text!(alias.switch.answers)}</summary>
            <form method="post" action=SetAliasEnabled::url()>
                <input type="hidden" name="alias" value=id.to_string()/>
                <input type="hidden" name="enabled" value="false"/>
                <fieldset>
                    <legend class="unseen">{text!(alias.switch.answers_legend)}</legend>
                    <Answer answer=OffAnswer::Reject chosen=off_answer/>
                    <Answer answer=OffAnswer::Drop chosen=off_answer/>
                </fieldset>
                <p class="hint">{text!(alias.switch.blocked)}</p>
                <button type="submit" class="secondary">
                    {if enabled { text!(alias.switch.turn_off) } else { text!(alias.switch.save) }}
                </button>
            </form>
        </details>
    }
    .into_any()
}

#[component]
fn Answer(answer: OffAnswer, chosen: OffAnswer) -> impl IntoView {
    let (value, label, hint) = match answer {
        OffAnswer::Reject => ("reject", text!(alias.switch.reject), text!(alias.switch.reject_hint)),
        OffAnswer::Drop => ("drop", text!(alias.switch.discard), text!(alias.switch.discard_hint)),
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
            <summary>{text!(alias.deletion.open)}</summary>
            <p>{text!(alias.deletion.warning)}</p>
            <form method="post" action=DeleteAlias::url()>
                <input type="hidden" name="alias" value=id.to_string()/>
                <button type="submit" class="danger">{text!(alias.deletion.delete)}</button>
            </form>
        </details>
    }
    .into_any()
}
