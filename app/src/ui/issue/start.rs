//! Starts the wizard in the browser, in place of what the server sent.

use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::steps::{Issuance, Subjects};

/// Renders the wizard from the data in the page. Without them there is no wizard on it.
pub(in crate::ui) fn start() {
    let Some((place, subjects)) = given() else { return };
    let query = window().location().search().unwrap_or_default();
    // They go last: a program that stops here leaves what the page says about that.
    let sent: Vec<_> = std::iter::successors(place.first_child(), |node| node.next_sibling()).collect();
    mount_to(place.clone(), move || view! { <Issuance subjects query/> }).forget();
    for node in sent {
        // Only a node that is not there any more cannot be removed.
        let _ = place.remove_child(&node);
    }
}

fn given() -> Option<(HtmlElement, Subjects)> {
    let place = document().query_selector("[data-wizard]").ok().flatten()?;
    let subjects = serde_json::from_str(&place.get_attribute("data-wizard")?).ok()?;
    Some((place.dyn_into().ok()?, subjects))
}
