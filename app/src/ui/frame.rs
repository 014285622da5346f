//! What surrounds every page: navigation, the page's place, and signing out.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{form::Submit, issue::wizard::Wizards};
use crate::api::account::{SignOut, current_viewer};

#[component]
pub(super) fn Frame(children: Children) -> impl IntoView {
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <header>
            <a class="brand" href="/"><img src="/icon.svg" alt="" width="28" height="28"/>"Sealpost"</a>
            <Navigation/>
        </header>
        <main id="main" tabindex="-1">{children()}</main>
        <footer><p>"Sealpost seals your mail before your provider stores it."</p></footer>
    }
}

#[component]
fn Navigation() -> impl IntoView {
    let sign_out = ServerAction::<SignOut>::new();
    let wizards = Wizards::here();
    let left = sign_out.version();
    Effect::new(move |_| {
        if left.get() > 0 {
            wizards.end();
        }
    });
    let path = use_location().pathname;
    // Signing in and out both lead to another page: who is signed in is asked anew with each.
    let viewer = Resource::new(move || (path.get(), left.get()), |_| current_viewer());
    let links = move || {
        viewer.get().map(|viewer| match viewer {
            Ok(Some(viewer)) => view! {
                <ul>
                    <li><a href="/relay">"Mail Relay Settings"</a></li>
                    <li><a href="/aliases">"Aliases"</a></li>
                    <li><a href="/account">"Account"</a></li>
                    <li class="viewer">{viewer.email.to_string()}</li>
                    <li>
                        <ActionForm action=sign_out>
                            <Submit action=sign_out class="quiet">"Sign out"</Submit>
                        </ActionForm>
                    </li>
                </ul>
            }
            .into_any(),
            _ => view! {
                <ul>
                    <li><a href="/sign-in">"Sign in"</a></li>
                    <li><a href="/sign-up">"Sign up"</a></li>
                </ul>
            }
            .into_any(),
        })
    };
    view! { <nav aria-label="Main"><Transition>{links}</Transition></nav> }
}
