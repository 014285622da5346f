//! The entry of the small program of ordinary pages. `js/start.js` loads it on a page that has one of its islands.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once, before the islands of the page are hydrated.
#[wasm_bindgen]
pub fn start() {
    console_error_panic_hook::set_once();
    app::ui::start_islands();
}
