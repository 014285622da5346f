//! Explains how to install a profile in each mail app.

use leptos::prelude::*;

use super::picture::Picture;
use crate::{
    texts::{shown, text},
    ui::issue::device::Device,
};

pub(super) fn ios() -> AnyView {
    view! {
        <p>{text!(help.apps.apple_expiration)}</p>
        <ol class="guide">
            <li>{text!(help.ios.export)}</li>
            <li>{shown!(help.ios.install, <menu> = <span class="menu"/>)}</li>
            <li>{shown!(help.ios.trust, <menu> = <span class="menu"/>)}</li>
            <li>{shown!(help.ios.account, <menu> = <span class="menu"/>)}</li>
        </ol>
        <Picture
            name="export"
            width=640
            height=550
            alt=text!(help.ios.picture)
            caption=text!(help.ios.caption)
        />
        {sealed(Device::Ios)}
        <h2>{text!(help.apps.without_profile)}</h2>
        <ol class="guide">
            <li>{shown!(help.ios.certificates, <menu> = <span class="menu"/>)}</li>
            <li>{text!(help.ios.key)}</li>
            <li>{text!(help.ios.go_on)}</li>
        </ol>
    }
    .into_any()
}

pub(super) fn macos() -> AnyView {
    view! {
        <p>{text!(help.apps.apple_expiration)}</p>
        <ol class="guide">
            <li>{text!(help.macos.export)}</li>
            <li>{shown!(help.macos.install, <menu> = <span class="menu"/>)}</li>
            <li>{text!(help.macos.trust)}</li>
            <li>{text!(help.macos.restart)}</li>
        </ol>
        {sealed(Device::MacOs)}
        <h2>{text!(help.apps.without_profile)}</h2>
        <p>{text!(help.macos.one_file)}</p>
    }
    .into_any()
}

pub(super) fn outlook() -> AnyView {
    view! {
        <p>{text!(help.outlook.form)}</p>
        <ol class="guide">
            <li>{shown!(help.outlook.import, <menu> = <span class="menu"/>)}</li>
            <li>{shown!(help.outlook.root, <code> = <code/>)}</li>
            <li>{shown!(help.outlook.choose, <menu> = <span class="menu"/>)}</li>
            <li>{text!(help.outlook.restart)}</li>
        </ol>
        {sealed(Device::Outlook)}
    }
    .into_any()
}

pub(super) fn thunderbird() -> AnyView {
    view! {
        <h2>{text!(help.apps.with_pgp)}</h2>
        <ol class="guide">
            <li>{shown!(help.thunderbird.key, <menu> = <span class="menu"/>)}</li>
            <li>{shown!(help.thunderbird.copy, <menu> = <span class="menu"/>)}</li>
            <li>{text!(help.thunderbird.paste)}</li>
            <li>{text!(help.thunderbird.accept)}</li>
        </ol>
        <h2>{text!(help.thunderbird.with_smime)}</h2>
        <ol class="guide">
            <li>{text!(help.thunderbird.export)}</li>
            <li>{shown!(help.thunderbird.import, <menu> = <span class="menu"/>)}</li>
            <li>{text!(help.thunderbird.trust)}</li>
            <li>{shown!(help.thunderbird.select, <menu> = <span class="menu"/>)}</li>
        </ol>
        {sealed(Device::Thunderbird)}
        <p>{text!(help.thunderbird.cipher)}</p>
    }
    .into_any()
}

pub(super) fn android() -> AnyView {
    view! {
        <p>{text!(help.android.neither)}</p>
        <ul>
            <li>{text!(help.android.smime)}</li>
            <li>{shown!(help.android.pgp, <a> = <a href="/help/pgp"/>)}</li>
        </ul>
        <h2>{text!(help.android.fairemail)}</h2>
        <ol class="guide">
            <li>{text!(help.android.export)}</li>
            <li>{text!(help.android.install)}</li>
            <li>{shown!(help.android.choose, <menu> = <span class="menu"/>)}</li>
            <li>{text!(help.android.trust)}</li>
        </ol>
        {sealed(Device::Android)}
    }
    .into_any()
}

pub(super) fn gnupg() -> AnyView {
    view! {
        <h2>{text!(help.apps.with_pgp)}</h2>
        <ol class="guide">
            <li>{shown!(help.gnupg.key, <code> = <code/>)}</li>
            <li>{shown!(help.gnupg.copy, <code> = <code/>)}</li>
            <li>{text!(help.gnupg.paste)}</li>
            <li>{shown!(help.gnupg.import, <code> = <code/>)}</li>
            <li>{shown!(help.gnupg.trust, <code> = <code/>)}</li>
        </ol>
        <h2>{text!(help.gnupg.with_smime)}</h2>
        <ol class="guide">
            <li>{shown!(help.gnupg.smime_import, <code> = <code/>)}</li>
            <li>{shown!(help.gnupg.smime_revocation, <code> = <code/>)}</li>
            <li>{shown!(help.gnupg.smime_trust, <code> = <code/>)}</li>
            <li>{text!(help.gnupg.smime_choose)}</li>
        </ol>
        {sealed(Device::GnuPg)}
    }
    .into_any()
}

pub(super) fn other() -> AnyView {
    view! {
        <ol class="guide">
            <li>{text!(help.another.import)}</li>
            <li>{text!(help.another.compatible)}</li>
            <li>{text!(help.another.choose)}</li>
            <li>{text!(help.another.trust)}</li>
        </ol>
        {sealed(Device::Other)}
        <p>{shown!(help.another.pgp, <a> = <a href="/help/pgp"/>)}</p>
    }
    .into_any()
}

/// Describes an encrypted message in a mail app, in the words of the wizard.
fn sealed(device: Device) -> impl IntoView {
    view! {
        <h2>{text!(help.apps.sealed)}</h2>
        <p>{device.guide().sealed}</p>
    }
}
