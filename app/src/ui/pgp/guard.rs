//! Keeps a private key in the browser: looks at what is pasted or chosen before the form around it is sent.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

use crate::{pgp::holds_secret, texts::text};

/// The form with the text field `key`, and a file that fills it. Without JavaScript only the form works, and the server
/// refuses a private key.
#[cfg_attr(feature = "islands", island)]
#[cfg_attr(not(feature = "islands"), component)]
pub(super) fn Guard(children: Children) -> impl IntoView {
    let trouble = RwSignal::new(None::<String>);
    // A private key that the browser recognises never leaves it.
    let look = move |event: ev::SubmitEvent| {
        let secret = key_field().filter(|field| holds_secret(field.value().as_bytes()));
        trouble.set(secret.as_ref().map(|_| text!(errors.key.secret).to_owned()));
        if let Some(field) = secret {
            event.prevent_default();
            field.set_value("");
        }
    };
    view! {
        <div on:submit:capture=look>
            <div role="alert">{move || trouble.get().map(|words| view! { <p class="notice bad">{words}</p> })}</div>
            <FileField trouble/>
            {children()}
        </div>
    }
}

/// The field that the form submits.
fn key_field() -> Option<HtmlTextAreaElement> {
    document().get_element_by_id("key")?.dyn_into().ok()
}

/// Reads a file, chosen or dropped, into the text field. It is not shown without JavaScript.
#[component]
fn FileField(trouble: RwSignal<Option<String>>) -> impl IntoView {
    let running = RwSignal::new(false);
    Effect::new(move |_| running.set(true));
    let read = move |event: ev::Event| super::file::read(&event, key_field(), trouble);
    view! {
        <div class="field" hidden=move || !running.get()>
            <label for="key-file">{text!(profile.submission.file)}</label>
            <input id="key-file" type="file" accept=".asc,.pgp,.gpg,.key,.txt" on:change=read aria-describedby="key-file-hint"/>
            <p class="hint" id="key-file-hint">{text!(profile.submission.file_hint)}</p>
        </div>
    }
}
