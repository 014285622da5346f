//! Edits the label and the note of an alias, and shows its counts.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::{
    api::{
        alias::{AliasView, ResetAliasCounts, SetAliasDetails},
        limits::{MAX_LABEL, MAX_NOTE},
    },
    ui::{
        aliases::Use,
        form::{Declined, Field, Submit},
        kept::kept,
    },
};

#[component]
pub(super) fn Details(alias: AliasView, note: String, action: ServerAction<SetAliasDetails>) -> impl IntoView {
    let note = kept(action, "note").unwrap_or(note);
    view! {
        <ActionForm action=action>
            <Declined action=action/>
            <input type="hidden" name="alias" value=alias.id.to_string()/>
            <Field id="label" label="Label" hint="For you alone: who has this alias?">
                <input
                    id="label"
                    name="label"
                    value=kept(action, "label").unwrap_or(alias.label)
                    autocomplete="off"
                    maxlength=MAX_LABEL.to_string()
                    aria-describedby="label-hint"
                />
            </Field>
            <Field id="note" label="Note" hint="Whatever you want to remember. The search finds it.">
                // Leptos writes the text of a textarea unescaped, so an end tag in it would end it. The browser's
                // program sets the value.
                <textarea
                    id="note"
                    name="note"
                    rows="4"
                    maxlength=MAX_NOTE.to_string()
                    prop:value=note.clone()
                    aria-describedby="note-hint"
                >
                    {html_escape::encode_text(&note).into_owned()}
                </textarea>
            </Field>
            <Submit action=action class="secondary">"Save label and note"</Submit>
        </ActionForm>
    }
}

#[component]
pub(super) fn Counts(alias: AliasView, now: OffsetDateTime, action: ServerAction<ResetAliasCounts>) -> impl IntoView {
    let id = alias.id;
    view! {
        <h3>"Counts"</h3>
        <p><Use alias now/></p>
        <p class="hint">
            "Two numbers and one time, kept whether activity is recorded or not. What is refused while the alias rejects all \
             mail is not counted."
        </p>
        <ActionForm action=action>
            <Declined action=action/>
            <input type="hidden" name="alias" value=id.to_string()/>
            <Submit action=action class="secondary">"Reset counts"</Submit>
        </ActionForm>
    }
}
