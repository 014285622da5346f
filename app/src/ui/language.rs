//! Switches between languages. The server reads the choice from a cookie, or takes a language that the browser asks for.

use leptos::prelude::*;

use crate::{
    api::interface::SetLanguage,
    texts::{LANGUAGES, Language, text},
};

/// Shows a button for each language, in that language.
#[component]
pub(super) fn LanguageSwitch(chosen: Language) -> impl IntoView {
    let set = ServerAction::<SetLanguage>::new();
    let choice = move |language: Language| {
        let pressed = if chosen == language { "true" } else { "false" };
        let tag = language.to_string();
        view! {
            <button type="submit" name="language" value=tag.clone() lang=tag aria-pressed=pressed>
                {text!(in language; frame.language_name)}
            </button>
        }
    };
    view! {
        <ActionForm action=set>
            <div class="switch" role="group" aria-label=text!(frame.language)>{LANGUAGES.map(choice).collect_view()}</div>
        </ActionForm>
    }
}
