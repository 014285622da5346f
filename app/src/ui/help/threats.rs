//! Lists what Sealpost protects against, and what it does not.

use leptos::prelude::*;

/// Each attacker, what they learn, and what they do not learn.
const THREATS: [(&str, &str, &str); 8] = [
    (
        "Your mail provider, or someone who breaks in there",
        "When mail comes from this relay, how large it is, and for which mailbox. Subject and sender, unless the profile hides them.",
        "The text of a message, its attachments, and the replies that you encrypt.",
    ),
    (
        "Someone who steals this server's disk",
        "Your account, your aliases and who wrote to them. If the master key is on the same disk, also mail that waits for delivery, and \
         the keys of your contacts here, with which they could imitate a contact and open replies that they catch.",
        "Delivered mail: it is not here any more. Your private key and the root key: they never were here.",
    ),
    (
        "Someone who takes over this server unnoticed",
        "Mail that arrives from then on, before it is encrypted.",
        "Mail that was encrypted before. They cannot forge certificates for websites either: the intermediate is limited to mail.",
    ),
    (
        "People who have your alias",
        "The alias, and what you write to them.",
        "Your real address, your provider, your mail app, your other aliases.",
    ),
    (
        "Someone who forges a sender",
        "Nothing. If the domain that they claim has a strict policy (DMARC), such mail is refused. Otherwise it has a warning on top.",
        "",
    ),
    (
        "Someone on the network",
        "That two mail servers talk to each other.",
        "Messages, if both servers have TLS. On the last way, to your provider, they are encrypted in any case.",
    ),
    (
        "Someone who holds your unlocked device",
        "Everything that your mail app shows. Sealpost cannot help there.",
        "",
    ),
    (
        "The sender's own provider",
        "What the sender wrote. Sealpost encrypts a message once it has received it, not before.",
        "",
    ),
];

pub(super) fn text() -> AnyView {
    let row = |(who, gets, misses): &(&'static str, &'static str, &'static str)| {
        view! {
            <tr>
                <th scope="row">{*who}</th>
                <td>{*gets}</td>
                <td>{(!misses.is_empty()).then(|| view! { <strong>"Not: "</strong> {*misses} })}</td>
            </tr>
        }
    };
    view! {
        <table class="threats" aria-label="Attackers, and what they learn">
            <thead>
                <tr>
                    <th scope="col">"Who"</th>
                    <th scope="col">"Learns"</th>
                    <th scope="col">"Does not learn"</th>
                </tr>
            </thead>
            <tbody>{THREATS.iter().map(row).collect_view()}</tbody>
        </table>
        <p>
            "Your replies leave this relay unencrypted, because Sealpost has no key of your contacts. S/MIME asks your devices to trust a \
             private root. Its key is destroyed in your browser."
        </p>
    }
    .into_any()
}
