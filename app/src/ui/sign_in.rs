//! Signing in.

use leptos::prelude::*;
use leptos_meta::Title;

use super::form::{Declined, Field, Submit};
use crate::api::account;

#[component]
pub(super) fn SignIn() -> impl IntoView {
    let sign_in = ServerAction::<account::SignIn>::new();
    view! {
        <Title text="Sign in"/>
        <section class="narrow">
            <h1>"Sign in"</h1>
            <ActionForm action=sign_in>
                <Declined action=sign_in/>
                <Field id="email" label="E-mail">
                    <input id="email" name="email" type="email" autocomplete="username" required maxlength="254"/>
                </Field>
                <Field id="password" label="Password">
                    <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024"/>
                </Field>
                <Submit action=sign_in>"Sign in"</Submit>
            </ActionForm>
            <p class="aside">"No account yet? " <a href="/sign-up">"Sign up"</a> "."</p>
        </section>
    }
}
