//! Shows the buttons that lead to the operator's sign-in provider, the page on the way there, and how a sensitive step is
//! confirmed.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::{components::Redirect, hooks::use_location};

use super::{
    form::{InvitationField, PasswordField},
    toast,
};
use crate::{
    api::provider::{Confirmation, Leaving, START_PATH, how_to_confirm},
    texts::text,
};

/// A form with the button that signs in at the provider. `next` is the page that follows, or an empty text.
#[component]
pub(super) fn SignInWith(
    name: String,
    next: String,
    #[prop(default = "primary")] class: &'static str,
) -> impl IntoView {
    view! {
        <form method="post" action=START_PATH>
            <input type="hidden" name="purpose" value="sign-in"/>
            {(!next.is_empty()).then(|| view! { <input type="hidden" name="next" value=next/> })}
            <button type="submit" class=class>{text!(sign_in.provider.sign_in, name = name)}</button>
        </form>
    }
}

/// A form with an invitation, and the button that signs up at the provider.
#[component]
pub(super) fn SignUpWith(name: String) -> impl IntoView {
    view! {
        <form method="post" action=START_PATH>
            <input type="hidden" name="purpose" value="sign-in"/>
            <InvitationField id="provider-invitation"/>
            <button type="submit" class="primary">{text!(sign_in.provider.sign_up, name = name)}</button>
        </form>
    }
}

/// A form with the button that links the account with the provider.
#[component]
pub(super) fn LinkWith(name: String) -> impl IntoView {
    view! {
        <form method="post" action=START_PATH>
            <input type="hidden" name="purpose" value="link"/>
            <button type="submit" class="secondary">{text!(account.provider.link, name = name)}</button>
        </form>
    }
}

/// The page that leads to the provider by itself. Without the server's word where to, it leads to signing in.
#[component]
pub(super) fn LeavingPage() -> impl IntoView {
    let Some(Leaving { name, url }) = use_context::<Leaving>() else {
        return view! { <Redirect path="/sign-in"/> }.into_any();
    };
    view! {
        <Title text=text!(sign_in.provider.leaving.title)/>
        <Meta http_equiv="refresh" content=format!("0; url={url}")/>
        <section class="narrow">
            <h1>{text!(sign_in.provider.leaving.title)}</h1>
            <p><a class="button primary" href=url rel="external noreferrer">{text!(sign_in.provider.leaving.go_on, name = name)}</a></p>
        </section>
    }
    .into_any()
}

/// The part of a form that confirms who asks: the password field, or the button that leads to the provider. `children`, which submit
/// the form, are shown once they can succeed.
#[component]
pub(super) fn Confirmed(
    #[prop(default = "password")] id: &'static str,
    /// Why the password is asked for.
    #[prop(optional)]
    about: Option<&'static str>,
    children: ChildrenFn,
) -> impl IntoView {
    let asked = Resource::new(|| (), |()| how_to_confirm());
    let children = StoredValue::new(children);
    let go_on = move || children.with_value(|children| children());
    let shown = move || {
        asked.get().and_then(Result::ok).map(|how| match how {
            Confirmation::Password => view! {
                {about.map(|about| view! { <p>{about}</p> })}
                <PasswordField id/>
                {go_on()}
            }
            .into_any(),
            Confirmation::Provider { done: true, .. } | Confirmation::SignInAgain { done: true } => go_on().into_any(),
            Confirmation::Provider { name, .. } => view! { <ConfirmButton name/> }.into_any(),
            Confirmation::SignInAgain { .. } => {
                view! { <p class="hint">{text!(account.confirm.sign_in_again)}</p> }.into_any()
            }
        })
    };
    view! { <Suspense>{shown}</Suspense> }
}

/// The button that confirms at the provider, inside another form. What was typed there is lost.
#[component]
fn ConfirmButton(name: String) -> impl IntoView {
    let location = use_location();
    let here = toast::without_done(&location.pathname.get_untracked(), &location.query.get_untracked());
    view! {
        <p class="hint">{text!(account.confirm.at_provider, name = name.clone())}</p>
        <input type="hidden" name="next" value=here/>
        <button
            type="submit"
            class="secondary"
            name="purpose"
            value="confirm"
            formaction=START_PATH
            formmethod="post"
            formnovalidate=true
        >
            {text!(account.confirm.with, name = name)}
        </button>
    }
}
