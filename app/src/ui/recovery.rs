//! A new password for one that is forgotten: asking for a code, and using it.

use leptos::prelude::*;
use leptos_meta::Title;

use super::form::{Declined, Field, Submit};
use crate::api::{
    account::MIN_PASSWORD,
    recovery::{ForgotPassword, ResetPassword},
};

#[component]
pub(super) fn Forgot() -> impl IntoView {
    let ask = ServerAction::<ForgotPassword>::new();
    view! {
        <Title text="Forgot your password?"/>
        <section class="narrow">
            <h1>"Forgot your password?"</h1>
            <p>
                "We mail a code to your default mailbox, if there is an account with this address. The mail is sealed like all \
                 your mail: you need your key to read it."
            </p>
            <ActionForm action=ask>
                <Declined action=ask/>
                <Field id="email" label="E-mail" hint="The address that you sign in with.">
                    <input
                        id="email"
                        name="email"
                        type="email"
                        autocomplete="username"
                        required
                        maxlength="254"
                        aria-describedby="email-hint"
                    />
                </Field>
                <Submit action=ask>"Mail me a code"</Submit>
            </ActionForm>
            <h2>"Without your key"</h2>
            <p>
                "If you have lost your key, too, you cannot read that mail, and nobody can read it for you. With the kill switch \
                 on and no valid profile it is not even sent. A recovery code that you put down earlier is then the only way back."
            </p>
            <p><a class="button" href="/forgot/code">"I have a recovery code"</a></p>
            <p class="aside"><a href="/sign-in">"Back to signing in"</a></p>
        </section>
    }
}

#[component]
pub(super) fn Reset() -> impl IntoView {
    let reset = ServerAction::<ResetPassword>::new();
    view! {
        <Title text="Set a new password"/>
        <section class="narrow">
            <h1>"Set a new password"</h1>
            <p>
                "If there is an account with the address that you gave, a code is on its way. It is valid for 15 minutes and five \
                 tries. A recovery code does, too. All sessions will end."
            </p>
            <ActionForm action=reset>
                <Declined action=reset/>
                <Field id="email" label="E-mail">
                    <input id="email" name="email" type="email" autocomplete="username" required maxlength="254"/>
                </Field>
                <Field id="code" label="Code" hint="The mailed six digits, or a recovery code.">
                    <input
                        id="code"
                        class="code"
                        name="code"
                        autocomplete="one-time-code"
                        autocapitalize="none"
                        spellcheck="false"
                        required
                        maxlength="32"
                        aria-describedby="code-hint"
                    />
                </Field>
                <Field
                    id="second"
                    label="Second code"
                    hint="Only with two-factor authentication: the code of your authenticator app, or another recovery code."
                >
                    <input
                        id="second"
                        class="code"
                        name="second"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        maxlength="32"
                        aria-describedby="second-hint"
                    />
                </Field>
                <Field id="password" label="New password" hint="At least 10 characters. A few random words are good.">
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
                <Submit action=reset>"Set password"</Submit>
            </ActionForm>
            <p class="aside">"Nothing there? Look into the spam folder, or " <a href="/forgot">"ask for another code"</a> "."</p>
        </section>
    }
}
