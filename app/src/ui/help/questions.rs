//! Answers frequent questions.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <dl>
            <dt>"A message did not arrive."</dt>
            <dd>
                "Open the alias under " <a href="/aliases">"Aliases"</a> " and look under “Activity”."
                <ul>
                    <li>"“Delivered”: your provider has taken it. Look in the spam folder."</li>
                    <li>"“Sealed and relayed” alone, or “Waiting: it is tried again”: your provider does not take it yet."</li>
                    <li>"“Could not be delivered”: your provider refused it, or did not take it for five days."</li>
                    <li>"“Refused by the kill switch”: no valid profile was active. Renew the profile, or make a new one."</li>
                    <li>
                        "“Refused: forged sender”: the domain in From says that the message is not its own. Mailing lists that change messages \
                         can cause that."
                    </li>
                    <li>
                        "“Dropped: the alias is off”, “Not relayed: the sender is blocked”: as you chose. Turn the alias on, or unblock the \
                         contact."
                    </li>
                    <li>
                        "Nothing at all: it has not come here. The address was mistyped, the alias is off and rejects, or the sender's server \
                         still tries. Or recording is turned off."
                    </li>
                </ul>
                "“Send a test message” on the profile's page shows what your provider says to a sealed message."
            </dd>
            <dt>"I lost the exported file or its passphrase. Can you bring it back?"</dt>
            <dd>
                "No. Nobody else ever had your private key. Mail that was sealed to it stays closed. Make a new profile and activate it: \
                 from then on mail is sealed to the new key."
            </dd>
            <dt>"Why can I not activate a profile?"</dt>
            <dd>
                "Its key was never exported from the browser that made it, so it may be lost. Send a test message from the profile's page: if \
                 your mail app opens it, its code activates the profile. If not, delete the profile and make a new one."
            </dd>
            <dt>"My profile expires soon."</dt>
            <dd>
                "Renew it on its page, install the new file, and activate the new one. Keep the old one until you have answered what was sealed \
                 with it; your mail app needs the old key for as long as you want to read old mail. With PGP, extend your key in your mail app, or make a \
                 new one, then submit its public half as a new profile and activate that."
            </dd>
            <dt>"I see a file smime.p7m, or encrypted.asc, instead of the message."</dt>
            <dd>"The app that you look with does not have the key. Webmail of your provider never has it, which is the point. Use an app that you set up as above."</dd>
            <dt>"My app says that the signature is not trusted."</dt>
            <dd>
                "With S/MIME: the root certificate is not installed on that device, or not trusted for mail. With PGP in Thunderbird: you have \
                 not accepted the contact's key yet. With PGP in GnuPG: it does not trust the profile's trust key. The profile's page has the \
                 root certificate and the trust key as files."
            </dd>
            <dt>"Can I read my mail on several devices?"</dt>
            <dd>
                "Yes. A mailbox has one active profile, so all its devices need the same key: install the same exported file on each. With \
                 PGP, bring your private key from app to app."
            </dd>
            <dt>"I lost my phone, or it was stolen."</dt>
            <dd>
                "Under " <a href="/account">"Account"</a> " end its session and remove its passkey, and change your password at your provider. \
                 If codes came from that phone, sign in with a recovery code, turn two-factor authentication off, and set it up anew. If your \
                 key was on it, make a new profile, activate it, and delete the old one: answers signed with the old key are then \
                 refused, and yours to older mail do not open either. Keep the old file elsewhere: older mail opens with it only."
            </dd>
            <dt>"Do search and spam filters of my provider still work?"</dt>
            <dd>
                "They see the outside of a message only. Search in your mail app instead: it looks into what it has opened. What the \
                 domain in From disowns is refused here, before it is sealed; other doubtful mail has a warning on top."
            </dd>
            <dt>"What becomes of an alias that I delete?"</dt>
            <dd>"Mail to it is refused, and nobody can ever take it again, you included. To be able to come back, turn it off instead."</dd>
            <dt>"What do you keep about my mail?"</dt>
            <dd>
                "A message, encrypted, until it is delivered; where it went, encrypted, for ten days more, in case it comes back. The addresses \
                 of those who write to an alias, and when each last did, so that you can answer. For each alias how many messages were \
                 relayed and how many not, and when it was last used. The ids of messages, encrypted, for two years, so that threads hold \
                 together. When, what and how large, for 30 days, unless you turn that off on the alias's page."
            </dd>
            <dt>"Does it work without JavaScript?"</dt>
            <dd>"All of it, but for making keys in the browser, and passkeys."</dd>
        </dl>
    }
    .into_any()
}
