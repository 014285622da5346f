//! Shows what a page loaded from the server, or a link to sign in, or the error.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::Redirect, hooks::use_location};
use serde::{Serialize, de::DeserializeOwned};

use super::toast;
use crate::{
    api::{ApiError, next},
    texts::text,
};

/// The answer of the server that a page waits for.
pub(super) type Asked<T> = Resource<Result<T, ApiError>>;

/// Shows the answer with `show`. On the server the page waits for it. Signed-out visitors are redirected to signing in.
pub(super) fn loaded<T, V>(asked: Asked<T>, show: impl Fn(T) -> V + Clone + Send + Sync + 'static) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    V: IntoView + 'static,
{
    answered(asked, show, declined, None)
}

/// Does the same for a page whose heading comes with the answer. Above an error, `heading` replaces it, because screen
/// readers need a heading.
pub(super) fn page<T, V>(
    asked: Asked<T>,
    heading: &'static str,
    show: impl Fn(T) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    V: IntoView + 'static,
{
    answered(asked, show, declined, Some(heading))
}

fn declined() -> impl IntoView {
    failed(&ApiError::ConfirmFirst)
}

fn failed(error: &ApiError) -> impl IntoView + use<> {
    view! { <p class="notice bad" role="alert">{error.words()}</p> }
}

/// Does the same for content behind the password. `ask` is the page that asks for it.
pub(super) fn guarded<T, V, W>(
    asked: Asked<T>,
    show: impl Fn(T) -> V + Clone + Send + Sync + 'static,
    ask: impl Fn() -> W + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    V: IntoView + 'static,
    W: IntoView + 'static,
{
    answered(asked, show, ask, None)
}

fn answered<T, V, W>(
    asked: Asked<T>,
    show: impl Fn(T) -> V + Clone + Send + Sync + 'static,
    ask: impl Fn() -> W + Clone + Send + Sync + 'static,
    heading: Option<&'static str>,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    V: IntoView + 'static,
    W: IntoView + 'static,
{
    let location = use_location();
    // With the requested page, but without the reported outcome.
    let sign_in = move || {
        let here = toast::without_done(&location.pathname.get_untracked(), &location.query.get_untracked());
        next::step("/sign-in", &here)
    };
    let answer = move || {
        let (show, ask) = (show.clone(), ask.clone());
        asked.get().map(move |answer| match answer {
            Ok(thing) => show(thing).into_any(),
            Err(ApiError::ConfirmFirst) => ask().into_any(),
            Err(ApiError::SignedOut) => view! { <Redirect path=sign_in()/> }.into_any(),
            Err(ApiError::NotFound) => NotFound().into_any(),
            Err(error) => view! { {headed(heading)} {failed(&error)} }.into_any(),
        })
    };
    view! { <Suspense>{answer}</Suspense> }
}

fn headed(heading: Option<&'static str>) -> impl IntoView {
    heading.map(|heading| view! { <h1>{heading}</h1> })
}

/// The page for unknown addresses, with status 404.
#[component]
pub(super) fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let (Some(response), Ok(status)) = (use_context::<leptos_axum::ResponseOptions>(), 404.try_into()) {
        response.set_status(status);
    }
    view! {
        <Title text=text!(frame.not_found.title)/>
        <h1>{text!(frame.not_found.title)}</h1>
        <p>{text!(frame.not_found.text)}</p>
        <p><a href="/">{text!(frame.not_found.start)}</a></p>
    }
}
