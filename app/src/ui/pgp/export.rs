//! Explains how to export the public key from each mail app.

use leptos::prelude::*;

use crate::{
    texts::{shown, text},
    ui::issue::device::Device,
};

/// A mail app, and the steps there.
struct Client {
    name: &'static str,
    /// The answer to "Where do you read your mail?" for this app.
    device: Device,
    steps: Vec<&'static str>,
}

fn clients() -> [Client; 5] {
    [
        Client {
            name: "Thunderbird",
            device: Device::Thunderbird,
            steps: vec![
                text!(profile.export.thunderbird_settings),
                text!(profile.export.thunderbird_manager),
                text!(profile.export.thunderbird_file),
            ],
        },
        Client {
            name: "GnuPG, Kleopatra, Gpg4win, GPG Suite",
            device: Device::GnuPg,
            steps: vec![
                text!(profile.export.gnupg_key),
                text!(profile.export.gnupg_export),
                text!(profile.export.gnupg_text),
            ],
        },
        Client {
            name: text!(profile.export.android),
            device: Device::Android,
            steps: vec![text!(profile.export.android_key), text!(profile.export.android_share)],
        },
        Client {
            name: "Proton Mail",
            device: Device::Other,
            steps: vec![text!(profile.export.proton_keys), text!(profile.export.proton_export)],
        },
        Client {
            name: "Sequoia (sq)",
            device: Device::Other,
            steps: vec![
                text!(profile.export.sequoia_export),
                text!(profile.export.sequoia_certificate),
            ],
        },
    ]
}

#[component]
pub(super) fn Export(address: String, device: Signal<Option<Device>>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="export">
            <h2 id="export">{text!(profile.export.title)}</h2>
            <p>
                {shown!(profile.export.intro, address = address, <b> = <strong/>, <a> = <a href="/help/pgp"/>)}
            </p>
            {clients().into_iter().map(|client| view! { <Guide client device/> }).collect_view()}
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
            <ol class="guide">{client.steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}</ol>
        </details>
    }
}
