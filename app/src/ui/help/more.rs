//! Explains features that the tutorial leaves out.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <h3>"A profile: its page, from " <a href="/relay">"Mail Relay Settings"</a></h3>
        <ul>
            <li>
                <strong>"Test message. "</strong>
                "Sealed with that profile, active or not. The page tells what your provider's server said to it. Its code activates a profile \
                 that is not active yet."
            </li>
            <li>
                <strong>"Hide the subject, hide the sender. "</strong>
                "Your provider then sees neither. The page says what your mail app shows instead."
            </li>
            <li>
                <strong>"Modern encryption. "</strong>
                "For S/MIME, where all your mail apps read it: few do. Try it with a test message."
            </li>
        </ul>
        <h3>"An alias: its page, from " <a href="/aliases">"Aliases"</a></h3>
        <ul>
            <li>
                <strong>"Turn off. "</strong>
                "“Reject” tells senders that there is no such address; “Drop silently” takes mail and throws it away. What \
                 came meanwhile does not come back."
            </li>
            <li><strong>"Block. "</strong> "Under “Contacts”, for one who writes to you. The others still can."</li>
            <li>
                <strong>"Deliver to another mailbox. "</strong>
                "Contacts notice nothing; you answer from the new mailbox."
            </li>
            <li>
                <strong>"Unsubscribe. "</strong>
                "Where your mail app offers it on a sealed message, it turns the alias off. Turn it on again here."
            </li>
        </ul>
        <h3>"Mailboxes and new aliases"</h3>
        <ul>
            <li>
                <strong>"Several mailboxes. "</strong>
                "Add them under " <a href="/relay">"Mail Relay Settings"</a> ". Each has profiles and a kill switch of its own."
            </li>
            <li>
                <strong>"A new alias by mail. "</strong>
                "Write to " <code>"new@"</code> " and this relay's main domain from one of your mailboxes. The answer names the alias; the Subject is \
                 its label. " <code>"local: shop-2026 My shop"</code> " asks for a name of your choice."
            </li>
            <li>
                <strong>"By your password manager. "</strong>
                "With an " <a href="/account/api-keys">"API key"</a> ", for those that know addy.io or SimpleLogin."
            </li>
            <li>
                <strong>"Import and export. "</strong>
                <a href="/account/import">"Bring aliases"</a> " from SimpleLogin or addy.io, or take along "
                <a href="/account/data">"all that is stored of you"</a> "."
            </li>
        </ul>
        <h3>"Your account"</h3>
        <ul>
            <li><a href="/account#passkeys-section">"Passkeys"</a> " sign you in without a password."</li>
            <li>
                <a href="/account#two-factor-section">"Two-factor authentication"</a>
                " asks for a code of your phone, too, so that a password alone opens nothing."
            </li>
            <li>
                <a href="/account#recovery-section">"Recovery codes"</a>
                " are the way back when phone, password or key are lost. Write them down before that."
            </li>
        </ul>
    }
    .into_any()
}
