//! Making an account.

use leptos::prelude::*;
use leptos_meta::Title;

use super::form::{Declined, Field, Submit};
use crate::api::account::{self, MIN_PASSWORD};

#[component]
pub(super) fn SignUp() -> impl IntoView {
    let sign_up = ServerAction::<account::SignUp>::new();
    view! {
        <Title text="Sign up"/>
        <section class="narrow">
            <h1>"Sign up"</h1>
            <p>"The address is your first mailbox: sealed mail is relayed to it. We mail it a code to make sure that it is yours."</p>
            <ActionForm action=sign_up>
                <Declined action=sign_up/>
                <Field id="email" label="E-mail">
                    <input id="email" name="email" type="email" autocomplete="username" required maxlength="254"/>
                </Field>
                <Field id="password" label="Password" hint="At least 10 characters. A few random words are good.">
                    <input
                        id="password"
                        name="password"
                        type="password"
                        autocomplete="new-password"
                        required
                        minlength=MIN_PASSWORD
                        maxlength="1024"
                        aria-describedby="password-hint"
                    />
                </Field>
                <Submit action=sign_up>"Sign up"</Submit>
            </ActionForm>
            <p class="aside">"You have an account? " <a href="/sign-in">"Sign in"</a> "."</p>
        </section>
    }
}
