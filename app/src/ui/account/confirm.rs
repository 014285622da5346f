//! The password again, before a sensitive change.

use leptos::prelude::*;

use super::super::form::{Field, Submit};
use crate::api::security::ConfirmPassword;

/// The form; once the password was right the page is asked for anew, and shows what it guards.
#[component]
pub(in crate::ui) fn Confirm(action: ServerAction<ConfirmPassword>, id: &'static str) -> impl IntoView {
    view! {
        <p>"This is asked for ten minutes after you signed in."</p>
        <ActionForm action=action>
            <Field id=id label="Your password">
                <input id=id name="password" type="password" autocomplete="current-password" required maxlength="1024"/>
            </Field>
            <Submit action=action class="secondary">"Confirm password"</Submit>
        </ActionForm>
    }
}
