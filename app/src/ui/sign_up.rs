//! Shows the page for signing up, if the operator permits it.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    form::{Declined, EmailField, Field, NewPasswordField, Submit},
    kept::kept,
    loaded::loaded,
};
use crate::api::account::{self, SignUpMode, relay};

#[component]
pub(super) fn SignUp() -> impl IntoView {
    let sign_up = ServerAction::<account::SignUp>::new();
    let asked = Resource::new(|| (), |()| relay());
    view! {
        <Title text="Sign up"/>
        <section class="narrow">
            <h1>"Sign up"</h1>
            {loaded(asked, move |relay| match relay.sign_up {
                SignUpMode::Closed => view! { <p>"Signing up is closed on this relay."</p> }.into_any(),
                mode => view! { <NewAccount sign_up by_invitation=mode == SignUpMode::Invite/> }.into_any(),
            })}
            <p class="aside">"You have an account? " <a href="/sign-in">"Sign in"</a> "."</p>
        </section>
    }
}

#[component]
fn NewAccount(sign_up: ServerAction<account::SignUp>, by_invitation: bool) -> impl IntoView {
    view! {
        <p>"Your address becomes your first mailbox: we relay your mail to it. We send it a code to make sure that it is yours. \
             Enter the code in this browser. If it has expired, you can ask for another one for a day. If you have an account already, the mail tells you how to sign in."</p>
        <ActionForm action=sign_up>
            <Declined action=sign_up/>
            {by_invitation.then(|| view! {
                <Field id="invitation" label="Invitation" hint="This relay takes new people by invitation. Its operator has given you a code.">
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
            <NewPasswordField label="Password"/>
            <Submit action=sign_up>"Sign up"</Submit>
        </ActionForm>
    }
}
