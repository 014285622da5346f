//! The keys of a PGP profile on its page: the person's, and the trust key with words on what it is for.

use leptos::prelude::*;

use crate::{
    api::{pgp::PgpKeyView, profile::ProfileId},
    ui::words,
};

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
                "Each correspondent has a key of its own here, and this one, made for your profile alone, certifies them all. You need not \
                 install it: mail apps take a correspondent's key from the message. Import it and trust it if you want your mail app to \
                 see for itself that a correspondent's key is genuine."
            </p>
            <dl class="facts">
                <dt>"Fingerprint"</dt>
                <dd class="hex">{keys.trust_fingerprint}</dd>
            </dl>
            <details>
                <summary>"How to trust it"</summary>
                <ul class="guide">
                    <li>"Thunderbird: OpenPGP Key Manager, File, “Import Public Key(s) From File”, and accept it. Thunderbird asks for each correspondent's key once, too: “Yes, but I have not verified” is enough."</li>
                    <li>"GnuPG: “gpg --import” the file, then “gpg --edit-key” with its fingerprint, “trust”, 5 (ultimate). From then on keys that it has certified are valid."</li>
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
