//! Says what was done, which the page's address tells by a word: so it works without JavaScript, too.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[component]
pub(in crate::ui) fn Done() -> impl IntoView {
    let query = use_query_map();
    let words = move || match query.with(|query| query.get("done"))?.as_str() {
        "password" => Some("The password is changed, and all other sessions have ended."),
        "two-factor" => {
            Some("Two-factor authentication is on. Signing in with your password asks for a code from now on.")
        }
        "one-factor" => Some("Two-factor authentication is off."),
        "recovery-codes" => Some("Your new recovery codes are in force. Older ones are void."),
        "passkey" => Some("The passkey is added. You can sign in with it from now on."),
        "passkey-removed" => Some("The passkey is removed. Delete it on your device, too."),
        "session" => Some("The session has ended."),
        "sessions" => Some("All other sessions have ended."),
        _ => None,
    };
    view! { <div role="status">{move || words().map(|words| view! { <p class="notice good">{words}</p> })}</div> }
}
