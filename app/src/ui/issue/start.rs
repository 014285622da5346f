//! Starts the wizard in the browser, in place of what the server sent.

use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::steps::{Issuance, Subjects};

/// Renders the wizard from the data in the page. Without them there is no wizard on it.
pub(in crate::ui) fn start() {
    let Some((place, subjects)) = given() else { return };
    let query = window().location().search().unwrap_or_default();
    place.set_text_content(None);
    mount_to(place, move || view! { <Issuance subjects query/> }).forget();
}

fn given() -> Option<(HtmlElement, Subjects)> {
    let place = document().query_selector("[data-wizard]").ok().flatten()?;
    let subjects = serde_json::from_str(&place.get_attribute("data-wizard")?).ok()?;
    Some((place.dyn_into().ok()?, subjects))
}
