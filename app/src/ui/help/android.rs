//! Android.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <p>
            "Android itself opens neither S/MIME nor PGP: your mail app has to. With PGP, install OpenKeychain and a mail app that works with \
             it: K-9 Mail, Thunderbird for Android or FairEmail. With S/MIME, FairEmail does it: answer “Android” in New Profile, and you get the file that \
             Android takes. Its name ends in “-compatible.p12”."
        </p>
        <ol class="guide">
            <li>"Bring the exported file onto the device."</li>
            <li>
                "In Android's Settings search for “certificate”, choose to install a “VPN & app user certificate”, then the file, and enter \
                 the passphrase."
            </li>
            <li>
                "In FairEmail open Settings, Encryption, turn on signing and encrypting by default with S/MIME, and choose the certificate \
                 when it asks for one."
            </li>
            <li>
                "Open a sealed message, tap its seal, compare the fingerprint with the root's on the profile's page, and add the certificate."
            </li>
        </ol>
    }
    .into_any()
}
