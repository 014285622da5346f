//! Shows the first page to visitors.

use leptos::prelude::*;
use leptos_meta::Title;

use super::loaded::loaded;
use crate::api::account::{SignUpMode, Viewer, current_viewer, relay};

#[component]
pub(super) fn Landing() -> impl IntoView {
    let asked = Resource::new(
        || (),
        |()| async { Ok((current_viewer().await?, relay().await?.sign_up)) },
    );
    view! {
        <Title text=""/>
        <section class="hero">
            <h1>"Your mail, sealed before it is stored"</h1>
            <p class="lead">
                "Give out aliases instead of your address. Sealpost signs and encrypts every message to your own key, and only then \
                 relays it to the mailbox that you already have."
            </p>
            {loaded(asked, |(viewer, sign_up)| view! { <WayIn viewer sign_up/> })}
        </section>
        <section aria-labelledby="way">
            <h2 id="way">"The way of a message"</h2>
            <ol class="way">
                <li>
                    <strong>"Somebody writes to your alias"</strong>
                    <span>"They never learn your address, nor who your provider is."</span>
                </li>
                <li>
                    <strong>"Sealpost checks and seals it"</strong>
                    <span>
                        "What the sender's domain disowns is refused, and other doubtful mail gets a warning. All that is relayed is signed, \
                         and encrypted to a key that only you have."
                    </span>
                </li>
                <li>
                    <strong>"Your provider stores ciphertext"</strong>
                    <span>"It cannot read what a message says. Sender and subject it sees, unless you hide them."</span>
                </li>
                <li>
                    <strong>"Your ordinary mail app opens it"</strong>
                    <span>"Apple Mail, Thunderbird, Outlook, or any with PGP. Your answers leave from the alias."</span>
                </li>
            </ol>
            <p><a href="/help">"How to set it up, and what it cannot protect from"</a></p>
        </section>
    }
}

#[component]
fn WayIn(viewer: Option<Viewer>, sign_up: SignUpMode) -> impl IntoView {
    match (viewer, sign_up) {
        (Some(_), _) => {
            view! { <p class="actions"><a class="button primary" href="/relay">"To your settings"</a></p> }.into_any()
        }
        (None, SignUpMode::Closed) => view! {
            <p class="actions"><a class="button primary" href="/sign-in">"Sign in"</a></p>
            <p class="hint">"This relay takes no new accounts."</p>
        }
        .into_any(),
        (None, mode) => view! {
            <p class="actions">
                <a class="button primary" href="/sign-up">"Create an account"</a>
                <a class="button" href="/sign-in">"Sign in to yours"</a>
            </p>
            {(mode == SignUpMode::Invite).then(|| view! { <p class="hint">"New accounts are by invitation: the operator of this relay gives you a code."</p> })}
        }
        .into_any(),
    }
}
