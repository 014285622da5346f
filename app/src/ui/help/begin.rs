//! Explains the first steps for any mail app.

use leptos::prelude::*;

use super::picture::Picture;

pub(super) fn text() -> AnyView {
    view! {
        <p>"It takes about ten minutes, most of them in your mail app. Do it on the device where you read your mail."</p>
        <ol class="guide">
            <li>"Open " <a href="/relay">"Mail Relay Settings"</a> ". There is your mailbox, and whether its mail is sealed."</li>
            <li>
                "Choose “New Profile” and say where you read your mail. Kind and file follow from that. PGP is the better kind if your \
                 mail app has it: no root certificate to install, and newer cryptography. S/MIME is built into more apps."
            </li>
            <li>
                "For S/MIME set how long it is valid and choose “Issue Certificate”. Two years are a good choice; Apple Mail refuses \
                 certificates of more than three. For PGP paste your public key instead."
            </li>
            <li>
                "Choose a passphrase and “Export”. The file that your browser downloads holds your private key. It was made in this \
                 browser tab, and nobody else has it: not us either. Keep the file, and the passphrase apart from it."
            </li>
            <li>"Install the file in your mail app, as described below, and let the app trust the root certificate for mail."</li>
            <li>
                "Test it: “Send a test message” writes to your mailbox, sealed with the profile, with a 6-digit code inside. If your mail \
                 app does not open the message, nothing is lost: the profile is not active yet."
            </li>
            <li>
                "Enter the code and choose “Activate”. From now on every message that is relayed to this mailbox is sealed. If you cannot \
                 read your mail now, “Activate without a test…” is there once you have exported the key."
            </li>
            <li>
                "Under " <a href="/aliases">"Aliases"</a> " create an alias and send a message to it from another address. It arrives \
                 with a lock and a seal in your mail app, and as a file called smime.p7m for everybody else."
            </li>
        </ol>
        <Picture
            name="new-profile"
            width=640
            height=620
            alt="The second step of New Profile: amount and unit of the validity, the day on which it ends, and the button Issue Certificate."
            caption="New Profile: set an expiration, then issue the certificate."
        />
        <Picture
            name="relay"
            width=640
            height=420
            alt="Mail Relay Settings with one mailbox: a green notice says that every inbound message is sealed, and how long the active profile lasts."
            caption="Mail Relay Settings, once a profile is active."
        />
    }
    .into_any()
}
