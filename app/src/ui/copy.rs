//! Shows buttons that copy a text or share it with another app.
//!
//! Each is shown only if the browser supports it. Without them, people can select the text.

use std::time::Duration;

use js_sys::{Function, Object, Promise, Reflect, futures::JsFuture};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};

use crate::texts::text;

/// How long a button says that the text is copied.
const SAID: Duration = Duration::from_secs(2);

/// Copies an address, or shares it on devices that can.
#[cfg_attr(feature = "islands", island)]
#[cfg_attr(not(feature = "islands"), component)]
pub(super) fn CopyAddress(address: String) -> impl IntoView {
    let share = RwSignal::new(false);
    Effect::new(move |_| share.set(method(&navigator(), "share").is_some()));
    let text = StoredValue::new(address.clone());
    let shared = move |_| {
        let what = Object::new();
        let told = Reflect::set(&what, &"text".into(), &text.get_value().into());
        if let (Ok(true), Some(asked)) = (told, call(&navigator(), "share", &what)) {
            // A person who cancels needs no message.
            spawn_local(async move { drop(JsFuture::from(asked).await) });
        }
    };
    view! {
        <CopyText text=address.clone() what=address.clone()/>
        <button
            type="button"
            class="secondary"
            hidden=move || !share.get()
            aria-label=text!(frame.copy.share_this, what = address)
            on:click=shared
        >
            {text!(frame.copy.share)}
        </button>
    }
}

/// Copies a text. `what` names the button for people who do not see what it stands beside.
#[cfg_attr(feature = "islands", island)]
#[cfg_attr(not(feature = "islands"), component)]
pub(super) fn CopyText(#[prop(into)] text: String, #[prop(into)] what: String) -> impl IntoView {
    let copy = RwSignal::new(false);
    // The server does not know what the browser supports, and the first rendering must be the same.
    Effect::new(move |_| copy.set(method(&clipboard(), "writeText").is_some()));
    let done = RwSignal::new(false);
    let text = StoredValue::new(text);
    let copied = move |_| {
        let Some(asked) = call(&clipboard(), "writeText", &text.get_value().into()) else {
            return;
        };
        spawn_local(async move {
            if JsFuture::from(asked).await.is_ok() {
                done.set(true);
                set_timeout(move || done.set(false), SAID);
            }
        });
    };
    let verb = move || match done.get() {
        true => text!(frame.copy.copied),
        false => text!(frame.copy.copy),
    };
    let name = move || match done.get() {
        true => text!(frame.copy.copied_this, what = what.clone()),
        false => text!(frame.copy.copy_this, what = what.clone()),
    };
    view! {
        <button
            type="button"
            class="secondary"
            // The button keeps its place while hidden, so that nothing moves when it appears.
            class:unready=move || !copy.get()
            aria-label=name
            on:click=copied
        >
            {verb}
        </button>
    }
}

fn navigator() -> JsValue {
    member(&window(), "navigator")
}

/// It does not exist on a plain-http origin other than localhost.
fn clipboard() -> JsValue {
    member(&navigator(), "clipboard")
}

fn member(of: &JsValue, name: &str) -> JsValue {
    match of.is_object() {
        true => Reflect::get(of, &name.into()).unwrap_or_default(),
        false => JsValue::UNDEFINED,
    }
}

fn method(of: &JsValue, name: &str) -> Option<Function> {
    member(of, name).dyn_into().ok()
}

fn call(of: &JsValue, name: &str, argument: &JsValue) -> Option<Promise> {
    method(of, name)?.call1(of, argument).ok()?.dyn_into().ok()
}
