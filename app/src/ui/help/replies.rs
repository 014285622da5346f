//! How replies work.

use leptos::prelude::*;

use super::Picture;

pub(super) fn text() -> AnyView {
    view! {
        <p>
            "Answer a relayed message as you answer any other. It goes to an address at this relay that stands for the one person who \
             wrote to you. Sealpost opens it, builds a new message without anything that names your mailbox, your provider or your \
             mail app, and sends that from your alias."
        </p>
        <ul>
            <li>
                "Your answer is encrypted on its way to us if your app encrypts it, which it does when you have set it up as above. “Encrypted \
                 replies only” in the settings has every other one refused."
            </li>
            <li>
                "Only you can answer: the message has to be signed with your key, or your provider has to vouch for it. Others who learn \
                 the address get a refusal."
            </li>
            <li>"To the person you answer it is an ordinary message, not encrypted by us: their address is not under your control."</li>
            <li>
                "To write first, open the alias and use “Start Email Thread”. You get a message as if the other one had written; answer it, \
                 and your own address stays hidden."
            </li>
        </ul>
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
