//! Thunderbird.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <p>"Thunderbird has both: PGP is the shorter way, S/MIME works as well. Export in the form “Modern”."</p>
        <ol class="guide">
            <li>"Open Settings, Privacy & Security, Certificates, Manage Certificates."</li>
            <li>"Under “Your Certificates” choose Import, then the exported file, and enter the passphrase."</li>
            <li>"Under “Authorities” select the root that names your mailbox, choose Edit Trust, and tick only “This certificate can identify mail users”."</li>
            <li>"In Account Settings, End-To-End Encryption, S/MIME, select the certificate for signing and for encryption."</li>
        </ol>
        <p>
            "The first answers with S/MIME are encrypted with AES-128, which is safe. Thunderbird uses AES-256 for a certificate once it has \
             read a message that was signed with it, and of your own it has read none. A test message cannot change that: it is \
             signed for this relay, which never has your key. Send one signed message to yourself and open it."
        </p>
        <p>
            "For PGP open Account Settings, End-To-End Encryption, and add or make a key there. Use its key manager to copy the public \
             key, and paste that into “New Profile”."
        </p>
    }
    .into_any()
}
