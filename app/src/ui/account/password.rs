//! Shows the forms that ask for the password, to change it or to confirm a sensitive change.

use leptos::prelude::*;

use super::super::form::{NewPasswordField, PasswordField, Submit};
use crate::{
    api::security::{ChangePassword, ConfirmPassword},
    texts::text,
};

#[component]
pub(super) fn Password(action: ServerAction<ChangePassword>, email: String) -> impl IntoView {
    view! {
        <p>{text!(account.password.about)}</p>
        <ActionForm action=action>
            // Password managers need it.
            <input type="hidden" name="username" autocomplete="username" value=email/>
            <PasswordField id="current" name="current" label=text!(account.password.current)/>
            <NewPasswordField id="new-password"/>
            <Submit action=action class="secondary">{text!(account.password.change)}</Submit>
        </ActionForm>
        <p class="hint">{text!(account.password.forgotten)}</p>
    }
}

/// Shows the form. After the right password, the page loads again and shows the protected content.
#[component]
pub(in crate::ui) fn Confirm(action: ServerAction<ConfirmPassword>, id: &'static str) -> impl IntoView {
    view! {
        <p>{text!(account.confirm.about)}</p>
        <ActionForm action=action>
            <PasswordField id/>
            <Submit action=action class="secondary">{text!(account.confirm.submit)}</Submit>
        </ActionForm>
    }
}
