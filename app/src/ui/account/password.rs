//! Changing the password.

use leptos::prelude::*;

use super::super::form::{NewPasswordField, PasswordField, Submit};
use crate::api::security::ChangePassword;

#[component]
pub(super) fn Password(action: ServerAction<ChangePassword>, email: String) -> impl IntoView {
    view! {
        <p>
            "A new password ends all other sessions. Passkeys, recovery codes and API keys stay: if somebody else knew the \
             password, look whether all of them are yours, revoke the keys that are not, and make new codes."
        </p>
        <ActionForm action=action>
            // For password managers.
            <input type="hidden" name="username" autocomplete="username" value=email/>
            <PasswordField id="current" name="current" label="Current password"/>
            <NewPasswordField id="new-password"/>
            <Submit action=action class="secondary">"Change password"</Submit>
        </ActionForm>
        <p class="hint">"Forgotten? Sign out, and choose “Forgot your password?” where you sign in."</p>
    }
}
