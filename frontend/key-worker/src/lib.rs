//! The entry of the program that holds private keys. `js/key-worker.js` loads it into a worker of the wizard's page. A
//! worker has no import map, so that script itself holds the hashes.

use wasm_bindgen::prelude::wasm_bindgen;

pub use app::custody::worker::KeyWorker;

/// Called once, before the worker is made.
#[wasm_bindgen]
pub fn start() {
    console_error_panic_hook::set_once();
}
