//! Explains why a reply was refused.

use leptos::prelude::*;

/// The text of each refusal, why it comes, and what to do.
const REFUSALS: [(&str, &str); 14] = [
    (
        "This message is not authorised for this relay address …",
        "It was not signed with your key, and your provider did not vouch for it. Or it came from another mailbox than the one that the \
         alias delivers to. Or it was encrypted to another contact. Turn on signing and encryption, and reply from that mailbox.",
    ),
    (
        "Please sign your reply …",
        "Your app used a cipher that does not notice changes (AES-CBC, as most S/MIME apps do). Without your signature your provider could \
         add its own words. Turn on signing.",
    ),
    (
        "Please encrypt your reply as well …",
        "It is signed, but your provider did not vouch for it, and everything that you ever signed looks like that. Turn on encryption.",
    ),
    (
        "Only signed replies are sent on for this mailbox …",
        "“Signed replies only” is on. Your app did not sign, or it signed and did not encrypt.",
    ),
    (
        "Only encrypted replies are sent on for this mailbox",
        "“Encrypted replies only” is on, and your app did not encrypt.",
    ),
    (
        "The signature was made more than 5 days ago …",
        "Write the reply anew. If it happens again, check the clock of your device.",
    ),
    (
        "The message itself does not name this relay address …",
        "Your app signs the recipients, and this one is not among them. Write to the relay address in To or Cc, not in Bcc.",
    ),
    (
        "An address in To or Cc is no relay address of this alias",
        "Write to contacts of one alias at a time. Other people in To or Cc would learn your own address.",
    ),
    (
        "The alias of this relay address is disabled",
        "Turn the alias on to reply from it.",
    ),
    (
        "Inline PGP is not supported …",
        "Your app put the signature into the text. Set it to PGP/MIME, which covers the whole message.",
    ),
    (
        "This relay does not support the form of the message …",
        "The reason follows, such as a cipher that this relay cannot read. Set your app to AES-256, or let it choose.",
    ),
    (
        "A part of the message is encrypted and cannot be sent on …",
        "You attached or forwarded an encrypted message. Attach it after you have opened it.",
    ),
    (
        "Outlook rich text names its sender …",
        "Set Outlook to HTML or plain text.",
    ),
    (
        "This message was sent on before …",
        "It is already on its way. To send it again, write it anew.",
    ),
];

pub(super) fn text() -> AnyView {
    let entry = |(said, why): &(&'static str, &'static str)| {
        // No line begins with the dots.
        let said = said.replace(" …", "\u{a0}…");
        view! {
            <details>
                <summary>{format!("“{said}”")}</summary>
                <p>{*why}</p>
            </details>
        }
    };
    view! {
        <p>"Your provider returned your reply, with the words of this relay. Open the line that begins with them:"</p>
        {REFUSALS.iter().map(entry).collect_view()}
    }
    .into_any()
}
