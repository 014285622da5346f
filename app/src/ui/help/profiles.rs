//! Explains profiles and the kill switch.

use leptos::prelude::*;

use crate::texts::{shown, text};

pub(super) fn text() -> AnyView {
    view! {
        <h2 id="kill-switch">{text!(help.profiles.kill_switch)}</h2>
        <p>{text!(help.profiles.decides)}</p>
        <dl>
            <dt>{text!(help.profiles.on)}</dt>
            <dd>{text!(help.profiles.on_effect)}</dd>
            <dt>{text!(help.profiles.off)}</dt>
            <dd>{text!(help.profiles.off_effect)}</dd>
        </dl>
        <p>{text!(help.profiles.turns_on)}</p>
        <h2>{text!(help.profiles.before)}</h2>
        <p>{text!(help.profiles.renew)}</p>
        <h2>{text!(help.profiles.can)}</h2>
        <p>{shown!(help.profiles.open, <a> = <a href="/relay"/>)}</p>
        <ul>
            <li>{shown!(help.profiles.test, <b> = <strong/>)}</li>
            <li>{shown!(help.profiles.hide, <b> = <strong/>)}</li>
            <li>{shown!(help.profiles.modern, <b> = <strong/>)}</li>
        </ul>
        <h2>{text!(help.profiles.devices)}</h2>
        <p>{text!(help.profiles.same_key)}</p>
    }
    .into_any()
}
