//! Parts that several pages are made of: nothing yet, work that takes a while, and confirming by typing.
#![allow(dead_code, reason = "a page takes the parts that it needs")]

use std::time::Duration;

use leptos::prelude::*;

/// Says that there is nothing yet, and in its children what to do about it.
///
/// `<Empty title="No aliases yet"><p>"Create one, and give it to whoever asks for your address."</p></Empty>`
#[component]
pub(super) fn Empty(#[prop(into)] title: String, children: Children) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            {children()}
        </div>
    }
}

/// Work whose end nobody knows: what is being done, and for how long already. Its place is kept while there is none, so that
/// nothing moves.
///
/// `<Working task=Signal::derive(move || wizard.task.get())/>`
#[component]
pub(super) fn Working(#[prop(into)] task: Signal<Option<&'static str>>) -> impl IntoView {
    let seconds = RwSignal::new(0_u32);
    let busy = Memo::new(move |_| task.get().is_some());
    Effect::new(move |_| {
        if !busy.get() {
            return;
        }
        seconds.set(0);
        let tick = move || seconds.update(|seconds| *seconds += 1);
        if let Ok(ticking) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || ticking.clear());
        }
    });
    let elapsed = move || match (busy.get(), seconds.get()) {
        (true, 2..) => format!("{} s", seconds.get()),
        _ => String::new(),
    };
    view! {
        <div class="working">
            <div role="status">
                {move || task.get().map(|task| view! { <progress aria-label="Working"></progress> <span>{task}</span> })}
            </div>
            // Not in what is read aloud: it changes every second.
            <span class="elapsed" aria-hidden="true">{elapsed}</span>
        </div>
    }
}

/// The field in which a person confirms by typing `word`, for a form whose button is dangerous. The browser checks it without
/// JavaScript, too. The server function gets it as `confirmation` and has to compare it again.
///
/// `<ActionForm action=delete> … <TypedConfirmation id="delete-mailbox" word=address/> <Submit action=delete class="danger">…`
#[component]
pub(super) fn TypedConfirmation(id: &'static str, #[prop(into)] word: String) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>"To confirm, type " <strong class="address">{word.clone()}</strong></label>
            <input
                id=id
                name="confirmation"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                required
                pattern=pattern(&word)
                title=format!("exactly: {word}")
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
