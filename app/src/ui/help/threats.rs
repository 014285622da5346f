//! Lists what Sealpost protects against, and what it does not.

use leptos::prelude::*;

use crate::texts::text;

/// An attacker.
struct Threat {
    who: &'static str,
    learns: &'static str,
    /// The rest, which they do not learn.
    misses: Option<&'static str>,
}

pub(super) fn text() -> AnyView {
    let threats = [
        Threat {
            who: text!(help.threats.provider),
            learns: text!(help.threats.provider_learns),
            misses: Some(text!(help.threats.provider_misses)),
        },
        Threat {
            who: text!(help.threats.disk),
            learns: text!(help.threats.disk_learns),
            misses: Some(text!(help.threats.disk_misses)),
        },
        Threat {
            who: text!(help.threats.server),
            learns: text!(help.threats.server_learns),
            misses: Some(text!(help.threats.server_misses)),
        },
        Threat {
            who: text!(help.threats.contacts),
            learns: text!(help.threats.contacts_learn),
            misses: Some(text!(help.threats.contacts_miss)),
        },
        Threat {
            who: text!(help.threats.forger),
            learns: text!(help.threats.forger_learns),
            misses: None,
        },
        Threat {
            who: text!(help.threats.network),
            learns: text!(help.threats.network_learns),
            misses: Some(text!(help.threats.network_misses)),
        },
        Threat {
            who: text!(help.threats.device),
            learns: text!(help.threats.device_learns),
            misses: None,
        },
        Threat {
            who: text!(help.threats.sender),
            learns: text!(help.threats.sender_learns),
            misses: None,
        },
    ];
    let row = |Threat { who, learns, misses }| {
        view! {
            <tr>
                <th scope="row">{who}</th>
                <td>{learns}</td>
                <td>{misses.map(|misses| view! { <strong>{text!(help.threats.not)}</strong> {misses} })}</td>
            </tr>
        }
    };
    view! {
        <table class="threats" aria-label=text!(help.threats.table)>
            <thead>
                <tr>
                    <th scope="col">{text!(help.threats.who)}</th>
                    <th scope="col">{text!(help.threats.learns)}</th>
                    <th scope="col">{text!(help.threats.misses)}</th>
                </tr>
            </thead>
            <tbody>{threats.map(row).collect_view()}</tbody>
        </table>
        <p>{text!(help.threats.limits)}</p>
    }
    .into_any()
}
