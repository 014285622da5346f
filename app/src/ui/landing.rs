//! The first page: what this is, and the way in.

use leptos::prelude::*;
use leptos_meta::Title;

use super::loaded::loaded;
use crate::api::account::{Viewer, current_viewer};

#[component]
pub(super) fn Landing() -> impl IntoView {
    let viewer = Resource::new(|| (), |()| current_viewer());
    view! {
        <Title text=""/>
        <section class="hero">
            <h1>"Your mail, sealed before it is stored"</h1>
            <p>"Give out aliases instead of your address."</p>
            <p>"Sealpost signs and encrypts every message to your own key, and only then relays it to your mailbox."</p>
            <p>"Your provider stores ciphertext. Your ordinary mail app opens it, and nobody else can."</p>
            {loaded(viewer, |viewer| view! { <WayIn viewer/> })}
        </section>
    }
}

#[component]
fn WayIn(viewer: Option<Viewer>) -> impl IntoView {
    match viewer {
        Some(_) => {
            view! { <p class="actions"><a class="button primary" href="/relay">"To your settings"</a></p> }.into_any()
        }
        None => view! {
            <p class="actions">
                <a class="button primary" href="/sign-up">"Create an account"</a>
                <a class="button" href="/sign-in">"Sign in to yours"</a>
            </p>
        }
        .into_any(),
    }
}
