//! Shows the first page to visitors.

mod picture;

use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use self::picture::SealedAndOpened;
use super::loaded::loaded;
use crate::{
    api::account::{SignUpMode, Viewer, current_viewer, relay},
    texts::text,
};

/// As `docs/OPERATING.md` has them.
const INSTALL: &str = "make site && cargo build --release --package sealpost
sudo install target/release/sealpost /usr/local/bin/
sudo mkdir -p /usr/local/share/sealpost
sudo cp -R target/site /usr/local/share/sealpost/";

#[component]
pub(super) fn Landing() -> impl IntoView {
    let asked = Resource::new(
        || (),
        |()| async { Ok((current_viewer().await?, relay().await?.open_to())) },
    );
    view! {
        <Title text=""/>
        <Meta name="description" content=text!(landing.description)/>
        <div class="landing">
            <section class="hero">
                <h1><span>{text!(landing.title_stored)}</span><span>{text!(landing.title_read)}</span></h1>
                <p class="lead">{text!(landing.lead)}</p>
                {loaded(asked, |(viewer, sign_up)| view! { <WayIn viewer sign_up/> })}
            </section>
            // The compiler limits the nesting of types.
            {SealedAndOpened().into_any()}
            {Steps().into_any()}
            <div class="beside">
                {Limits().into_any()}
                {Hosting().into_any()}
            </div>
        </div>
    }
}

#[component]
fn WayIn(viewer: Option<Viewer>, sign_up: SignUpMode) -> impl IntoView {
    match (viewer, sign_up) {
        (Some(_), _) => view! {
            <p class="actions">
                <a class="button primary" href="/aliases">{text!(landing.open_aliases)}</a>
                <a class="button" href="/relay">{text!(landing.relay_settings)}</a>
            </p>
        }
        .into_any(),
        (None, SignUpMode::Closed) => view! {
            <p class="actions"><a class="button primary" href="/sign-in">{text!(landing.sign_in)}</a></p>
            <p class="hint">{text!(landing.closed)}</p>
        }
        .into_any(),
        (None, mode) => view! {
            <p class="actions">
                <a class="button primary" href="/sign-up">{text!(landing.create_account)}</a>
                <a class="button" href="/sign-in">{text!(landing.sign_in)}</a>
            </p>
            {(mode == SignUpMode::Invite).then(|| view! { <p class="hint">{text!(landing.by_invitation)}</p> })}
        }
        .into_any(),
    }
}

#[component]
fn Steps() -> impl IntoView {
    view! {
        <section aria-labelledby="steps">
            <h2 id="steps">{text!(landing.steps.title)}</h2>
            <ol class="three">
            <li>
                <h3>{text!(landing.steps.alias)}</h3>
                <p>{text!(landing.steps.alias_text)}</p>
            </li>
            <li>
                <h3>{text!(landing.steps.set_up)}</h3>
                <p>{text!(landing.steps.set_up_text)}</p>
            </li>
            <li>
                <h3>{text!(landing.steps.read)}</h3>
                <p>{text!(landing.steps.read_text)}</p>
            </li>
            </ol>
        </section>
    }
}

#[component]
fn Limits() -> impl IntoView {
    view! {
        <section aria-labelledby="limits">
            <h2 id="limits">{text!(landing.limits.title)}</h2>
            <ul>
                <li>{text!(landing.limits.memory)}</li>
                <li>{text!(landing.limits.replies)}</li>
                <li>{text!(landing.limits.provider)}</li>
            </ul>
            <p><a href="/help/threats">{text!(landing.limits.all)}</a></p>
        </section>
    }
}

#[component]
fn Hosting() -> impl IntoView {
    view! {
        <section aria-labelledby="hosting">
            <h2 id="hosting">{text!(landing.hosting.title)}</h2>
            <p>{text!(landing.hosting.try_it)}</p>
            <pre><code>"make run"</code></pre>
            <p>{text!(landing.hosting.install)}</p>
            <pre><code>{INSTALL}</code></pre>
            <p>{text!(landing.hosting.more)}</p>
        </section>
    }
}
