//! Shows the page for signing up, if the operator permits it.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    form::{Declined, EmailField, Field, NewPasswordField, Submit},
    kept::kept,
    loaded::loaded,
};
use crate::{
    api::account::{self, SignUpMode, relay},
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
            {loaded(asked, move |relay| match relay.sign_up {
                SignUpMode::Closed => view! { <p>{text!(sign_in.sign_up.closed)}</p> }.into_any(),
                mode => view! { <NewAccount sign_up by_invitation=mode == SignUpMode::Invite/> }.into_any(),
            })}
            <p class="aside">{shown!(sign_in.sign_up.have_account, <a> = <a href="/sign-in"/>)}</p>
        </section>
    }
}

#[component]
fn NewAccount(sign_up: ServerAction<account::SignUp>, by_invitation: bool) -> impl IntoView {
    view! {
        <p>{text!(sign_in.sign_up.about)}</p>
        <ActionForm action=sign_up>
            <Declined action=sign_up/>
            {by_invitation.then(|| view! {
                <Field id="invitation" label=text!(sign_in.sign_up.invitation) hint=text!(sign_in.sign_up.invitation_hint)>
                    <input
                        id="invitation"
                        name="invitation"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        required
                        maxlength="64"
                        aria-describedby="invitation-hint"
                    />
                </Field>
            })}
            <EmailField value=kept(sign_up, "email")/>
            <NewPasswordField label=text!(sign_in.password)/>
            <Submit action=sign_up>{text!(sign_in.sign_up.title)}</Submit>
        </ActionForm>
    }
}
