//! Shows the settings of a profile, and what each choice means in a mail app.

use leptos::prelude::*;

use super::form::{Choice, Control, Declined, Submit};
use crate::{
    api::settings::SetProfileSettings,
    id::ProfileId,
    profile::{Cipher, ProfileKind, Settings},
};

#[component]
pub(super) fn ProfileSettings(
    id: ProfileId,
    kind: ProfileKind,
    settings: Settings,
    action: ServerAction<SetProfileSettings>,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="settings">
            <h2 id="settings">"Settings"</h2>
            <p>"They hold for every message from now on; what you have received stays as it is."</p>
            <ActionForm action=action>
                <Declined action=action/>
                <input type="hidden" name="profile" value=id.to_string()/>
                <HideSubject on=settings.hidden.subject/>
                <HideSender on=settings.hidden.sender/>
                {(kind == ProfileKind::Smime).then(|| view! { <Encryption cipher=settings.cipher/> })}
                <Submit action=action class="secondary">"Save settings"</Submit>
            </ActionForm>
        </section>
    }
}

#[component]
fn HideSubject(on: bool) -> impl IntoView {
    view! {
        <Choice
            id="hide-subject"
            name="hide_subject"
            checked=on
            label="Hide the subject"
            hint="Your provider stores “[...]” instead of each subject; the real one is inside the seal."
        />
        <details>
            <summary>"What your mail app shows then"</summary>
            <ul>
                <li>"Apps that read protected headers (RFC 9788) show the real subject once they have opened the message."</li>
                <li>"Thunderbird and Thunderbird for Android show it in messages of a PGP profile."</li>
                <li>
                    "Apple Mail, Outlook, and Thunderbird with an S/MIME profile show " <code>"[...]"</code>
                    " in the list, and the real subject as the first line of the text. Their answers begin as "
                    <code>"Re: [...]"</code> ", and leave like this: type a subject before you send."
                </li>
                <li>"Searching and sorting by subject at your provider finds nothing any more."</li>
            </ul>
        </details>
    }
}

#[component]
fn HideSender(on: bool) -> impl IntoView {
    view! {
        <Choice
            id="hide-sender"
            name="hide_sender"
            checked=on
            label="Hide the sender"
            hint="Your provider stores an address of the relay without the sender's name and address, and does not learn the \
                  sender's time zone. Answering works as before."
        />
        <details>
            <summary>"What your mail app shows then"</summary>
            <ul>
                <li>"Apps that read protected headers (RFC 9788) may show the sender's name once they have opened the message."</li>
                <li>
                    "All others show the relay's address, such as " <code>"r-5f3a…"</code>
                    ", in the list and in notifications. Who wrote stands at the top of the text."
                </li>
                <li>"Each contact keeps one such address, so conversations hold together."</li>
            </ul>
        </details>
    }
}

#[component]
fn Encryption(cipher: Cipher) -> impl IntoView {
    let is_modern = cipher == Cipher::Modern;
    view! {
        <fieldset>
            <legend>"Encryption"</legend>
            <Choice
                id="cipher-compatible"
                control=Control::Radio
                name="cipher"
                value="compatible"
                checked=!is_modern
                label="Compatible: AES-256-CBC, RSA PKCS #1 v1.5"
                hint="Every mail app that knows S/MIME reads it."
            />
            <Choice
                id="cipher-modern"
                control=Control::Radio
                name="cipher"
                value="modern"
                checked=is_modern
                label="Modern: AES-256-GCM, RSA-OAEP"
                hint="It notices every change by itself. For those who know that all of their mail apps read it: few do."
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
