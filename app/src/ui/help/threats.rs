//! Lists what Sealpost protects against, and what it does not.

use leptos::prelude::*;

/// Each attacker, what they get, and what they do not get.
const THREATS: [(&str, &str, &str); 8] = [
    (
        "Your mail provider, or whoever breaks in there",
        "That mail came from this relay, when, how large, and to which of your mailboxes. The subject and the sender, unless the profile hides them.",
        "What any message says, its attachments, and the answers that you encrypt.",
    ),
    (
        "Somebody who steals this server's disk",
        "Your account, your aliases and who wrote to them. The master key lies on the same disk, unless whoever runs this relay keeps it \
         elsewhere: with it also mail that waits for delivery, and the keys of your contacts here, with which somebody could imitate \
         them, and open answers caught on their way.",
        "Mail that was delivered: it is not here any more. Your private key and the root key: they never were here.",
    ),
    (
        "Somebody who takes over this server unnoticed",
        "Mail that arrives from then on, before it is sealed.",
        "What was sealed before. Nor can they forge certificates for web sites that your devices would believe: the intermediate is confined to mail.",
    ),
    (
        "Those whom you gave an alias",
        "The alias, and what you write to them.",
        "Your real address, your provider, your mail app, your other aliases.",
    ),
    (
        "Somebody who forges a sender",
        "Nothing, where the sender's domain has a strict policy (DMARC): such mail is refused.",
        "A clean seal, elsewhere: the message carries a warning, and the finding stands inside the seal.",
    ),
    (
        "Somebody on the network",
        "That two mail servers talk to each other.",
        "Messages, where both servers have TLS; on the last way to your provider they are sealed in any case.",
    ),
    (
        "Somebody who holds your unlocked device",
        "Everything that your mail app shows. Sealpost cannot help there.",
        "",
    ),
    (
        "The sender's own provider",
        "What the sender wrote, as always: Sealpost seals from the moment it has received a message, not before.",
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
        <p>"No tool protects from everything. This is how far this one goes."</p>
        <table class="threats" aria-labelledby="threats-heading">
            <thead>
                <tr>
                    <th scope="col">"Who"</th>
                    <th scope="col">"Learns"</th>
                    <th scope="col">"Does not learn"</th>
                </tr>
            </thead>
            <tbody>{THREATS.iter().map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}
