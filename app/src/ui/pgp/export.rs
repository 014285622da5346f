//! Explains how to export the public key from each mail app.

use leptos::prelude::*;

use crate::ui::issue::device::Device;

/// A mail app, and the steps there.
struct Client {
    name: &'static str,
    /// The answer to "Where do you read your mail?" for this app.
    device: Device,
    steps: &'static [&'static str],
}

const CLIENTS: [Client; 5] = [
    Client {
        name: "Thunderbird",
        device: Device::Thunderbird,
        steps: &[
            "Open Account Settings, and there End-To-End Encryption of the account that has this mailbox. Without a key yet: “Add Key…”, “Create a new OpenPGP Key”; elliptic curve is fine.",
            "Open the OpenPGP Key Manager, select your key, and in the menu File choose “Export Public Key(s) To File”.",
            "You have a file whose name ends in “public.asc”. It is what you submit below.",
        ],
    },
    Client {
        name: "GnuPG, Kleopatra, Gpg4win, GPG Suite",
        device: Device::GnuPg,
        steps: &[
            "Without a key yet: “gpg --quick-generate-key” with your address, or “New Key Pair” in Kleopatra.",
            "In a terminal: “gpg --armor --export” with your address. In Kleopatra: select your certificate and choose “Export…”, not “Backup Secret Keys…”.",
            "You have a text that begins with “-----BEGIN PGP PUBLIC KEY BLOCK-----”.",
        ],
    },
    Client {
        name: "K-9 Mail, Thunderbird for Android, FairEmail (with OpenKeychain)",
        device: Device::Android,
        steps: &[
            "Open OpenKeychain and tap your key. Without a key yet: the plus sign, “Create my key”.",
            "Share the key: the share sign, then “Copy to clipboard”, or “Save as file” to submit the file.",
        ],
    },
    Client {
        name: "Proton Mail",
        device: Device::Other,
        steps: &[
            "In Settings, open “Encryption and keys” and find the keys of your address.",
            "In the menu beside the key choose “Export”, then the public key. Mail that is sealed to it opens in Proton's apps by itself.",
        ],
    },
    Client {
        name: "Sequoia (sq)",
        device: Device::Other,
        steps: &[
            "In a terminal: “sq cert export --cert-email” with your address; in older versions “sq key extract-cert” with your key file.",
            "Submit the certificate, never the key.",
        ],
    },
];

#[component]
pub(super) fn Export(address: String, device: Signal<Option<Device>>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="export">
            <h2 id="export">"Export your public key"</h2>
            <p>
                "Your mail app has a pair of keys, or makes one for " <strong>{address}</strong> ". Export the " <strong>"public"</strong>
                " half of it: mail is encrypted to it, and only the private half, which stays with you, can open it. "
                <a href="/help/pgp">"How PGP works here"</a>
            </p>
            {CLIENTS.into_iter().map(|client| view! { <Guide client device/> }).collect_view()}
        </section>
    }
}

#[component]
fn Guide(client: Client, device: Signal<Option<Device>>) -> impl IntoView {
    // Not for other mail apps, because two of the guides are theirs.
    let open = move || client.device != Device::Other && device.get() == Some(client.device);
    view! {
        <details open=open>
            <summary>{client.name}</summary>
            <ol class="guide">{client.steps.iter().map(|step| view! { <li>{*step}</li> }).collect_view()}</ol>
        </details>
    }
}
