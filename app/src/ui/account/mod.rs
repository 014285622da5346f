//! Shows the account page: who is signed in, and what protects the account. Each section is a component in its own
//! file.

mod passkeys;
pub(in crate::ui) mod password;
mod provider;
pub(in crate::ui) mod recovery_codes;
mod sessions;
pub(in crate::ui) mod two_factor;

use leptos::prelude::*;
use leptos_meta::Title;

use self::{
    passkeys::Passkeys, password::Password, provider::Provider, recovery_codes::RecoveryCodes, sessions::Sessions,
    two_factor::TwoFactor,
};
use super::{form::Declined, loaded::loaded};
use crate::{
    api::{
        passkey::RemovePasskey,
        provider::UnlinkProvider,
        security::{ChangePassword, ConfirmPassword, EndOtherSessions, EndSession, SecurityView, security},
        two_factor::{MakeRecoveryCodes, StartTwoFactor, StopTwoFactor},
    },
    texts::{shown, text},
};

/// The actions of the page.
#[derive(Clone, Copy)]
struct Actions {
    confirm: ServerAction<ConfirmPassword>,
    password: ServerAction<ChangePassword>,
    start_two_factor: ServerAction<StartTwoFactor>,
    stop_two_factor: ServerAction<StopTwoFactor>,
    recovery_codes: ServerAction<MakeRecoveryCodes>,
    remove_passkey: ServerAction<RemovePasskey>,
    end_session: ServerAction<EndSession>,
    end_others: ServerAction<EndOtherSessions>,
    unlink: ServerAction<UnlinkProvider>,
}

#[component]
pub(super) fn Account() -> impl IntoView {
    let actions = Actions {
        confirm: ServerAction::new(),
        password: ServerAction::new(),
        start_two_factor: ServerAction::new(),
        stop_two_factor: ServerAction::new(),
        recovery_codes: ServerAction::new(),
        remove_passkey: ServerAction::new(),
        end_session: ServerAction::new(),
        end_others: ServerAction::new(),
        unlink: ServerAction::new(),
    };
    let versions = move || {
        (
            actions.confirm.version().get(),
            actions.password.version().get(),
            actions.stop_two_factor.version().get(),
            actions.remove_passkey.version().get(),
            actions.end_session.version().get(),
            actions.end_others.version().get(),
            actions.unlink.version().get(),
        )
    };
    let asked = Resource::new(versions, |_| security());
    view! {
        <Title text=text!(account.title)/>
        <h1>{text!(account.title)}</h1>
        <Declined action=actions.confirm/>
        <Declined action=actions.password/>
        <Declined action=actions.start_two_factor/>
        <Declined action=actions.stop_two_factor/>
        <Declined action=actions.recovery_codes/>
        <Declined action=actions.remove_passkey/>
        <Declined action=actions.end_session/>
        <Declined action=actions.end_others/>
        <Declined action=actions.unlink/>
        {loaded(asked, move |security| view! { <Sections security actions/> })}
    }
}

#[component]
fn Sections(security: SecurityView, actions: Actions) -> impl IntoView {
    let SecurityView {
        email,
        confirmed,
        local_sign_in,
        has_password,
        provider,
        two_factor,
        recovery_codes,
        passkeys,
        passkeys_possible,
        sessions,
        now,
    } = security;
    view! {
        <dl class="facts card">
            <dt>{text!(account.signed_in_as)}</dt>
            <dd>{email.to_string()}</dd>
        </dl>
        {provider.map(|link| view! {
            <section class="card" aria-labelledby="provider-section">
                <h2 id="provider-section">{text!(account.provider.title, name = link.name.clone())}</h2>
                <Provider link confirmed now unlink=actions.unlink confirm=actions.confirm/>
            </section>
        })}
        {local_sign_in.then(|| view! {
            <section class="card" aria-labelledby="password-section">
                <h2 id="password-section">{text!(account.password.title)}</h2>
                <Password action=actions.password email=email.to_string() is_set=has_password/>
            </section>
            // It guards the password, and nothing else.
            {(has_password || two_factor).then(|| view! {
                <section class="card" aria-labelledby="two-factor-section">
                    <h2 id="two-factor-section">{text!(account.two_factor.title)}</h2>
                    <TwoFactor on=two_factor start=actions.start_two_factor stop=actions.stop_two_factor/>
                </section>
            })}
            <section class="card" aria-labelledby="recovery-section">
                <h2 id="recovery-section">{text!(account.recovery_codes.title)}</h2>
                <RecoveryCodes left=recovery_codes action=actions.recovery_codes/>
            </section>
            <section class="card" aria-labelledby="passkeys-section">
                <h2 id="passkeys-section">{text!(account.passkeys.title)}</h2>
                <Passkeys
                    passkeys
                    possible=passkeys_possible
                    confirmed
                    now
                    remove=actions.remove_passkey
                    confirm=actions.confirm
                />
            </section>
        })}
        <section class="card" aria-labelledby="sessions-section">
            <h2 id="sessions-section">{text!(account.sessions.title)}</h2>
            <Sessions sessions now end=actions.end_session end_others=actions.end_others/>
        </section>
        <section class="card" aria-labelledby="more-section">
            <h2 id="more-section">{text!(account.more.title)}</h2>
            <ul>
                <li>{shown!(account.more.api_keys, <a> = <a href="/account/api-keys"/>)}</li>
                <li>{shown!(account.more.import_aliases, <a> = <a href="/account/import"/>)}</li>
                <li><a href="/account/data">{text!(account.more.data)}</a></li>
                <li><a href="/help/account">{text!(account.more.lost)}</a></li>
            </ul>
        </section>
    }
}
