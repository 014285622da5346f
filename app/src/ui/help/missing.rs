//! Explains where a message is that did not arrive.

use leptos::prelude::*;

use crate::{
    api::activity::Outcome,
    texts::{shown, text},
    ui::words,
};

pub(super) fn text() -> AnyView {
    let said = |outcome| text!(help.missing.said, words = words::outcome(outcome));
    let waiting = text!(
        help.missing.waiting,
        sealed = words::outcome(Outcome::Sealed),
        waiting = words::outcome(Outcome::Delayed),
    );
    // Each entry under "Activity", and what it means.
    let entries = [
        (said(Outcome::Delivered), text!(help.missing.delivered_why)),
        (waiting, text!(help.missing.waiting_why)),
        (said(Outcome::Undeliverable), text!(help.missing.undeliverable_why)),
        (said(Outcome::Refused), text!(help.missing.kill_switch_why)),
        (said(Outcome::Forged), text!(help.missing.forged_why)),
        (said(Outcome::Dropped), text!(help.missing.dropped_why)),
        (said(Outcome::Blocked), text!(help.missing.blocked_why)),
        (text!(help.missing.nothing).to_owned(), text!(help.missing.nothing_why)),
    ];
    let entry = |(said, why): (String, &'static str)| {
        view! {
            <dt>{said}</dt>
            <dd>{why}</dd>
        }
    };
    view! {
        <p>{shown!(help.missing.look, <a> = <a href="/aliases"/>)}</p>
        <dl>{entries.map(entry).collect_view()}</dl>
        <p>{shown!(help.missing.test, <a> = <a href="/relay"/>)}</p>
    }
    .into_any()
}
