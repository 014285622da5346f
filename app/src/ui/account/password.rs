//! Shows the forms that ask for the password, to change it or to confirm a sensitive change.

use leptos::prelude::*;

use super::super::{
    form::{NewPasswordField, PasswordField, Submit},
    provider::Confirmed,
};
use crate::{
    api::security::{ChangePassword, ConfirmPassword},
    texts::text,
};

#[component]
pub(super) fn Password(action: ServerAction<ChangePassword>, email: String, is_set: bool) -> impl IntoView {
    // Password managers need it.
    let username = view! { <input type="hidden" name="username" autocomplete="username" value=email/> };
    if !is_set {
        return view! {
            <p>{text!(account.password.set_about)}</p>
            <ActionForm action=action>
                {username}
                <Confirmed>
                    <NewPasswordField id="new-password"/>
                    <Submit action=action class="secondary">{text!(account.password.set)}</Submit>
                </Confirmed>
            </ActionForm>
        }
        .into_any();
    }
    view! {
        <p>{text!(account.password.about)}</p>
        <ActionForm action=action>
            {username}
            <PasswordField id="current" name="current" label=text!(account.password.current)/>
            <NewPasswordField id="new-password"/>
            <Submit action=action class="secondary">{text!(account.password.change)}</Submit>
        </ActionForm>
        <p class="hint">{text!(account.password.forgotten)}</p>
    }
    .into_any()
}

/// Shows the form. After it succeeds, the page loads again and shows the protected content.
#[component]
pub(in crate::ui) fn Confirm(action: ServerAction<ConfirmPassword>, id: &'static str) -> impl IntoView {
    view! {
        <ActionForm action=action>
            <Confirmed id about=text!(account.confirm.about)>
                <Submit action=action class="secondary">{text!(account.confirm.submit)}</Submit>
            </Confirmed>
        </ActionForm>
    }
}
