//! Explains the kill switch.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <p>
            "Each mailbox has a switch for the case that its mail cannot be sealed: because no profile is active, or because the active one \
             has expired."
        </p>
        <dl>
            <dt>"On"</dt>
            <dd>"Mail is refused. Its sender is told at once, and nothing reaches your provider in the clear."</dd>
            <dt>"Off"</dt>
            <dd>"Mail is relayed as it was sent. Your provider can read it."</dd>
        </dl>
        <p>
            "It turns on by itself with your first active profile. There is no third way: with a valid active profile nothing is ever \
             relayed unsealed, whatever the switch says. Renew a profile before it expires, and nothing is refused either."
        </p>
    }
    .into_any()
}
