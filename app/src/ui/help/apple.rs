//! Apple Mail.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <p>
            "Two years are a good choice: Apple Mail takes no certificate of more than three, and may refuse one of 825 days or more. The \
             shortest way is the “Apple configuration profile”, one file that installs key, root and intermediate. Of the .p12 files \
             export “Compatible”, whose name ends in “-compatible.p12”: Apple's systems answer “wrong password” to the modern one."
        </p>
        <h3>"iPhone and iPad"</h3>
        <ol class="guide">
            <li>
                "Export the “Apple configuration profile”, best in Safari on the device itself; from a computer, send it with AirDrop. Tap it."
            </li>
            <li>
                "Open Settings, tap “Profile Downloaded”, then Install, and enter the passphrase. That it is not signed is as it should be: it \
                 was made in your browser."
            </li>
            <li>"In Settings, General, About, Certificate Trust Settings, turn on full trust for the root that names your mailbox."</li>
            <li>
                "In Settings, Apps, Mail, Mail Accounts, your account, Advanced: turn on “Sign” and “Encrypt by Default”, and choose the \
                 new certificate in both."
            </li>
        </ol>
        <h3>"iPhone and iPad, one by one"</h3>
        <ol class="guide">
            <li>
                "Open the profile's page in Safari and download the three certificates one by one: user, then root, then intermediate. \
                 Allow each download."
            </li>
            <li>
                "After each one, open Settings, tap “Profile Downloaded”, and install it. That it is called unsigned or not verified is \
                 as it should be: the root is your own."
            </li>
            <li>
                "Send the compatible file to the device with AirDrop or Files, tap it, and install it in the same way. It asks for the \
                 passphrase."
            </li>
            <li>"Go on as above, with Certificate Trust Settings."</li>
        </ol>
        <h3>"Mac"</h3>
        <ol class="guide">
            <li>
                "Double-click the configuration profile, open System Settings, General, Device Management (before macOS 15: Privacy & Security, \
                 Profiles), and install it with the passphrase. Or double-click the compatible file: Keychain Access asks for the \
                 passphrase; choose the keychain “login”."
            </li>
            <li>
                "Find the root certificate in Keychain Access, open “Trust”, and set “X.509 Basic Policy” and “Secure Mail (S/MIME)” to “Always Trust”. \
                 Leave everything else as it is: this root is for mail, and for nothing else."
            </li>
            <li>"Quit Mail and open it again. When you write, a seal and a lock show that it found the certificate."</li>
        </ol>
    }
    .into_any()
}
