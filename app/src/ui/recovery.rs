//! Shows the pages that reset a forgotten password: requesting a code, and using it.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    form::{CodeField, Declined, EmailField, NewPasswordField, Submit},
    kept::kept,
};
use crate::api::recovery::{ForgotPassword, ResetPassword};

#[component]
pub(super) fn Forgot() -> impl IntoView {
    let ask = ServerAction::<ForgotPassword>::new();
    view! {
        <Title text="Forgot your password?"/>
        <section class="narrow">
            <h1>"Forgot your password?"</h1>
            <p>
                "We mail a code to the address that you sign in with, and to no other, if there is an account with it. The mail \
                 is sealed like all your mail: you need your key to read it."
            </p>
            <ActionForm action=ask>
                <Declined action=ask/>
                <EmailField hint="The address that you sign in with." value=kept(ask, "email")/>
                <Submit action=ask>"Mail me a code"</Submit>
            </ActionForm>
            <h2>"Without your key"</h2>
            <p>
                "If you have lost your key, too, you cannot read that mail, and nobody can read it for you. With the kill switch \
                 on and no valid profile it is not even sent. A recovery code that you wrote down earlier is then the only way back."
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
                "If there is an account with the address that you gave, a code is on its way. It is valid for 15 minutes, until \
                 you ask for another. You can also type a recovery code. All sessions will end, and passkeys, recovery codes and API keys are gone then: \
                 whoever knew your password could have made some."
            </p>
            <ActionForm action=reset>
                <Declined action=reset/>
                <EmailField value=kept(reset, "email")/>
                <CodeField id="code" label="Code" hint="The mailed 12 letters and digits, or a recovery code."/>
                <CodeField
                    id="second"
                    label="Second code"
                    hint="Only with two-factor authentication: the code of your authenticator app, or another recovery code."
                    autocomplete="off"
                    required=false
                />
                <NewPasswordField/>
                <Submit action=reset>"Set password"</Submit>
            </ActionForm>
            <p class="aside">"Nothing there? Look into the spam folder, or " <a href="/forgot">"ask for another code"</a> "."</p>
        </section>
    }
}
