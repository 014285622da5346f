//! Shows the ways to sign in: with a password and, if two-factor authentication is on, a code; or with a passkey.

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::{components::Redirect, hooks::use_location};

use super::{
    form::{CodeField, Declined, EmailField, PasswordField, Submit},
    kept::kept,
    loaded::loaded,
    passkey,
    provider::SignInWith,
};
use crate::{
    api::{
        account::{self, RelayInfo, SignUpMode, relay},
        next,
        passkey::{begin_passkey_sign_in, sign_in_with_passkey},
        two_factor::{SignInWithCode, awaits_code},
    },
    texts::{shown, text},
};

#[component]
pub(super) fn SignIn() -> impl IntoView {
    let sign_in = ServerAction::<account::SignIn>::new();
    let asked = Resource::new(|| (), |()| relay());
    let next = next_page();
    view! {
        <Title text=text!(sign_in.sign_in)/>
        <section class="narrow">
            <h1>{text!(sign_in.sign_in)}</h1>
            {loaded(asked, move |relay| view! { <Ways relay sign_in next=next.clone()/> })}
        </section>
    }
}

/// The provider of the operator's first, if there is one, because its people use it.
#[component]
fn Ways(relay: RelayInfo, sign_in: ServerAction<account::SignIn>, next: String) -> impl IntoView {
    let at_provider = relay
        .provider
        .map(|name| view! { <SignInWith name next=next.clone()/> });
    if !relay.local_sign_in {
        return at_provider.into_any();
    }
    let carried = next.clone();
    let or = at_provider
        .is_some()
        .then(|| view! { <p class="or">{text!(sign_in.provider.or)}</p> });
    view! {
        {at_provider}
        {or}
        <ActionForm action=sign_in>
            <Declined action=sign_in/>
            <EmailField value=kept(sign_in, "email")/>
            <PasswordField label=text!(sign_in.password)/>
            <Next next=carried/>
            <Submit action=sign_in>{text!(sign_in.sign_in)}</Submit>
        </ActionForm>
        <WithPasskey next/>
        <p class="aside"><a href="/forgot">{text!(sign_in.forgot.title)}</a></p>
        <NoAccount mode=relay.sign_up/>
    }
    .into_any()
}

/// The link to create an account, if that is possible.
#[component]
fn NoAccount(mode: SignUpMode) -> impl IntoView {
    match mode {
        SignUpMode::Open => {
            view! { <p class="aside">{shown!(sign_in.no_account, <a> = <a href="/sign-up"/>)}</p> }.into_any()
        }
        SignUpMode::Invite => view! {
            <p class="aside">{shown!(sign_in.no_account_by_invitation, <a> = <a href="/sign-up"/>)}</p>
        }
        .into_any(),
        SignUpMode::Closed => ().into_any(),
    }
}

/// Returns the page that the person requested, or an empty text if it is not ours.
fn next_page() -> String {
    use_location().search.with_untracked(|query| next::in_query(query))
}

/// Passes that page on with a form.
#[component]
fn Next(next: String) -> impl IntoView {
    (!next.is_empty()).then(|| view! { <input type="hidden" name="next" value=next/> })
}

/// Shows nothing if the browser does not support passkeys.
#[cfg_attr(feature = "islands", island)]
#[cfg_attr(not(feature = "islands"), component)]
fn WithPasskey(next: String) -> impl IntoView {
    let known = passkey::known_here();
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None));
    let sign_in = move |_| {
        let next = next.clone();
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            let signed_in = async {
                let options = begin_passkey_sign_in().await?;
                let credential = passkey::get(&options).await?;
                Ok::<_, passkey::Fault>(sign_in_with_passkey(credential, next).await?)
            };
            if let Err(fault) = signed_in.await {
                error.set(Some(fault.words()));
            }
            busy.set(false);
        });
    };
    view! {
        // It keeps its place while hidden, so that nothing moves when the browser turns out to support it.
        <p>
            <button type="button" class="secondary" class:unready=move || !known.get() disabled=move || busy.get() on:click=sign_in>
                {text!(sign_in.with_passkey)}
            </button>
        </p>
        <div role="alert">{move || error.get().map(|words| view! { <p class="notice bad">{words}</p> })}</div>
    }
}

/// The second step, after the right password.
#[component]
pub(super) fn SecondStep() -> impl IntoView {
    let finish = ServerAction::<SignInWithCode>::new();
    let asked = Resource::new(move || finish.version().get(), |_| awaits_code());
    let next = next_page();
    view! {
        <Title text=text!(sign_in.second_step.title)/>
        <section class="narrow">
            <h1>{text!(sign_in.second_step.title)}</h1>
            <Declined action=finish/>
            {loaded(asked, move |awaited| view! { <Code awaited finish next=next.clone()/> })}
        </section>
    }
}

#[component]
fn Code(awaited: bool, finish: ServerAction<SignInWithCode>, next: String) -> impl IntoView {
    let again = next::step("/sign-in", &next);
    if !awaited {
        // The page shows an error itself, and after signing in another page follows.
        return match finish.value().get_untracked() {
            Some(_) => view! { <p><a href=again>{text!(sign_in.second_step.again)}</a></p> }.into_any(),
            None => view! { <Redirect path=again/> }.into_any(),
        };
    }
    view! {
        <p>{text!(sign_in.second_step.about)}</p>
        <ActionForm action=finish>
            <CodeField id="code" label=text!(sign_in.code) hint=text!(sign_in.second_step.hint)/>
            <Next next/>
            <Submit action=finish>{text!(sign_in.sign_in)}</Submit>
        </ActionForm>
        <p class="aside"><a href=again>{text!(sign_in.second_step.restart)}</a></p>
    }
    .into_any()
}
