//! Shows the pages that reset a forgotten password: requesting a code, and using it.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    form::{CodeField, Declined, EmailField, NewPasswordField, Submit},
    kept::kept,
    loaded::loaded,
    provider::SignInWith,
};
use crate::{
    api::{
        account::{RelayInfo, relay},
        recovery::{ForgotPassword, ResetPassword},
    },
    texts::{shown, text},
};

#[component]
pub(super) fn Forgot() -> impl IntoView {
    let ask = ServerAction::<ForgotPassword>::new();
    view! {
        <Title text=text!(sign_in.forgot.title)/>
        <section class="narrow">
            <h1>{text!(sign_in.forgot.title)}</h1>
            {unless_off(move || view! {
                <p>{text!(sign_in.forgot.about)}</p>
                <ActionForm action=ask>
                    <Declined action=ask/>
                    <EmailField hint=text!(sign_in.forgot.email_hint) value=kept(ask, "email")/>
                    <Submit action=ask>{text!(sign_in.forgot.submit)}</Submit>
                </ActionForm>
                <h2>{text!(sign_in.forgot.without_key)}</h2>
                <p>{text!(sign_in.forgot.without_key_about)}</p>
                <p><a class="button" href="/forgot/code">{text!(sign_in.forgot.have_code)}</a></p>
                <p class="aside"><a href="/sign-in">{text!(sign_in.forgot.back)}</a></p>
            })}
        </section>
    }
}

#[component]
pub(super) fn Reset() -> impl IntoView {
    let reset = ServerAction::<ResetPassword>::new();
    view! {
        <Title text=text!(sign_in.reset.title)/>
        <section class="narrow">
            <h1>{text!(sign_in.reset.title)}</h1>
            {unless_off(move || view! {
                <p>{text!(sign_in.reset.about)}</p>
                <ActionForm action=reset>
                    <Declined action=reset/>
                    <EmailField value=kept(reset, "email")/>
                    <CodeField id="code" label=text!(sign_in.code) hint=text!(sign_in.reset.code_hint)/>
                    <CodeField
                        id="second"
                        label=text!(sign_in.reset.second_code)
                        hint=text!(sign_in.reset.second_code_hint)
                        autocomplete="off"
                        required=false
                    />
                    <NewPasswordField/>
                    <Submit action=reset>{text!(sign_in.reset.submit)}</Submit>
                </ActionForm>
                <p class="aside">{shown!(sign_in.reset.resend, <a> = <a href="/forgot"/>)}</p>
            })}
        </section>
    }
}

/// Shows a page about passwords. If they are turned off, it says so, and leads to the provider.
fn unless_off<V: IntoView + 'static>(page: impl Fn() -> V + Clone + Send + Sync + 'static) -> impl IntoView {
    let asked = Resource::new(|| (), |()| relay());
    loaded(asked, move |relay: RelayInfo| match relay {
        RelayInfo {
            local_sign_in: false,
            provider: Some(name),
            ..
        } => view! {
            <p>{text!(sign_in.provider.local_off, name = name.clone())}</p>
            <SignInWith name next=String::new()/>
        }
        .into_any(),
        _ => page().into_any(),
    })
}
