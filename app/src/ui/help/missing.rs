//! Explains where a message is that did not arrive.

use leptos::prelude::*;

/// Each entry under "Activity", and what it means.
const ENTRIES: [(&str, &str); 7] = [
    ("Delivered", "Your provider took the message. Look in the spam folder."),
    (
        "Sealed and relayed, or Waiting: it is tried again",
        "Your provider has not taken it yet. Sealpost tries for five days.",
    ),
    (
        "Could not be delivered",
        "Your provider refused the message, or did not take it for five days.",
    ),
    (
        "Refused by the kill switch",
        "No valid profile was active. Renew the profile, or make a new one.",
    ),
    (
        "Refused: forged sender",
        "The domain in From says that the message is not its own. Mailing lists that change messages can cause that.",
    ),
    (
        "Dropped: the alias is off",
        "You turned the alias off. Turn it on to get mail again.",
    ),
    (
        "Not relayed: the sender is blocked",
        "You blocked this contact. Unblock it under “Contacts”.",
    ),
];

pub(super) fn text() -> AnyView {
    let entry = |(said, why): &(&'static str, &'static str)| {
        view! {
            <dt>{format!("“{said}”")}</dt>
            <dd>{*why}</dd>
        }
    };
    view! {
        <p>"Open the alias under " <a href="/aliases">"Aliases"</a> ", and look under “Activity”."</p>
        <dl>
            {ENTRIES.iter().map(entry).collect_view()}
            <dt>"No entry at all"</dt>
            <dd>
                "The message has not come here. The address was mistyped, the alias rejects mail, or the sender's server still tries. Or you \
                 turned recording off for this alias."
            </dd>
        </dl>
        <p>
            "To see what your provider says to encrypted mail, open the profile from " <a href="/relay">"Mail Relay Settings"</a>
            " and choose “Send a test message”."
        </p>
    }
    .into_any()
}
