//! Starts one of the browser's programs.

use leptos::{prelude::window, server_fn::redirect::set_redirect_hook};

/// Prepares the islands of the page.
#[cfg(feature = "hydrate")]
pub fn start_islands() {
    follow_redirects();
    leptos::mount::hydrate_islands();
}

/// Renders the issuance wizard.
#[cfg(feature = "csr")]
pub fn start_wizard() {
    follow_redirects();
    super::issue::start();
}

/// Loads the page that a server function leads to.
fn follow_redirects() {
    // It is set once only, and nothing else sets it before.
    let _ = set_redirect_hook(|address| {
        // The browser refuses only malformed URLs, and the server sends none.
        let _ = window().location().assign(address);
    });
}
