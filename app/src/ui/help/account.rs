//! Explains how to sign in safely, and what to do after a loss.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <h2>"Sign in safely"</h2>
        <ul>
            <li><a href="/account#passkeys-section">"Passkeys"</a> " sign you in without a password."</li>
            <li>
                <a href="/account#two-factor-section">"Two-factor authentication"</a>
                " also asks for a code from your phone, so that a password alone opens nothing."
            </li>
            <li>
                <a href="/account#recovery-section">"Recovery codes"</a>
                " are the way back if phone, password or key are lost. Write them down before that happens."
            </li>
        </ul>
        <h2>"I lost the exported file or its passphrase"</h2>
        <p>
            "Nobody can bring it back, because nobody else ever had your private key. Mail that was encrypted to it stays closed on devices \
             without the key. Make a new profile and activate it. From then on mail is encrypted to the new key."
        </p>
        <h2>"I lost my phone, or it was stolen"</h2>
        <ol class="guide">
            <li>"Under " <a href="/account">"Account"</a> " end the phone's session and remove its passkey."</li>
            <li>"Change your password at your mail provider."</li>
            <li>
                "If your codes came from that phone, sign in with a recovery code. Turn two-factor authentication off, and set it up anew."
            </li>
            <li>
                "If your key was on it, make a new profile, activate it, and delete the old one. Replies that are signed with the old key \
                 are then refused, and so are your replies to older mail."
            </li>
            <li>"Keep the old exported file in a safe place: older mail opens with it only."</li>
        </ol>
        <h2>"Take your data along"</h2>
        <p>
            "Export " <a href="/account/data">"everything that is stored about you"</a> ", or delete the account, under “Account”."
        </p>
    }
    .into_any()
}
