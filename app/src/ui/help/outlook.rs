//! Outlook on Windows.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <p>"Windows 10 and 11 take the form “Modern”; for older ones export “Compatible”."</p>
        <ol class="guide">
            <li>"Double-click the exported file, choose “Current User”, enter the passphrase, and let Windows choose the stores by itself."</li>
            <li>
                "Windows asks whether to install the root that names your mailbox. It shows a SHA-1 fingerprint, the profile's page a SHA-256 one. \
                 To compare, download the root there as DER and run " <code>"certutil -hashfile FILE SHA256"</code>
                " with its name: that is the fingerprint on the page. Then say yes."
            </li>
            <li>
                "Classic Outlook: File, Options, Trust Center, Trust Center Settings, Email Security, Settings; choose the certificate for \
                 signing and for encryption. New Outlook: Settings, Mail, S/MIME."
            </li>
            <li>"Restart Outlook. A sealed message shows a lock, and a ribbon for the signature."</li>
        </ol>
    }
    .into_any()
}
