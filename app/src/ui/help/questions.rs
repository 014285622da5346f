//! Answers frequent questions.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <dl>
            <dt>"I see a file smime.p7m, or encrypted.asc, instead of the message."</dt>
            <dd>
                "This app does not have your key. Your provider's webmail never has it, which is the point. Read your mail in an app that you \
                 have set up, or set up this one."
            </dd>
            <dt>"My app says that the signature is not trusted."</dt>
            <dd>
                "S/MIME: the root certificate is not installed on this device, or not trusted for mail. PGP in Thunderbird: accept the \
                 contact's key once. PGP in GnuPG: trust the profile's trust key. The profile's page has both as files."
            </dd>
            <dt>"Why can I not activate a profile?"</dt>
            <dd>
                "Its key was never exported from the browser that made it, so it may be lost. Send a test message from the profile's page. If \
                 your mail app opens it, the code in it activates the profile. If not, delete the profile and make a new one."
            </dd>
            <dt>"Do my provider's search and spam filter still work?"</dt>
            <dd>
                "They see only the outside of a message. Search in your mail app, which can search what it has opened. Sealpost refuses mail \
                 whose sender is forged, if the sender's domain asks for that, and puts a warning on top of other doubtful mail."
            </dd>
            <dt>"What do you store about my mail?"</dt>
            <dd>
                <ul>
                    <li>"A message, encrypted, until it is delivered. Where it went, encrypted, for ten more days, in case it comes back."</li>
                    <li>"The addresses of people who write to an alias, and when each last did, so that you can reply."</li>
                    <li>"How many messages an alias relayed and refused, and when it was last used."</li>
                    <li>"The ids of messages, encrypted, for two years, so that threads hold together."</li>
                    <li>"When a message came, its outcome and its size, for 30 days. You can turn that off on the alias's page."</li>
                </ul>
            </dd>
            <dt>"Does it work without JavaScript?"</dt>
            <dd>"Yes, except for making keys in the browser, and passkeys."</dd>
        </dl>
    }
    .into_any()
}
