//! Explains what to do about a message that does not open.

use leptos::prelude::*;

use crate::texts::{shown, text};

pub(super) fn text() -> AnyView {
    view! {
        <dl>
            <dt>{text!(help.unreadable.app)}</dt>
            <dd>{text!(help.unreadable.app_why)}</dd>
            <dt>{text!(help.unreadable.installed)}</dt>
            <dd>{text!(help.unreadable.installed_why)}</dd>
            <dt>{text!(help.unreadable.mailbox)}</dt>
            <dd>{text!(help.unreadable.mailbox_why)}</dd>
            <dt>{text!(help.unreadable.old)}</dt>
            <dd>{text!(help.unreadable.old_why)}</dd>
            <dt>{text!(help.unreadable.lost)}</dt>
            <dd>{shown!(help.unreadable.lost_why, <a> = <a href="/relay"/>)}</dd>
        </dl>
        <p>{shown!(help.unreadable.guides, <a> = <a href="/help"/>)}</p>
    }
    .into_any()
}
