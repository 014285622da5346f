//! GnuPG and what is built on it.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <p>
            "With PGP you keep the key that you have, or make one where you read your mail; Sealpost gets its public half only. There is no \
             root to install."
        </p>
        <ol class="guide">
            <li>
                "Make a key, if you have none: " <code>"gpg --quick-generate-key you@example.org default default 2y"</code>
            </li>
            <li>"Copy the public key: " <code>"gpg --armor --export you@example.org"</code></li>
            <li>"Under “New Profile” choose PGP, and paste it or drop the file. Compare the fingerprint that the page shows with your own."</li>
            <li>"“Send a test message”, and open it in your mail app: there is a 6-digit code inside."</li>
            <li>"Enter the code and choose “Activate”. What is relayed from then on is encrypted to that key and signed by a key for the one who wrote."</li>
            <li>
                "GnuPG: one trust key of your profile certifies the keys of all your contacts. Download it from the profile's page, and \
                 let GnuPG trust it: " <code>"gpg --import trust-key-you@example.org.asc"</code> ", with your mailbox in the name; then "
                <code>"gpg --edit-key FINGERPRINT trust"</code>
                ", with the trust key's fingerprint from the same page. Choose 5 (ultimate), and leave with " <code>"quit"</code> "."
            </li>
            <li>
                "Thunderbird: accept the key of each contact once. Thunderbird ignores the trust key's certifications. Open the contact's \
                 first message, choose “OpenPGP” in its header, then “Import…”, “Accepted (unverified)” and “Import”. Until then \
                 Thunderbird calls the signature uncertain, and cannot encrypt your answer."
            </li>
        </ol>
        <p>
            "Apps on phones, such as K-9 Mail, Thunderbird for Android or FairEmail with OpenKeychain, read the same messages. Each message \
             brings the key to answer with along (Autocrypt)."
        </p>
    }
    .into_any()
}
