//! Reads a chosen key file into the text field in the browser.

use base64::{Engine, engine::general_purpose::STANDARD};
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};

use crate::{
    pgp::{holds_secret, unmarked},
    texts::text,
};

/// Most octets of a key file. Larger files are no keys, and the server accepts none.
const MOST: f64 = 500_000.0;

/// Reads the file of a control into a text field. A private key is not shown.
pub(super) fn read(event: &ev::Event, field: Option<HtmlTextAreaElement>, trouble: RwSignal<Option<String>>) {
    let input: Option<HtmlInputElement> = event.target().and_then(|target| target.dyn_into().ok());
    let Some(input) = input else { return };
    let Some(file) = input.files().and_then(|files| files.get(0)) else {
        return;
    };
    spawn_local(async move {
        let text = match file.size() > MOST {
            true => Err(text!(profile.submission.too_large).to_owned()),
            false => match JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => text_of(&js_sys::Uint8Array::new(&buffer).to_vec()),
                Err(_) => Err(text!(profile.submission.unreadable).to_owned()),
            },
        };
        if text.is_err() {
            input.set_value("");
        }
        trouble.set(text.as_ref().err().cloned());
        if let Some(field) = field {
            field.set_value(&text.unwrap_or_default());
        }
    });
}

/// Returns the key as text, with armor if it was binary (RFC 9580 §6.2).
fn text_of(octets: &[u8]) -> Result<String, String> {
    if holds_secret(octets) {
        return Err(text!(errors.key.secret).to_owned());
    }
    let octets = &*unmarked(octets);
    // No packet begins with an ASCII character, because its first bit is set (RFC 9580 §4.2).
    if octets.first().is_some_and(|first| first & 0x80 == 0) {
        return Ok(String::from_utf8_lossy(octets).into_owned());
    }
    let lines: Vec<_> = STANDARD
        .encode(octets)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    Ok(format!(
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{}\n-----END PGP PUBLIC KEY BLOCK-----\n",
        lines.join("\n")
    ))
}
