//! Explains how replies work, and why a reply was refused.

use leptos::prelude::*;

use super::picture::Picture;

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
                "Only you can answer. Sign and encrypt, and nothing else is needed. An answer that is not both needs your provider to \
                 vouch for it (DKIM or SPF). Others who learn the address get a refusal."
            </li>
            <li>"To the person you answer it is an ordinary message, not encrypted by us: their address is not under your control."</li>
            <li>
                "To write first, open the alias and use “Start Email Thread”. You get a message as if the other one had written; answer it, \
                 and your own address stays hidden."
            </li>
        </ul>
        <p>
            "Subject and further recipients leave as you wrote them if your app signs them, too (Thunderbird does), or if your provider's \
             DKIM signature covers them (nearly all do). If neither is so, the answer goes to this one contact, with the Subject of the \
             message that you answer."
        </p>
        <h3>"An answer came back"</h3>
        <p>"Your provider's report says why, in the words of this relay:"</p>
        {refusals()}
        <p>
            "If the recipient's server does not take your answer, Sealpost tries for five days, and then tells you in a sealed message. The \
             alias's page has it under “Activity”."
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

/// The text of each refusal, and what to do.
fn refusals() -> impl IntoView {
    view! {
        <dl>
            <dt>"“This message is not authorised for this relay address …”"</dt>
            <dd>
                "It was neither signed with your key nor did your provider vouch for it (DKIM or SPF); or it did not open, being encrypted to \
                 another contact; or it came from another mailbox than the one that the alias delivers to. Turn on signing and \
                 encryption, and answer from that mailbox."
            </dd>
            <dt>"“Inline PGP is not supported …”"</dt>
            <dd>"Your app put the signature into the text. Set it to PGP/MIME, which covers the whole message."</dd>
            <dt>"“This relay does not support the form of the message …”"</dt>
            <dd>
                "The reason stands behind it, such as a cipher that this relay cannot read. Set your app to AES-256, or let it choose."
            </dd>
            <dt>"“Please sign your reply …”"</dt>
            <dd>
                "Your app encrypted with a cipher that notices no change (AES-CBC, as most S/MIME apps do). Without your signature your \
                 provider could have put its own words around yours. Turn on signing."
            </dd>
            <dt>"“Please encrypt your reply as well …”"</dt>
            <dd>
                "It is signed, but so is anything else that you ever signed, and your provider did not vouch for it. Turn on encryption."
            </dd>
            <dt>"“The signature was made more than 5 days ago …”"</dt>
            <dd>"Send the answer anew. If it happens again, look at the clock of your device."</dd>
            <dt>"“The message itself does not name this relay address …”"</dt>
            <dd>
                "Your app signs the names of the recipients, and this one is not among them. Write to the relay address in To or Cc, not \
                 in Bcc."
            </dd>
            <dt>"“Only signed replies are sent on for this mailbox …”"</dt>
            <dd>"The switch “Signed replies only” is on, and your app did not sign; or it signed and did not encrypt."</dd>
            <dt>"“Only encrypted replies are sent on for this mailbox”"</dt>
            <dd>"The switch “Encrypted replies only” is on, and your app did not encrypt."</dd>
            <dt>"“The alias of this relay address is disabled”"</dt>
            <dd>"Turn the alias on to answer from it."</dd>
            <dt>"“An address in To or Cc is no relay address of this alias”"</dt>
            <dd>"Write to addresses of one alias at a time. Others in To or Cc would learn your own address."</dd>
            <dt>"“A part of the message is encrypted and cannot be sent on …”"</dt>
            <dd>"You attached or forwarded something sealed. Attach what you have opened."</dd>
            <dt>"“Outlook rich text names its sender …”"</dt>
            <dd>"Set Outlook to HTML or plain text."</dd>
            <dt>"“This message was sent on before …”"</dt>
            <dd>"It has gone out already. To send it again, write it anew."</dd>
        </dl>
    }
}
