//! What forms are made of. Each posts without JavaScript too; an error then comes back in the page's address, where the
//! action finds it.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::api::ApiError;

/// A label with its control, and what is good to know before filling it in. The control has the id `id` and, where there
/// is a hint, `aria-describedby` = `{id}-hint`.
#[component]
pub(super) fn Field(
    id: &'static str,
    #[prop(into)] label: String,
    #[prop(optional)] hint: &'static str,
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

/// The button that sends its form, resting while the answer is awaited.
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

/// Says why the last attempt was declined, and nothing while there is nothing to say.
#[component]
pub(super) fn Declined<S>(action: ServerAction<S>) -> impl IntoView
where
    S: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let value = action.value();
    let error = move || value.get().and_then(Result::err);
    view! {
        <div role="alert">{move || error().map(|error| view! { <p class="notice bad">{error.to_string()}</p> })}</div>
    }
}
