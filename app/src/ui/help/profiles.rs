//! Explains profiles and the kill switch.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <h2 id="kill-switch">"The kill switch"</h2>
        <p>
            "A mailbox without an active profile, or with an expired one, gets no encrypted mail. The kill switch of the mailbox decides what \
             happens then:"
        </p>
        <dl>
            <dt>"On"</dt>
            <dd>"Mail is rejected. Its sender is told at once, and nothing reaches your provider unencrypted."</dd>
            <dt>"Off"</dt>
            <dd>"Mail is forwarded as it was sent. Your provider can read it."</dd>
        </dl>
        <p>
            "It turns on with your first active profile. While a profile is active and valid, mail is always encrypted, whatever the switch says."
        </p>
        <h2>"Before a profile expires"</h2>
        <p>
            "You get a reminder 30, 7 and 1 days before. Choose “Renew” on the profile's page, install the new file, and activate the new \
             profile. Keep the old key in your mail app: older mail opens with it only. Keep the old profile until you have answered its mail. \
             With PGP, extend your key, then submit its public half as a new profile."
        </p>
        <h2>"What a profile can do"</h2>
        <p>"Open its page from " <a href="/relay">"Mail Relay Settings"</a> "."</p>
        <ul>
            <li>
                <strong>"Send a test message. "</strong>
                "It is encrypted with this profile, active or not. The page shows what your provider's server said to it."
            </li>
            <li>
                <strong>"Hide the subject, hide the sender. "</strong>
                "Your provider then sees neither. The page says what your mail app shows instead."
            </li>
            <li>
                <strong>"Modern encryption. "</strong>
                "For S/MIME, if all your mail apps can read it. Few can: try it with a test message."
            </li>
        </ul>
        <h2>"Several devices"</h2>
        <p>
            "A mailbox has one active profile, so all its devices need the same key. Install the same exported file on each. With PGP, bring \
             your private key from app to app."
        </p>
    }
    .into_any()
}
