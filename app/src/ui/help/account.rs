//! Explains how to sign in safely, and what to do after a loss.

use leptos::prelude::*;

use crate::texts::{shown, text};

pub(super) fn text() -> AnyView {
    view! {
        <h2>{text!(help.account.sign_in)}</h2>
        <ul>
            <li>{shown!(help.account.passkeys, <a> = <a href="/account#passkeys-section"/>)}</li>
            <li>{shown!(help.account.two_factor, <a> = <a href="/account#two-factor-section"/>)}</li>
            <li>{shown!(help.account.recovery, <a> = <a href="/account#recovery-section"/>)}</li>
        </ul>
        <h2>{text!(help.account.lost_file)}</h2>
        <p>{text!(help.account.new_key)}</p>
        <h2>{text!(help.account.lost_phone)}</h2>
        <ol class="guide">
            <li>{shown!(help.account.end_session, <a> = <a href="/account"/>)}</li>
            <li>{text!(help.account.provider)}</li>
            <li>{text!(help.account.codes)}</li>
            <li>{text!(help.account.replace)}</li>
            <li>{text!(help.account.keep)}</li>
        </ol>
        <h2>{text!(help.account.take_along)}</h2>
        <p>{shown!(help.account.export, <a> = <a href="/account/data"/>)}</p>
    }
    .into_any()
}
