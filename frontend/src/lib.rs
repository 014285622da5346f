//! The browser's entry: takes the server's pages over. The key worker is exported by [`app::ui::custody::worker`].
//!
//! `js/start.js` makes the Trusted Types policy, loads this program by its hash, and then calls [`hydrate`]. `js/key-worker.js` loads
//! it into the worker in the same way; a worker has no import map, so the script itself holds the hashes.

use wasm_bindgen::prelude::wasm_bindgen;

pub use app::ui::custody::worker::KeyWorker;

/// Called by the page once the program is loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::ui::App);
}
