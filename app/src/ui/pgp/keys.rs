//! Shows the person's key and the trust key of a PGP profile.

use leptos::prelude::*;

use crate::{api::pgp::PgpKeyView, id::ProfileId, texts::text, ui::words};

#[component]
pub(in crate::ui) fn PgpKeys(id: ProfileId, keys: PgpKeyView) -> impl IntoView {
    view! {
        <h2>{text!(profile.your_key.title)}</h2>
        <section class="card" aria-label=text!(profile.your_key.title)>
            <p>{text!(profile.your_key.compare)}</p>
            <dl class="facts">
                <dt>{text!(profile.your_key.fingerprint)}</dt>
                <dd class="hex">{keys.fingerprint}</dd>
                <dt>{text!(profile.your_key.user_ids)}</dt>
                <dd>
                    <ul>{keys.user_ids.into_iter().map(|user_id| view! { <li>{user_id}</li> }).collect_view()}</ul>
                </dd>
                <dt>{text!(profile.your_key.algorithm)}</dt>
                <dd>{keys.algorithm}</dd>
                <dt>{text!(profile.your_key.made)}</dt>
                <dd>{words::date_and_time(keys.created_at)}</dd>
            </dl>
            {(!keys.names_mailbox).then(|| view! { <p class="notice warn">{text!(profile.your_key.other_address)}</p> })}
            <p class="hint">{text!(profile.your_key.changed)}</p>
        </section>
        <h2>{text!(profile.trust_key.title)}</h2>
        <section class="card" aria-label=text!(profile.trust_key.title)>
            <p>{text!(profile.trust_key.intro)}</p>
            <dl class="facts">
                <dt>{text!(profile.your_key.fingerprint)}</dt>
                <dd class="hex">{keys.trust_fingerprint}</dd>
            </dl>
            <details>
                <summary>{text!(profile.trust_key.how)}</summary>
                <ul class="guide">
                    <li>{text!(profile.trust_key.thunderbird)}</li>
                    <li>{text!(profile.trust_key.gnupg)}</li>
                    <li>{text!(profile.trust_key.kleopatra)}</li>
                    <li>{text!(profile.trust_key.openkeychain)}</li>
                </ul>
            </details>
            <p class="actions">
                <a class="button" rel="external" href=format!("/profiles/{id}/trust-key.asc")>
                    {text!(profile.trust_key.download)}
                </a>
            </p>
        </section>
    }
}
