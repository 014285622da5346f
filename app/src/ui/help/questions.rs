//! What people ask.

use leptos::prelude::*;

pub(super) fn text() -> AnyView {
    view! {
        <dl>
            <dt>"I lost the exported file or its passphrase. Can you bring it back?"</dt>
            <dd>
                "No. Nobody else ever had your private key. Mail that was sealed to it stays closed. Make a new profile and activate it: \
                 from then on mail is sealed to the new key."
            </dd>
            <dt>"My profile expires soon."</dt>
            <dd>
                "Renew it on its page, install the new file, and activate the new one. Keep the old one until you have answered what was sealed \
                 with it; your mail app needs the old key for as long as you want to read old mail."
            </dd>
            <dt>"I see a file smime.p7m, or encrypted.asc, instead of the message."</dt>
            <dd>"The app that you look with does not have the key. Webmail of your provider never has it, which is the point. Use an app that you set up as above."</dd>
            <dt>"My app says that the signature is not trusted."</dt>
            <dd>"The root certificate, or the trust key, is not installed on that device, or not trusted for mail. The profile's page has both as files."</dd>
            <dt>"Can I read my mail on several devices?"</dt>
            <dd>"Yes. Install the exported file on each, or make a profile for each mailbox."</dd>
            <dt>"Do search and spam filters of my provider still work?"</dt>
            <dd>
                "They see the outside of a message only. Search in your mail app instead: it looks into what it has opened. Forged senders are \
                 turned away here, before they are sealed."
            </dd>
            <dt>"What becomes of an alias that I delete?"</dt>
            <dd>"Mail to it is refused, and nobody can ever take it again, you included. To be able to come back, turn it off instead."</dd>
            <dt>"What do you keep about my mail?"</dt>
            <dd>
                "A message, encrypted, until it is delivered. The addresses of those who write to an alias, so that you can answer. When and \
                 how large, for 30 days, unless you turn that off on the alias's page."
            </dd>
            <dt>"Does it work without JavaScript?"</dt>
            <dd>"All of it, but for making keys in the browser, and passkeys."</dd>
        </dl>
    }
    .into_any()
}
