//! Explains the first steps for any mail app.

use leptos::prelude::*;

use super::picture::Picture;

pub(super) fn text() -> AnyView {
    view! {
        <p>"Do this on the device on which you read your mail."</p>
        <ol class="guide">
            <li>"Open " <a href="/relay">"Mail Relay Settings"</a> ". It shows your mailbox, and whether its mail is encrypted."</li>
            <li>
                "Choose “New Profile” and say where you read your mail. The right kind of key and the right file follow from your answer."
            </li>
            <li>
                "S/MIME: set an expiration and choose “Issue Certificate”. Two years are a good choice. PGP: paste your public key instead ("
                <a href="/help/pgp">"how"</a> "), and go on with step 6."
            </li>
            <li>
                "Choose a passphrase and “Export”. Your browser downloads a file with your private key. The key was made in this browser \
                 tab, and nobody else has it. Keep the file and the passphrase in different places."
            </li>
            <li>
                "Install the file in your mail app, and let the app trust the root certificate for mail. The steps differ: "
                <MailApps/> "."
            </li>
            <li>
                "“Send a test message” writes to your mailbox. The message is encrypted, with a 6-digit code inside. If your mail app cannot \
                 open it, nothing is lost: encryption is not on yet."
            </li>
            <li>"Enter the code and choose “Activate”. From now on all mail that Sealpost forwards to this mailbox is encrypted."</li>
            <li>
                "Create an alias under " <a href="/aliases">"Aliases"</a> ", and write to it from another address. Your mail app shows the \
                 message with a lock and a seal."
            </li>
        </ol>
        <Picture
            name="new-profile"
            width=640
            height=620
            alt="The second step of New Profile: amount and unit of the validity, the day on which it ends, and the button Issue Certificate."
            caption="Step 3: set an expiration, then issue the certificate."
        />
        <Picture
            name="relay"
            width=640
            height=420
            alt="Mail Relay Settings with one mailbox: a green notice says that every inbound message is sealed, and how long the active profile lasts."
            caption="Mail Relay Settings after step 7."
        />
    }
    .into_any()
}

/// Links to the pages of the most common mail apps.
#[component]
fn MailApps() -> impl IntoView {
    view! {
        <a href="/help/ios">"iPhone and iPad"</a> ", " <a href="/help/macos">"Mac"</a> ", " <a href="/help/outlook">"Outlook"</a> ", "
        <a href="/help/thunderbird">"Thunderbird"</a> ", " <a href="/help/android">"Android"</a> ", "
        <a href="/help/gnupg">"GnuPG"</a> ", " <a href="/help/other">"another app"</a>
    }
}
