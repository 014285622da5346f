//! Explains how to install a profile in each mail app.

use leptos::prelude::*;

use super::{menu::menu, picture::Picture};
use crate::ui::issue::device::Device;

pub(super) fn ios() -> AnyView {
    view! {
        <p>
            "Choose an expiration of two years: Apple Mail refuses certificates of more than three, and may refuse one of 825 days or more."
        </p>
        <ol class="guide">
            <li>
                "Open this site in Safari on the device, and export the “Apple configuration profile”. From a computer, send the file with \
                 AirDrop. Tap it."
            </li>
            <li>
                "Open Settings, tap " {menu(&["Profile Downloaded"])} ", then " {menu(&["Install"])}
                ". Enter the passphrase that you chose for the export. “Not signed” is right, because the profile was made in your browser."
            </li>
            <li>
                "Open " {menu(&["Settings", "General", "About", "Certificate Trust Settings"])}
                ". Turn on full trust for the root that names your mailbox."
            </li>
            <li>
                "Open " {menu(&["Settings", "Apps", "Mail", "Mail Accounts"])} ", your account, " {menu(&["Advanced"])}
                ". Turn on “Sign” and “Encrypt by Default”, and choose the new certificate in both."
            </li>
        </ol>
        <Picture
            name="export"
            width=640
            height=550
            alt="The third step of New Profile: the file is an Apple configuration profile. Below are two fields for a passphrase and the button Export."
            caption="Step 1: choose a passphrase, then export the file."
        />
        {sealed(Device::Ios)}
        <h2>"Without the configuration profile"</h2>
        <ol class="guide">
            <li>
                "Open the profile's page in Safari. Download the three certificates one by one: user, then root, then intermediate. After \
                 each, open Settings, tap " {menu(&["Profile Downloaded"])} ", and install it before you take the next."
            </li>
            <li>
                "Export the compatible file, whose name ends in “-compatible.p12”. Send it to the device with AirDrop or Files, tap it, and \
                 install it in the same way. Apple's systems answer “wrong password” to the modern file."
            </li>
            <li>"Go on with step 3 above."</li>
        </ol>
    }
    .into_any()
}

pub(super) fn macos() -> AnyView {
    view! {
        <p>
            "Choose an expiration of two years: Apple Mail refuses certificates of more than three, and may refuse one of 825 days or more."
        </p>
        <ol class="guide">
            <li>"Export the “Apple configuration profile”, and double-click the file in Downloads."</li>
            <li>
                "Open " {menu(&["System Settings", "General", "Device Management"])} " (before macOS 15: "
                {menu(&["Privacy & Security", "Profiles"])} "), and install the profile. Enter the passphrase that you chose for the \
                 export. “Unsigned” is right, because the profile was made in your browser."
            </li>
            <li>
                "Open Keychain Access, find the root certificate that names your mailbox, double-click it, and unfold “Trust”. Set “X.509 \
                 Basic Policy” and “Secure Mail (S/MIME)” to “Always Trust”. Leave the rest as it is: this root is for mail only."
            </li>
            <li>"Quit Mail and open it again. When you write, a lock and a seal show that it found the certificate."</li>
        </ol>
        {sealed(Device::MacOs)}
        <h2>"Without the configuration profile"</h2>
        <p>
            "Export the compatible file, whose name ends in “-compatible.p12”, and double-click it. Choose the keychain “login”, and enter \
             the passphrase. Key, root and intermediate are in this one file. Go on with step 3."
        </p>
    }
    .into_any()
}

pub(super) fn outlook() -> AnyView {
    view! {
        <p>"Windows 10 and 11 take the form “Modern”. For older systems export “Compatible”."</p>
        <ol class="guide">
            <li>
                "Double-click the exported file, choose " {menu(&["Current User"])}
                ", enter the passphrase, and let Windows choose the stores."
            </li>
            <li>
                "Windows asks whether to install the root that names your mailbox. Say yes. To compare its fingerprint first, download the \
                 root as DER from the profile's page, and run " <code>"certutil -hashfile FILE SHA256"</code>
                ". The result must be the SHA-256 fingerprint on that page."
            </li>
            <li>
                "Classic Outlook: open "
                {menu(&["File", "Options", "Trust Center", "Trust Center Settings", "Email Security", "Settings"])}
                ", and choose the certificate for signing and for encryption. New Outlook: " {menu(&["Settings", "Mail", "S/MIME"])} "."
            </li>
            <li>"Restart Outlook."</li>
        </ol>
        {sealed(Device::Outlook)}
    }
    .into_any()
}

pub(super) fn thunderbird() -> AnyView {
    view! {
        <h2>"With PGP"</h2>
        <ol class="guide">
            <li>
                "Open " {menu(&["Account Settings", "End-To-End Encryption"])}
                ". Add your key, or make one."
            </li>
            <li>
                "Open " {menu(&["Tools", "OpenPGP Key Manager"])} ", choose your key, then " {menu(&["Edit", "Copy Public Key"])} "."
            </li>
            <li>"Paste the key into “New Profile”, compare the fingerprint, test and activate."</li>
            <li>
                "Accept each contact's key once: open the contact's first message, choose “OpenPGP” in its header, then “Import…”, \
                 “Accepted (unverified)” and “Import”. Until then Thunderbird calls the signature uncertain and cannot encrypt your reply."
            </li>
        </ol>
        <h2>"With S/MIME"</h2>
        <ol class="guide">
            <li>"Export in the form “Modern”."</li>
            <li>
                "Open " {menu(&["Settings", "Privacy & Security", "Certificates", "Manage Certificates"])}
                ". Under “Your Certificates” choose Import, then the exported file, and enter the passphrase."
            </li>
            <li>
                "Under “Authorities” select the root that names your mailbox, choose Edit Trust, and tick only “This certificate can identify \
                 mail users”."
            </li>
            <li>
                "Open " {menu(&["Account Settings", "End-To-End Encryption", "S/MIME"])}
                ", and select the certificate for signing and for encryption."
            </li>
        </ol>
        {sealed(Device::Thunderbird)}
        <p>
            "Your first replies with S/MIME are encrypted with AES-128, which is safe. To use AES-256, send one signed message to yourself and open it."
        </p>
    }
    .into_any()
}

pub(super) fn android() -> AnyView {
    view! {
        <p>"Android itself opens neither S/MIME nor PGP. Your mail app has to:"</p>
        <ul>
            <li>"S/MIME: FairEmail."</li>
            <li>
                "PGP: K-9 Mail, Thunderbird for Android or FairEmail, each with the app OpenKeychain. See "
                <a href="/help/pgp">"PGP in any mail app"</a> "."
            </li>
        </ul>
        <h2>"FairEmail with S/MIME"</h2>
        <ol class="guide">
            <li>
                "Answer “Android” in New Profile. You get the file that Android takes, whose name ends in “-compatible.p12”. Bring it onto \
                 the device."
            </li>
            <li>
                "In Android's Settings search for “certificate”, and choose to install a “VPN & app user certificate”. Choose the file, and \
                 enter the passphrase."
            </li>
            <li>
                "In FairEmail open " {menu(&["Settings", "Encryption"])}
                ". Turn on signing and encrypting by default with S/MIME, and choose the certificate when it asks for one."
            </li>
            <li>
                "Open an encrypted message, tap its seal, compare the fingerprint with the root's on the profile's page, and add the \
                 certificate."
            </li>
        </ol>
        {sealed(Device::Android)}
    }
    .into_any()
}

pub(super) fn gnupg() -> AnyView {
    view! {
        <h2>"With PGP"</h2>
        <ol class="guide">
            <li>"If you have no key, make one: " <code>"gpg --quick-generate-key you@example.org default default 2y"</code></li>
            <li>"Copy the public key: " <code>"gpg --armor --export you@example.org"</code></li>
            <li>"Under “New Profile” paste it. Compare the fingerprint on the page with your own, test and activate."</li>
            <li>
                "Import the profile's trust key, which certifies the keys of all your contacts. Download it from the profile's page: "
                <code>"gpg --import trust-key-you@example.org.asc"</code>
            </li>
            <li>
                "Trust it: " <code>"gpg --edit-key FINGERPRINT trust"</code> ", with the trust key's fingerprint from the same page. Choose \
                 5 (ultimate), and leave with " <code>"quit"</code> "."
            </li>
        </ol>
        <h2>"With S/MIME (gpgsm, KMail, Kleopatra)"</h2>
        <ol class="guide">
            <li>
                "Export the compatible file, whose name ends in “-compatible.p12”, with a passphrase of plain Latin letters, and run "
                <code>"gpgsm --import FILE"</code> "."
            </li>
            <li>
                "Write the line " <code>"disable-crl-checks"</code> " into gpgsm.conf. The chain has no revocation list, because its root key \
                 is gone and cannot sign one."
            </li>
            <li>
                "Run " <code>"gpgsm --list-chain --with-validation"</code>
                ". Compare the root's fingerprint, and say that you trust it."
            </li>
            <li>"In KMail choose the certificate in the identity's settings, under Cryptography."</li>
        </ol>
        {sealed(Device::GnuPg)}
    }
    .into_any()
}

pub(super) fn other() -> AnyView {
    view! {
        <ol class="guide">
            <li>
                "In the settings of your app look for “S/MIME”, “Certificates” or “Security”, and import the exported file there. Some apps \
                 use the certificates of the system: then import it into the system."
            </li>
            <li>
                "If the app calls the right passphrase wrong, it cannot read the modern file. Export the compatible one, whose name ends in \
                 “-compatible.p12”, and import that."
            </li>
            <li>"Choose the certificate for signing and for encryption in the settings of the account of this mailbox."</li>
            <li>
                "Look for the certificate authorities in the same settings, and trust the root that names your mailbox, for mail only if the \
                 app offers that. If the root is not there, download it from the profile's page and import it."
            </li>
        </ol>
        {sealed(Device::Other)}
        <p>"If your app has PGP, see " <a href="/help/pgp">"PGP in any mail app"</a> ". If it has neither, it cannot open encrypted mail."</p>
    }
    .into_any()
}

/// Describes an encrypted message in a mail app, in the words of the wizard.
fn sealed(device: Device) -> impl IntoView {
    view! {
        <h2>"What you should see"</h2>
        <p>{device.guide().sealed}</p>
    }
}
