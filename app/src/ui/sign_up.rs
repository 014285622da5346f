//! Shows the page for signing up, if the operator permits it.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    form::{Declined, EmailField, InvitationField, NewPasswordField, Submit},
    kept::kept,
    loaded::loaded,
    provider::{SignInWith, SignUpWith},
};
use crate::{
    api::account::{self, RelayInfo, SignUpMode, relay},
    texts::{shown, text},
};

#[component]
pub(super) fn SignUp() -> impl IntoView {
    let sign_up = ServerAction::<account::SignUp>::new();
    let asked = Resource::new(|| (), |()| relay());
    view! {
        <Title text=text!(sign_in.sign_up.title)/>
        <section class="narrow">
            <h1>{text!(sign_in.sign_up.title)}</h1>
            {loaded(asked, move |relay| view! { <Ways relay sign_up/> })}
            <p class="aside">{shown!(sign_in.sign_up.have_account, <a> = <a href="/sign-in"/>)}</p>
        </section>
    }
}

#[component]
fn Ways(relay: RelayInfo, sign_up: ServerAction<account::SignUp>) -> impl IntoView {
    let at_provider = match (relay.provider, relay.provider_sign_up) {
        (None, _) | (_, SignUpMode::Closed) => None,
        (Some(name), SignUpMode::Open) => Some(view! { <SignInWith name next=String::new()/> }.into_any()),
        (Some(name), SignUpMode::Invite) => Some(view! { <SignUpWith name/> }.into_any()),
    };
    let local = match relay.sign_up {
        SignUpMode::Closed => None,
        mode => relay.local_sign_in.then_some(mode == SignUpMode::Invite),
    };
    match (at_provider, local) {
        (None, None) => view! { <p>{text!(sign_in.sign_up.closed)}</p> }.into_any(),
        (Some(at_provider), None) => at_provider,
        (None, Some(by_invitation)) => view! { <NewAccount sign_up by_invitation/> }.into_any(),
        (Some(at_provider), Some(by_invitation)) => view! {
            {at_provider}
            <p class="or">{text!(sign_in.provider.or)}</p>
            <NewAccount sign_up by_invitation/>
        }
        .into_any(),
    }
}

#[component]
fn NewAccount(sign_up: ServerAction<account::SignUp>, by_invitation: bool) -> impl IntoView {
    view! {
        <p>{text!(sign_in.sign_up.about)}</p>
        <ActionForm action=sign_up>
            <Declined action=sign_up/>
            {by_invitation.then(|| view! {
                <InvitationField id="invitation"/>
            })}
            <EmailField value=kept(sign_up, "email")/>
            <NewPasswordField label=text!(sign_in.password)/>
            <Submit action=sign_up>{text!(sign_in.sign_up.title)}</Submit>
        </ActionForm>
    }
}
