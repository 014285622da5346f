//! Shows the switch that acts at once, the line that names the current step, and the field that confirms a dangerous
//! action by typing.

use leptos::prelude::*;

use crate::texts::{shown, text};

/// The content of a form that changes a yes/no setting with one click. It posts `on`: the state that the setting does
/// not have now. The form's other fields are its caller's.
#[component]
pub(super) fn Switch(
    #[prop(into)] id: String,
    on: bool,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    view! {
        <input type="hidden" name="on" value=(!on).to_string()/>
        <button
            type="submit"
            role="switch"
            class="toggle"
            id=id
            aria-checked=on.to_string()
            aria-describedby=hint_id.clone()
        >
            <span>{label}</span>
        </button>
        <p class="hint" id=hint_id>{hint}</p>
    }
}

/// The current step in one line, for narrow screens, where the list of steps after it has no names. Screen readers get
/// the same from the list.
#[component]
pub(super) fn StepNow(
    #[prop(into)] number: Signal<usize>,
    of: usize,
    #[prop(into)] name: Signal<String>,
) -> impl IntoView {
    let words = move || {
        text!(
            frame.form.step_now,
            number = number.get(),
            count = of,
            name = name.get()
        )
    };
    view! { <p class="step-now" aria-hidden="true">{words}</p> }
}

/// The field in which a person types `word` to confirm a dangerous action. The browser checks it even without
/// JavaScript. The server function gets it as `confirmation` and must compare it again.
///
/// `<ActionForm action=delete> … <TypedConfirmation id="delete-mailbox" word=address/> <Submit action=delete class="danger">…`
#[component]
pub(super) fn TypedConfirmation(id: &'static str, #[prop(into)] word: String) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{shown!(frame.form.confirm, word = word.clone(), <b> = <strong class="address"/>)}</label>
            <input
                id=id
                name="confirmation"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                required
                pattern=pattern(&word)
                title=text!(frame.form.exactly, word = word)
            />
        </div>
    }
}

/// The `pattern` that only this text matches (ECMAScript's regular expressions, mode `v`).
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if r"^$\.*+?()[]{}|/".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_its_text_only() {
        assert_eq!(pattern("ann.lee+x-y@example.org"), r"ann\.lee\+x-y@example\.org");
        assert_eq!(pattern(r"a|b\c"), r"a\|b\\c");
    }
}
