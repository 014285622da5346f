//! Edits the label and the note of an alias, pins it, and shows its counts.

use leptos::{prelude::*, server_fn::ServerFn};
use time::OffsetDateTime;

use crate::{
    api::{
        alias::{AliasView, ResetAliasCounts, SetAliasDetails, SetAliasPinned},
        limits::{MAX_LABEL, MAX_NOTE},
    },
    texts::{shown, text},
    ui::{
        aliases::Use,
        form::{Declined, Field},
        kept::kept,
        when::When,
    },
};

#[component]
pub(super) fn Details(alias: AliasView, note: String, created: OffsetDateTime, now: OffsetDateTime) -> impl IntoView {
    let action = ServerAction::<SetAliasDetails>::new();
    let note = kept(action, "note").unwrap_or(note);
    let (id, pinned) = (alias.id, alias.pinned);
    view! {
        <form method="post" action=SetAliasDetails::url()>
            <Declined action/>
            <input type="hidden" name="alias" value=id.to_string()/>
            <Field id="label" label=text!(alias.details.label) hint=text!(alias.details.label_hint)>
                <input
                    id="label"
                    name="label"
                    value=kept(action, "label").unwrap_or(alias.label)
                    autocomplete="off"
                    maxlength=MAX_LABEL.to_string()
                    aria-describedby="label-hint"
                />
            </Field>
            <Field id="note" label=text!(alias.details.note) hint=text!(alias.details.note_hint)>
                // Leptos writes the text of a textarea unescaped, so an end tag in it would end it. The browser's
                // program sets the value.
                <textarea
                    id="note"
                    name="note"
                    rows="3"
                    maxlength=MAX_NOTE.to_string()
                    prop:value=note.clone()
                    aria-describedby="note-hint"
                >
                    {html_escape::encode_text(&note).into_owned()}
                </textarea>
            </Field>
            <button type="submit" class="secondary">{text!(alias.details.save)}</button>
        </form>
        <form method="post" action=SetAliasPinned::url()>
            <Declined action={ServerAction::<SetAliasPinned>::new()}/>
            <input type="hidden" name="alias" value=id.to_string()/>
            <input type="hidden" name="pinned" value=(!pinned).to_string()/>
            <p class="actions">
                <button type="submit" class="secondary">
                    {if pinned { text!(alias.details.unpin) } else { text!(alias.details.pin) }}
                </button>
                <span class="aside">{shown!(alias.details.created, when = move || view! { <When at=created now/> })}</span>
            </p>
        </form>
    }
    .into_any()
}

#[component]
pub(super) fn Counts(alias: AliasView, now: OffsetDateTime) -> impl IntoView {
    let id = alias.id;
    view! {
        <p><Use alias now/></p>
        <p class="hint">{text!(alias.counts.hint)}</p>
        <form method="post" action=ResetAliasCounts::url()>
            <Declined action={ServerAction::<ResetAliasCounts>::new()}/>
            <input type="hidden" name="alias" value=id.to_string()/>
            <button type="submit" class="secondary">{text!(alias.counts.reset)}</button>
        </form>
    }
    .into_any()
}
