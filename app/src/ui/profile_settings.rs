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
            <h2 id="settings">"Settings"</h2>
            <p class="aside">"A change applies to new messages. Mail that you received stays as it is."</p>
            <Declined action=actions.subject/>
            <ActionForm action=actions.subject>
                <input type="hidden" name="profile" value=id.to_string()/>
                <Switch
                    id="hide-subject"
                    on=settings.hidden.subject
                    label="Hide the subject"
                    hint="Your provider stores “[...]” instead of the subject. The real one is inside the encrypted message."
                />
            </ActionForm>
            <SubjectInApps/>
            <Declined action=actions.sender/>
            <ActionForm action=actions.sender>
                <input type="hidden" name="profile" value=id.to_string()/>
                <Switch
                    id="hide-sender"
                    on=settings.hidden.sender
                    label="Hide the sender"
                    hint="Your provider stores an address of the relay instead of the sender's name, address and time zone. \
                          Answering works as before."
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
            <summary>"What your mail app shows"</summary>
            <ul>
                <li>"Apps that read protected headers (RFC 9788) show the real subject after they have opened the message."</li>
                <li>"Thunderbird and Thunderbird for Android show it in messages of a PGP profile."</li>
                <li>
                    "Apple Mail, Outlook, and Thunderbird with an S/MIME profile show " <code>"[...]"</code>
                    " in the list, and the real subject as the first line of the text. Their answers begin with "
                    <code>"Re: [...]"</code> " and are sent like that, so type a subject before you send."
                </li>
                <li>"At your provider, you can't search or sort by subject."</li>
            </ul>
        </details>
    }
}

#[component]
fn SenderInApps() -> impl IntoView {
    view! {
        <details>
            <summary>"What your mail app shows"</summary>
            <ul>
                <li>"Apps that read protected headers (RFC 9788) may show the sender's name after they have opened the message."</li>
                <li>
                    "All others show the relay's address, such as " <code>"r-5f3a…"</code>
                    ", in the list and in notifications. The sender is named at the top of the text."
                </li>
                <li>"Each contact keeps one such address, so conversations stay together."</li>
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
            <legend>"Encryption"</legend>
            <Choice
                id="cipher-compatible"
                control=Control::Radio
                name="cipher"
                value="compatible"
                checked=!is_modern
                label="Compatible: AES-256-CBC, RSA PKCS #1 v1.5"
                hint="Every mail app with S/MIME reads it."
            />
            <Choice
                id="cipher-modern"
                control=Control::Radio
                name="cipher"
                value="modern"
                checked=is_modern
                label="Modern: AES-256-GCM, RSA-OAEP"
                hint="It detects every change on the way. Few mail apps read it, so choose it only if all of yours do."
            />
            <Readers/>
            {(!is_modern).then(|| view! {
                <Choice
                    id="confirmed"
                    name="confirmed"
                    label="All mail apps that I use for this mailbox read the modern form"
                    hint="Asked only when you choose the modern form. Send yourself a test message before you rely on it."
                />
            })}
        </fieldset>
        <Submit action=action class="secondary">"Save encryption"</Submit>
        </ActionForm>
    }
}

/// Lists the mail apps that are known to support the modern form, or not.
#[component]
fn Readers() -> impl IntoView {
    view! {
        <details>
            <summary>"Which mail apps read the modern form"</summary>
            <table>
                <thead>
                    <tr><th scope="col">"App"</th><th scope="col">"Compatible"</th><th scope="col">"Modern"</th></tr>
                </thead>
                <tbody>
                    <tr><th scope="row">"OpenSSL 3 and what is built on it"</th><td>"yes"</td><td>"yes"</td></tr>
                    <tr><th scope="row">"Thunderbird (NSS)"</th><td>"yes"</td><td>"no, tried with NSS 3.87"</td></tr>
                    <tr><th scope="row">"GnuPG (gpgsm), KMail, Claws Mail"</th><td>"yes"</td><td>"no, tried with gpgsm 2.2"</td></tr>
                    <tr><th scope="row">"Outlook"</th><td>"yes"</td><td>"no, as its users report"</td></tr>
                    <tr><th scope="row">"Apple Mail, iOS"</th><td>"yes"</td><td>"not known: try it"</td></tr>
                </tbody>
            </table>
        </details>
    }
}
