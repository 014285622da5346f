//! Saves bytes that the browser created as a file.

use std::time::Duration;

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::texts::text;

/// How long the browser may take to read the bytes.
const GRACE: Duration = Duration::from_secs(60);

/// A button that saves a text as a file. It is shown only while the program runs.
#[cfg_attr(feature = "islands", island)]
#[cfg_attr(not(feature = "islands"), component)]
pub(super) fn SaveText(#[prop(into)] name: String, #[prop(into)] text: String) -> impl IntoView {
    let (ready, failed) = (RwSignal::new(false), RwSignal::new(false));
    // The first rendering must be the same as the server's.
    Effect::new(move |_| ready.set(true));
    let save = move |_| failed.set(save(&name, "text/plain;charset=utf-8", text.as_bytes()).is_err());
    view! {
        <button type="button" class="secondary" class:unready=move || !ready.get() on:click=save>{text!(frame.copy.save)}</button>
        <span role="alert">{move || failed.get().then(|| text!(frame.copy.not_saved))}</span>
    }
}

/// Saves a file as if the person had clicked a download link.
pub(super) fn save(name: &str, media_type: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    set_timeout(
        move || {
            // A URL that cannot be revoked ends with the page.
            let _ = Url::revoke_object_url(&address);
        },
        GRACE,
    );
    Ok(())
}
