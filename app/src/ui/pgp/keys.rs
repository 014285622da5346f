//! Shows the person's key and the trust key of a PGP profile.

use leptos::prelude::*;

use crate::{api::pgp::PgpKeyView, id::ProfileId, ui::words};

#[component]
pub(in crate::ui) fn PgpKeys(id: ProfileId, keys: PgpKeyView) -> impl IntoView {
    view! {
        <h2>"Your key"</h2>
        <section class="card" aria-label="Your key">
            <p>"Compare the fingerprint with the one that your mail app shows before you activate the profile."</p>
            <dl class="facts">
                <dt>"Fingerprint"</dt>
                <dd class="hex">{keys.fingerprint}</dd>
                <dt>"User IDs"</dt>
                <dd>
                    <ul>{keys.user_ids.into_iter().map(|user_id| view! { <li>{user_id}</li> }).collect_view()}</ul>
                </dd>
                <dt>"Algorithm"</dt>
                <dd>{keys.algorithm}</dd>
                <dt>"Made"</dt>
                <dd>{words::date_and_time(keys.created_at)}</dd>
            </dl>
            {(!keys.names_mailbox).then(|| view! {
                <p class="notice warn">
                    "None of its user IDs names this mailbox. Mail is sealed to it all the same. Is it the key that you meant, and does \
                     your mail app use it for this mailbox?"
                </p>
            })}
            <p class="hint">
                "The server has the public half only. If you extend its expiration or change its subkeys, submit it again as a new \
                 profile."
            </p>
        </section>
        <h2>"Trust key"</h2>
        <section class="card" aria-label="Trust key">
            <p>
                "Each contact has a key of its own here. The trust key, made for your profile alone, certifies all of them. You don't \
                 need it to read or answer mail: every message brings its contact's key along. Install it in a mail app that reads \
                 certifications, such as those built on GnuPG, and the app accepts every contact's key by itself."
            </p>
            <dl class="facts">
                <dt>"Fingerprint"</dt>
                <dd class="hex">{keys.trust_fingerprint}</dd>
            </dl>
            <details>
                <summary>"How to trust it"</summary>
                <ul class="guide">
                    <li>"Thunderbird doesn't need it: it ignores certifications. It asks you once for each contact. Open the first message, choose “OpenPGP” in its header, then “Import…”, “Accepted (unverified)” and “Import”. From then on the contact's signatures are valid, and you can encrypt answers."</li>
                    <li>"GnuPG: “gpg --import” the file, then “gpg --edit-key” with its fingerprint, “trust”, 5 (ultimate). From then on the keys of all contacts are valid."</li>
                    <li>"Kleopatra: import the file, and in its menu choose “Change Certification Power”."</li>
                    <li>"OpenKeychain: import the file and confirm the key."</li>
                </ul>
            </details>
            <p class="actions">
                <a class="button" rel="external" href=format!("/profiles/{id}/trust-key.asc")>"Download trust key"</a>
            </p>
        </section>
    }
}
