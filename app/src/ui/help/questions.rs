//! Answers frequent questions.

use leptos::prelude::*;

use crate::texts::text;

pub(super) fn text() -> AnyView {
    view! {
        <dl>
            <dt>{text!(help.questions.attachment)}</dt>
            <dd>{text!(help.questions.attachment_why)}</dd>
            <dt>{text!(help.questions.signature)}</dt>
            <dd>{text!(help.questions.signature_why)}</dd>
            <dt>{text!(help.questions.activate)}</dt>
            <dd>{text!(help.questions.activate_why)}</dd>
            <dt>{text!(help.questions.search)}</dt>
            <dd>{text!(help.questions.search_why)}</dd>
            <dt>{text!(help.questions.stored)}</dt>
            <dd>
                <ul>
                    <li>{text!(help.questions.stored_message)}</li>
                    <li>{text!(help.questions.stored_contacts)}</li>
                    <li>{text!(help.questions.stored_counts)}</li>
                    <li>{text!(help.questions.stored_ids)}</li>
                    <li>{text!(help.questions.stored_activity)}</li>
                </ul>
            </dd>
            <dt>{text!(help.questions.javascript)}</dt>
            <dd>{text!(help.questions.javascript_why)}</dd>
        </dl>
    }
    .into_any()
}
