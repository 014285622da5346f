//! Explains how replies work, and how to write first.

use leptos::prelude::*;

use super::picture::Picture;

pub(super) fn text() -> AnyView {
    view! {
        <h2>"Reply"</h2>
        <p>
            "Each contact has a relay address, which stands for this one person. Your reply goes there. Sealpost opens it, builds a new \
             message without anything that names your mailbox, your provider or your mail app, and sends that from your alias."
        </p>
        <ul>
            <li>
                "Let your app sign and encrypt. Then your provider cannot read your reply, and nothing else has to be proven. “Encrypted \
                 replies only” in the settings refuses every other reply."
            </li>
            <li>
                "Only you can reply. If your reply is not signed and encrypted, your provider has to vouch for it (DKIM or SPF). Other \
                 people who learn a relay address are refused."
            </li>
            <li>"Your contact gets an ordinary message. It is not encrypted, because Sealpost has no key of theirs."</li>
            <li>
                "Your app has to sign the subject and the recipients (Thunderbird does), or your provider's DKIM signature has to cover \
                 them (nearly all do). Otherwise the reply goes to this one contact, with the subject of the message that you answer."
            </li>
        </ul>
        <p>
            "If your contact's server does not take your reply, Sealpost tries for five days and then tells you. The alias's page shows it \
             under “Activity”. If your own provider returns a reply, see " <a href="/help/refused">"A reply came back"</a> "."
        </p>
        <h2>"Write first"</h2>
        <p>
            "Open the alias and use “Start Email Thread”. You get a message that looks as if the other person had written. Reply to it, and \
             your own address stays hidden."
        </p>
        <Picture
            name="alias"
            width=640
            height=590
            alt="An alias's page: its state, where it delivers to, and the form that starts an email thread with a recipient's address."
            caption="An alias: write first without showing your own address."
        />
    }
    .into_any()
}
