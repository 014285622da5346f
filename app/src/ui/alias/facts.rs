//! Shows an alias at a glance, and the ways to share it.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::{
    api::alias::AliasView,
    ui::{copy::CopyAddress, when::When},
};

#[component]
pub(super) fn Facts(alias: AliasView, created: OffsetDateTime, now: OffsetDateTime) -> impl IntoView {
    let (state, class) = match alias.enabled {
        true => ("On", "badge good"),
        false => ("Off", "badge"),
    };
    let address = alias.address.to_string();
    let (picture, alt) = (
        format!("/aliases/{}/qr.svg", alias.id),
        format!("QR code that writes to {address}"),
    );
    view! {
        <dl class="facts card">
            <dt>"State"</dt>
            <dd><span class=class>{state}</span></dd>
            {(!alias.label.is_empty()).then(|| view! {
                <dt>"Label"</dt>
                <dd>{alias.label.clone()}</dd>
            })}
            <dt>"Delivers to"</dt>
            <dd>{alias.mailbox.to_string()}</dd>
            <dt>"Created"</dt>
            <dd><When at=created now/></dd>
        </dl>
        <div class="actions">
            <CopyAddress address/>
            <details>
                <summary>"QR code"</summary>
                <p class="hint">"For a screen or a paper form: whoever scans it can write to this alias."</p>
                <img src=picture alt=alt width="240" height="240" loading="lazy"/>
            </details>
        </div>
    }
}
