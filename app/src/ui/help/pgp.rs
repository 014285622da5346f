//! Explains PGP profiles.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <p>"With PGP there is no root certificate to install, and the cryptography is newer than that of S/MIME."</p>
        <ol class="guide">
            <li>"Make a key in your mail app, or use the one that you have. It should name your mailbox's address."</li>
            <li>
                "Copy the public key in your app. The command is often called “Export” or “Share”. Never give the private key to anyone. \
                 This site refuses it."
            </li>
            <li>
                "Under “New Profile” choose PGP, and paste the key or choose its file. Compare the fingerprint on the page with the one in your \
                 app."
            </li>
            <li>"“Send a test message”, open it in your mail app, enter the 6-digit code, and “Activate”."</li>
        </ol>
        <p>"From then on mail is encrypted to your key, and signed with a key that stands for the person who wrote."</p>
        <h2>"The keys of your contacts"</h2>
        <p>
            "Each message brings along the key to reply with. Many apps keep it by themselves (Autocrypt). Two need your help: "
            <a href="/help/gnupg">"GnuPG"</a> " wants you to trust the profile's trust key once, "
            <a href="/help/thunderbird">"Thunderbird"</a> " wants you to accept each contact's key."
        </p>
        <h2>"When your key expires"</h2>
        <p>
            "The profile ends with the key. Extend the key in your app, then submit its public half as a new profile and activate that."
        </p>
    }
    .into_any()
}
