//! Starts one of the browser's programs, which then hydrates its islands.

use leptos::{mount::hydrate_islands, prelude::window, server_fn::redirect::set_redirect_hook};

/// Prepares the islands. A server function that leads to another page loads it.
pub fn start() {
    hydrate_islands();
    // It is set once only, and nothing else sets it before.
    let _ = set_redirect_hook(|address| {
        // The browser refuses only malformed URLs, and the server sends none.
        let _ = window().location().assign(address);
    });
}
