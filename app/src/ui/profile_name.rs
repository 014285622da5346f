//! Shows the form that names a profile.

use leptos::prelude::*;

use super::{
    form::{Declined, Field, Submit},
    kept::kept,
};
use crate::{api::profile::NameProfile, id::ProfileId, profile_name::MAX_PROFILE_NAME, texts::text};

#[component]
pub(super) fn ProfileName(id: ProfileId, name: String, action: ServerAction<NameProfile>) -> impl IntoView {
    view! {
        <details class="plain" open=move || action.value().get().is_some_and(|done| done.is_err())>
            <summary>{text!(frame.profile_name.rename)}</summary>
            <ActionForm action=action>
                <Declined action=action/>
                <input type="hidden" name="profile" value=id.to_string()/>
                <Field id="profile-name" label=text!(frame.profile_name.name) hint=text!(frame.profile_name.hint)>
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
                <Submit action=action class="secondary">{text!(frame.profile_name.save)}</Submit>
            </ActionForm>
        </details>
    }
}
