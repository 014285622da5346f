//! Apple Mail.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <p>
            "Export in the form “Compatible”: Apple's systems answer “wrong password” to the modern one. Choose three years or less, as \
             Apple Mail takes no certificate that lasts longer."
        </p>
        <h3>"iPhone and iPad"</h3>
        <ol class="guide">
            <li>
                "Open the profile's page in Safari and download the three certificates one by one: user, then root, then intermediate. \
                 Allow each download."
            </li>
            <li>
                "After each one, open Settings, tap “Profile Downloaded”, and install it. That it is called unsigned or not verified is \
                 as it should be: the root is your own."
            </li>
            <li>"Send the exported file to the device with AirDrop or Files, tap it, and install it in the same way. It asks for the passphrase."</li>
            <li>"In Settings, General, About, Certificate Trust Settings, turn on full trust for the root that names your mailbox."</li>
            <li>
                "In Settings, Apps, Mail, Mail Accounts, your account, Advanced: turn on “Sign” and “Encrypt by Default”, and choose the \
                 new certificate in both."
            </li>
        </ol>
        <h3>"Mac"</h3>
        <ol class="guide">
            <li>"Double-click the exported file. Keychain Access asks for the passphrase; choose the keychain “login”."</li>
            <li>
                "Find the root certificate there, open “Trust”, and set “X.509 Basic Policy” and “Secure Mail (S/MIME)” to “Always Trust”. \
                 Leave everything else as it is: this root is for mail, and for nothing else."
            </li>
            <li>"Quit Mail and open it again. When you write, a seal and a lock show that it found the certificate."</li>
        </ol>
    }
    .into_any()
}
