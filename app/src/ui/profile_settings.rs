//! Shows the settings of a profile, and what each choice means in a mail app.

use leptos::prelude::*;

use super::{
    form::{Choice, Control, Declined, Submit},
    parts::Switch,
};
use crate::{
    api::settings::{SetCipher, SetHideSender, SetHideSubject},
    id::ProfileId,
    profile::{Cipher, ProfileKind, Settings},
    texts::{shown, text},
};

/// The actions of the settings.
#[derive(Clone, Copy)]
pub(super) struct SettingsActions {
    pub subject: ServerAction<SetHideSubject>,
    pub sender: ServerAction<SetHideSender>,
    pub cipher: ServerAction<SetCipher>,
}

impl SettingsActions {
    pub fn new() -> Self {
        Self {
            subject: ServerAction::new(),
            sender: ServerAction::new(),
            cipher: ServerAction::new(),
        }
    }
}

#[component]
pub(super) fn ProfileSettings(
    id: ProfileId,
    kind: ProfileKind,
    settings: Settings,
    actions: SettingsActions,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="settings">
            <h2 id="settings">{text!(profile.settings.title)}</h2>
            <p class="aside">{text!(profile.settings.intro)}</p>
            <Declined action=actions.subject/>
            <ActionForm action=actions.subject>
                <input type="hidden" name="profile" value=id.to_string()/>
                <Switch
                    id="hide-subject"
                    on=settings.hidden.subject
                    label=text!(profile.settings.hide_subject)
                    hint=text!(profile.settings.hide_subject_hint)
                />
            </ActionForm>
            <SubjectInApps/>
            <Declined action=actions.sender/>
            <ActionForm action=actions.sender>
                <input type="hidden" name="profile" value=id.to_string()/>
                <Switch
                    id="hide-sender"
                    on=settings.hidden.sender
                    label=text!(profile.settings.hide_sender)
                    hint=text!(profile.settings.hide_sender_hint)
                />
            </ActionForm>
            <SenderInApps/>
            {(kind == ProfileKind::Smime).then(|| view! { <Encryption id cipher=settings.cipher action=actions.cipher/> })}
        </section>
    }
}

#[component]
fn SubjectInApps() -> impl IntoView {
    view! {
        <details>
            <summary>{text!(profile.settings.in_apps)}</summary>
            <ul>
                <li>{text!(profile.settings.subject_protected)}</li>
                <li>{text!(profile.settings.subject_thunderbird)}</li>
                <li>{shown!(profile.settings.subject_in_text, <code> = <code/>)}</li>
                <li>{text!(profile.settings.subject_search)}</li>
            </ul>
        </details>
    }
}

#[component]
fn SenderInApps() -> impl IntoView {
    view! {
        <details>
            <summary>{text!(profile.settings.in_apps)}</summary>
            <ul>
                <li>{text!(profile.settings.sender_protected)}</li>
                <li>{shown!(profile.settings.sender_in_text, <code> = <code/>)}</li>
                <li>{text!(profile.settings.sender_stays)}</li>
            </ul>
        </details>
    }
}

#[component]
fn Encryption(id: ProfileId, cipher: Cipher, action: ServerAction<SetCipher>) -> impl IntoView {
    let is_modern = cipher == Cipher::Modern;
    view! {
        <ActionForm action=action>
        <Declined action=action/>
        <input type="hidden" name="profile" value=id.to_string()/>
        <fieldset>
            <legend>{text!(profile.settings.encryption)}</legend>
            <Choice
                id="cipher-compatible"
                control=Control::Radio
                name="cipher"
                value="compatible"
                checked=!is_modern
                label=text!(profile.settings.compatible)
                hint=text!(profile.settings.compatible_hint)
            />
            <Choice
                id="cipher-modern"
                control=Control::Radio
                name="cipher"
                value="modern"
                checked=is_modern
                label=text!(profile.settings.modern)
                hint=text!(profile.settings.modern_hint)
            />
            <Readers/>
            {(!is_modern).then(|| view! {
                <Choice
                    id="confirmed"
                    name="confirmed"
                    label=text!(profile.settings.confirmed)
                    hint=text!(profile.settings.confirmed_hint)
                />
            })}
        </fieldset>
        <Submit action=action class="secondary">{text!(profile.settings.save)}</Submit>
        </ActionForm>
    }
}

/// Lists the mail apps that are known to support the modern form, or not.
#[component]
fn Readers() -> impl IntoView {
    let yes = text!(profile.readers.yes);
    // Every app reads the compatible form.
    let rows = [
        (text!(profile.readers.openssl), yes),
        ("Thunderbird (NSS)", text!(profile.readers.no_nss)),
        ("GnuPG (gpgsm), KMail, Claws Mail", text!(profile.readers.no_gpgsm)),
        ("Outlook", text!(profile.readers.no_outlook)),
        ("Apple Mail, iOS", text!(profile.readers.unknown)),
    ];
    let row = move |(app, modern): (&'static str, &'static str)| {
        view! { <tr><th scope="row">{app}</th><td>{yes}</td><td>{modern}</td></tr> }
    };
    view! {
        <details>
            <summary>{text!(profile.readers.title)}</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{text!(profile.readers.app)}</th>
                        <th scope="col">{text!(profile.readers.compatible)}</th>
                        <th scope="col">{text!(profile.readers.modern)}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.map(row).collect_view()}
                </tbody>
            </table>
        </details>
    }
}
