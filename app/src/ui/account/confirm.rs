//! The password again, before a sensitive change.

use leptos::prelude::*;

use super::super::form::{PasswordField, Submit};
use crate::api::security::ConfirmPassword;

/// The form; once the password was right the page is asked for anew, and shows what it guards.
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
