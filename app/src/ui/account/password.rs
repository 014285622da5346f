//! Changing the password.

use leptos::prelude::*;

use super::super::form::{Field, Submit};
use crate::api::{account::MIN_PASSWORD, security::ChangePassword};

#[component]
pub(super) fn Password(action: ServerAction<ChangePassword>, email: String) -> impl IntoView {
    view! {
        <p>"A new password ends all other sessions."</p>
        <ActionForm action=action>
            // For password managers.
            <input type="hidden" name="username" autocomplete="username" value=email/>
            <Field id="current" label="Current password">
                <input id="current" name="current" type="password" autocomplete="current-password" required maxlength="1024"/>
            </Field>
            <Field id="new-password" label="New password" hint="At least 10 characters. A few random words are good.">
                <input
                    id="new-password"
                    name="password"
                    type="password"
                    autocomplete="new-password"
                    required
                    minlength=MIN_PASSWORD
                    maxlength="1024"
                    aria-describedby="new-password-hint"
                />
            </Field>
            <Submit action=action class="secondary">"Change password"</Submit>
        </ActionForm>
        <p class="hint">"Forgotten? Sign out, and choose \"Forgot your password?\" where you sign in."</p>
    }
}
