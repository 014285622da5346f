//! The entry of the wizard's program. `js/start.js` loads it on the wizard's page only.

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes the place of what the server sent.
#[wasm_bindgen]
pub fn start() {
    console_error_panic_hook::set_once();
    app::ui::start_wizard();
}
