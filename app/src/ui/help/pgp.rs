//! Explains PGP profiles.

use leptos::prelude::*;

use crate::texts::{shown, text};

pub(super) fn text() -> AnyView {
    view! {
        <p>{text!(help.pgp.why)}</p>
        <ol class="guide">
            <li>{text!(help.pgp.key)}</li>
            <li>{text!(help.pgp.copy)}</li>
            <li>{text!(help.pgp.paste)}</li>
            <li>{text!(help.pgp.test)}</li>
        </ol>
        <p>{text!(help.pgp.then)}</p>
        <h2>{text!(help.pgp.contacts)}</h2>
        <p>
            {shown!(
                help.pgp.autocrypt,
                <gnupg> = <a href="/help/gnupg"/>,
                <thunderbird> = <a href="/help/thunderbird"/>,
            )}
        </p>
        <h2>{text!(help.pgp.expires)}</h2>
        <p>{text!(help.pgp.extend)}</p>
    }
    .into_any()
}
