//! Shows the form that names a profile.

use leptos::prelude::*;

use super::{
    form::{Declined, Field, Submit},
    kept::kept,
};
use crate::{api::profile::NameProfile, id::ProfileId, profile_name::MAX_PROFILE_NAME};

#[component]
pub(super) fn ProfileName(id: ProfileId, name: String, action: ServerAction<NameProfile>) -> impl IntoView {
    view! {
        <details class="plain" open=move || action.value().get().is_some_and(|done| done.is_err())>
            <summary>"Rename"</summary>
            <ActionForm action=action>
                <Declined action=action/>
                <input type="hidden" name="profile" value=id.to_string()/>
                <Field id="profile-name" label="Name" hint="For you only: your contacts and your provider never see it.">
                    <input
                        id="profile-name"
                        name="name"
                        value=kept(action, "name").unwrap_or(name)
                        autocomplete="off"
                        required
                        maxlength=MAX_PROFILE_NAME
                        aria-describedby="profile-name-hint"
                    />
                </Field>
                <Submit action=action class="secondary">"Save name"</Submit>
            </ActionForm>
        </details>
    }
}
