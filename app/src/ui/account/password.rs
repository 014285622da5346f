//! Shows the forms that ask for the password, to change it or to confirm a sensitive change.

use leptos::prelude::*;

use super::super::form::{NewPasswordField, PasswordField, Submit};
use crate::api::security::{ChangePassword, ConfirmPassword};

#[component]
pub(super) fn Password(action: ServerAction<ChangePassword>, email: String) -> impl IntoView {
    view! {
        <p>
            "A new password ends all other sessions. Passkeys, recovery codes and API keys stay: if somebody else knew the \
             password, look whether all of them are yours, revoke the keys that are not, and make new codes."
        </p>
        <ActionForm action=action>
            // Password managers need it.
            <input type="hidden" name="username" autocomplete="username" value=email/>
            <PasswordField id="current" name="current" label="Current password"/>
            <NewPasswordField id="new-password"/>
            <Submit action=action class="secondary">"Change password"</Submit>
        </ActionForm>
        <p class="hint">"Forgotten? Sign out, and choose “Forgot your password?” where you sign in."</p>
    }
}

/// Shows the form. After the right password, the page loads again and shows the protected content.
#[component]
pub(in crate::ui) fn Confirm(action: ServerAction<ConfirmPassword>, id: &'static str) -> impl IntoView {
    view! {
        <p>"You signed in more than ten minutes ago: please give your password again."</p>
        <ActionForm action=action>
            <PasswordField id/>
            <Submit action=action class="secondary">"Confirm password"</Submit>
        </ActionForm>
    }
}
