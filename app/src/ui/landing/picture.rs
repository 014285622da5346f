//! Draws one message twice: as the provider stores it, and as its reader sees it.

use leptos::prelude::*;

use crate::texts::{shown, text};

/// The English text below, encrypted by OpenSSL: the beginning of the CMS message.
const CIPHERTEXT: &str = "MIICYgYJKoZIhvcNAQcDoIICUzCCAk8CAQAxggFoMIIBZAIBADBMMDQxMjAwBgNVBAMMKVNlYWxwb3N0IEludGVybWVkaWF0ZSBmb3Ig\
                          YW5uQGV4YW1wbGUub3JnAhQvVZAXWQlOfYcDnkvG03PULhPPcTANBgkqhkiG9w0BAQEFAASCAQBN/JkCY9SkUE4vAAi+ZotTy/VjCOhW\
                          D3g5EzHhzBxMOSktIpaE2NkWYScn/xfzMmbfyVfXXh8OyJcZiV9VFXqZsFg0RljVUSYTZL9ffwLasm5BFtlin2CDkkksKCXYASTfy6S5\
                          73oiwKcn6ST/b6GHuEZudCxZN2Zb9JgLUFOBRgfZs2gQGRaaOLqhUiErnC7e…";

#[component]
pub(super) fn SealedAndOpened() -> impl IntoView {
    view! {
        <figure class="twice" aria-label=text!(landing.picture.what)>
            <section class="stored" aria-labelledby="stored">
                <h2 id="stored"><Padlock/>{text!(landing.picture.stored)}</h2>
                <dl class="header">
                    <dt>{text!(landing.picture.sender)}</dt>
                    <dd>"Dr. Weber, " <span>"r-e8aea7da@relay.example"</span></dd>
                    <dt>{text!(landing.picture.subject)}</dt>
                    <dd>{text!(landing.picture.its_subject)}</dd>
                    <dt>{text!(landing.picture.content)}</dt>
                    <dd>{text!(landing.picture.encrypted_file)}</dd>
                </dl>
                // A screen reader would spell it.
                <p class="body" aria-hidden="true">{CIPHERTEXT}</p>
            </section>
            <p class="key"><Key/>{text!(landing.picture.key)}</p>
            <section class="read" aria-labelledby="read">
                <h2 id="read"><Envelope/>{text!(landing.picture.read)}</h2>
                <dl class="header">
                    <dt>{text!(landing.picture.sender)}</dt>
                    <dd>"Dr. Weber"</dd>
                    <dt>{text!(landing.picture.subject)}</dt>
                    <dd>{text!(landing.picture.its_subject)}</dd>
                    <dt>{text!(landing.picture.recipient)}</dt>
                    <dd>{shown!(landing.picture.alias, <note> = <span/>)}</dd>
                </dl>
                <div class="body">
                    <ul class="marks">
                        <li class="badge good">{text!(landing.picture.encrypted)}</li>
                        <li class="badge good">{text!(landing.picture.signed)}</li>
                    </ul>
                    <p>{text!(landing.picture.greeting)}</p>
                    <p>{text!(landing.picture.message)}</p>
                    <p>{text!(landing.picture.regards)}</p>
                </div>
            </section>
            <figcaption>{text!(landing.picture.caption)}</figcaption>
        </figure>
    }
}

#[component]
fn Padlock() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" aria-hidden="true">
            <rect x="4" y="11" width="16" height="10" rx="2"></rect>
            <path d="M8 11V7a4 4 0 0 1 8 0v4"></path>
        </svg>
    }
}

#[component]
fn Envelope() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" aria-hidden="true">
            <path d="M3 10v10h18V10l-9-7z"></path>
            <path d="m3 10 9 6 9-6"></path>
        </svg>
    }
}

/// Points to the right.
#[component]
fn Key() -> impl IntoView {
    view! {
        <svg
            viewBox="0 0 32 32"
            fill="none"
            stroke="currentColor"
            stroke-width="2.5"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <circle cx="8" cy="16" r="5"></circle>
            <path d="M13 16h16M24 16v5M29 16l-4-4"></path>
        </svg>
    }
}
