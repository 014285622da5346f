//! Explains how to install a profile in each mail app.

use leptos::prelude::*;

pub(super) fn apple() -> AnyView {
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

pub(super) fn thunderbird() -> AnyView {
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

pub(super) fn outlook() -> AnyView {
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

pub(super) fn android() -> AnyView {
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

pub(super) fn pgp() -> AnyView {
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
