//! Defines the parts of forms.
//!
//! Each form posts without JavaScript as well. An error is then in the page's URL, where the action finds it.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{ApiError, limits::MIN_PASSWORD},
    texts::text,
};

/// A label with its control and a hint. The control has the id `id` and, if there is a hint, `aria-describedby` =
/// `{id}-hint`.
#[component]
pub(super) fn Field(
    id: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {children()}
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> })}
        </div>
    }
}

/// The address that a person signs in with.
#[component]
pub(super) fn EmailField(
    #[prop(optional, into)] hint: String,
    /// The text that was typed before.
    value: Option<String>,
) -> impl IntoView {
    let described = (!hint.is_empty()).then_some("email-hint");
    view! {
        <Field id="email" label=text!(frame.form.email) hint>
            <input
                id="email"
                name="email"
                type="email"
                value=value
                autocomplete="username"
                required
                maxlength="254"
                aria-describedby=described
            />
        </Field>
    }
}

/// The code of an invitation.
#[component]
pub(super) fn InvitationField(id: &'static str) -> impl IntoView {
    view! {
        <Field id=id label=text!(sign_in.sign_up.invitation) hint=text!(sign_in.sign_up.invitation_hint)>
            <input
                id=id
                name="invitation"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                required
                maxlength="64"
                aria-describedby=format!("{id}-hint")
            />
        </Field>
    }
}

/// The field for an existing password.
#[component]
pub(super) fn PasswordField(
    #[prop(default = "password")] id: &'static str,
    #[prop(default = "password")] name: &'static str,
    #[prop(default = text!(frame.form.your_password))] label: &'static str,
) -> impl IntoView {
    view! {
        <Field id label>
            <input id=id name=name type="password" autocomplete="current-password" required maxlength="1024"/>
        </Field>
    }
}

/// The field for a new password.
#[component]
pub(super) fn NewPasswordField(
    #[prop(default = "password")] id: &'static str,
    #[prop(default = text!(frame.form.new_password))] label: &'static str,
) -> impl IntoView {
    view! {
        <Field id label hint=text!(frame.form.password_hint)>
            <input
                id=id
                name="password"
                type="password"
                autocomplete="new-password"
                required
                minlength=MIN_PASSWORD
                maxlength="1024"
                aria-describedby=format!("{id}-hint")
            />
        </Field>
    }
}

/// The field for a code that a person copies, without automatic correction.
#[component]
pub(super) fn CodeField(
    id: &'static str,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
    #[prop(default = "one-time-code")] autocomplete: &'static str,
    #[prop(default = true)] required: bool,
    #[prop(default = "32")] maxlength: &'static str,
) -> impl IntoView {
    view! {
        <Field id label hint>
            <input
                id=id
                class="code"
                name=id
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required=required
                maxlength=maxlength
                aria-describedby=format!("{id}-hint")
            />
        </Field>
    }
}

/// The kind of choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Control {
    /// Independent of others.
    Checkbox,
    /// One of several with the same name.
    Radio,
}

/// A choice with an explanation below it.
#[component]
pub(super) fn Choice(
    #[prop(into)] id: String,
    #[prop(default = Control::Checkbox)] control: Control,
    name: &'static str,
    #[prop(default = "true")] value: &'static str,
    #[prop(optional)] checked: bool,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
) -> impl IntoView {
    let (kind, hint_id) = (
        match control {
            Control::Checkbox => "checkbox",
            Control::Radio => "radio",
        },
        format!("{id}-hint"),
    );
    view! {
        <p class="choice">
            <input type=kind id=id.clone() name=name value=value checked=checked aria-describedby=hint_id.clone()/>
            <label for=id>{label}</label>
        </p>
        <p class="hint" id=hint_id>{hint}</p>
    }
}

/// The button that sends its form. It is disabled while the answer is pending.
#[component]
pub(super) fn Submit<S>(
    action: ServerAction<S>,
    #[prop(default = "primary")] class: &'static str,
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let pending = action.pending();
    view! { <button type="submit" class=class disabled=move || pending.get()>{children()}</button> }
}

/// Shows why the last attempt was declined, if it was.
#[component]
pub(super) fn Declined<S>(action: ServerAction<S>) -> impl IntoView
where
    S: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let value = action.value();
    let error = move || value.get().and_then(Result::err);
    view! {
        <div role="alert">{move || error().map(|error| view! { <p class="notice bad">{error.words()}</p> })}</div>
    }
}
