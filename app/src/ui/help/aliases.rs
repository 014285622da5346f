//! Explains what people can do with aliases and mailboxes.

use leptos::prelude::*;

use crate::texts::{shown, text};

pub(super) fn text() -> AnyView {
    view! {
        <h2>{text!(help.aliases.alias)}</h2>
        <p>{shown!(help.aliases.open, <a> = <a href="/aliases"/>)}</p>
        <ul>
            <li>{shown!(help.aliases.turn_off, <b> = <strong/>)}</li>
            <li>{shown!(help.aliases.several, <b> = <strong/>)}</li>
            <li>{shown!(help.aliases.block, <b> = <strong/>)}</li>
            <li>{shown!(help.aliases.move_alias, <b> = <strong/>)}</li>
            <li>{shown!(help.aliases.unsubscribe, <b> = <strong/>)}</li>
            <li>{shown!(help.aliases.delete, <b> = <strong/>)}</li>
        </ul>
        <h2>{text!(help.aliases.more)}</h2>
        <ul>
            <li>{shown!(help.aliases.by_mail, <b> = <strong/>, <code> = <code/>)}</li>
            <li>{shown!(help.aliases.by_password_manager, <b> = <strong/>, <a> = <a href="/account/api-keys"/>)}</li>
            <li>{shown!(help.aliases.by_import, <b> = <strong/>, <a> = <a href="/account/import"/>)}</li>
        </ul>
        <h2>{text!(help.aliases.mailboxes)}</h2>
        <p>{shown!(help.aliases.add_mailbox, <a> = <a href="/relay"/>)}</p>
    }
    .into_any()
}
