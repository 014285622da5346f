//! Explains what people can do with aliases and mailboxes.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <h2>"An alias"</h2>
        <p>"Open its page from " <a href="/aliases">"Aliases"</a> "."</p>
        <ul>
            <li>
                <strong>"Turn it off. "</strong>
                "“Reject” tells senders that there is no such address. “Drop silently” takes mail and throws it away. Mail that came \
                 meanwhile does not come back."
            </li>
            <li>
                <strong>"Several at once. "</strong>
                "Tick aliases in the list to turn them on or off, pin, move, export or delete them together."
            </li>
            <li><strong>"Block a contact. "</strong> "Under “Contacts”. Other people can still write."</li>
            <li>
                <strong>"Deliver to another mailbox. "</strong>
                "Contacts notice nothing. You reply from the new mailbox."
            </li>
            <li>
                <strong>"Unsubscribe. "</strong>
                "The button in your mail app turns the alias off. Turn it on again on its page."
            </li>
            <li>
                <strong>"Delete. "</strong>
                "Mail is refused, and nobody can ever have this address again, not even you. If you may want it back, turn it off instead."
            </li>
        </ul>
        <h2>"More ways to a new alias"</h2>
        <ul>
            <li>
                <strong>"By mail. "</strong>
                "Write to " <code>"new@"</code> " and this relay's main domain, from one of your mailboxes. The answer names the alias. Your \
                 Subject becomes its label. The Subject " <code>"local: shop-2026 My shop"</code> " asks for a name of your choice."
            </li>
            <li>
                <strong>"By your password manager. "</strong>
                "Make an " <a href="/account/api-keys">"API key"</a> ", for password managers that know addy.io or SimpleLogin."
            </li>
            <li>
                <strong>"From another service. "</strong>
                <a href="/account/import">"Import aliases"</a> " from SimpleLogin or addy.io."
            </li>
        </ul>
        <h2>"Mailboxes"</h2>
        <p>
            "Add a mailbox under " <a href="/relay">"Mail Relay Settings"</a>
            ". Each has its own profiles and its own kill switch. One of them is the default for new aliases."
        </p>
    }
    .into_any()
}
