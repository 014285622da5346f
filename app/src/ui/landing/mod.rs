//! Shows the first page to visitors.

mod picture;

use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use self::picture::SealedAndOpened;
use super::loaded::loaded;
use crate::api::account::{SignUpMode, Viewer, current_viewer, relay};

/// As `docs/OPERATING.md` has them.
const INSTALL: &str = "make site && cargo build --release --package sealpost
sudo install target/release/sealpost /usr/local/bin/
sudo mkdir -p /usr/local/share/sealpost
sudo cp -R target/site /usr/local/share/sealpost/";

#[component]
pub(super) fn Landing() -> impl IntoView {
    let asked = Resource::new(
        || (),
        |()| async { Ok((current_viewer().await?, relay().await?.sign_up)) },
    );
    view! {
        <Title text=""/>
        <Meta
            name="description"
            content="Give out aliases instead of your address. Sealpost encrypts every message to your own key before your mail provider stores it."
        />
        <div class="landing">
            <section class="hero">
                <h1><span>"Your provider stores your mail. "</span><span>"Only you can read it."</span></h1>
                <p class="lead">
                    "Give out aliases instead of your address. Sealpost encrypts every message to your own key, and then forwards it to the \
                     mailbox that you already have."
                </p>
                {loaded(asked, |(viewer, sign_up)| view! { <WayIn viewer sign_up/> })}
            </section>
            <SealedAndOpened/>
            <section aria-labelledby="steps">
                <h2 id="steps">"How it works"</h2>
                <Steps/>
            </section>
            <div class="beside">
                <Limits/>
                <Hosting/>
            </div>
        </div>
    }
}

#[component]
fn WayIn(viewer: Option<Viewer>, sign_up: SignUpMode) -> impl IntoView {
    match (viewer, sign_up) {
        (Some(_), _) => view! {
            <p class="actions">
                <a class="button primary" href="/aliases">"Open your aliases"</a>
                <a class="button" href="/relay">"Mail Relay Settings"</a>
            </p>
        }
        .into_any(),
        (None, SignUpMode::Closed) => view! {
            <p class="actions"><a class="button primary" href="/sign-in">"Sign in"</a></p>
            <p class="hint">"This relay takes no new accounts."</p>
        }
        .into_any(),
        (None, mode) => view! {
            <p class="actions">
                <a class="button primary" href="/sign-up">"Create an account"</a>
                <a class="button" href="/sign-in">"Sign in"</a>
            </p>
            {(mode == SignUpMode::Invite)
                .then(|| view! { <p class="hint">"New accounts are by invitation: the operator of this relay gives you a code."</p> })}
        }
        .into_any(),
    }
}

#[component]
fn Steps() -> impl IntoView {
    view! {
        <ol class="three">
            <li>
                <h3>"Give out an alias"</h3>
                <p>"One for each shop, club or friend. They never learn your own address. Turn an alias off when it gets spam."</p>
            </li>
            <li>
                <h3>"Set up encryption once"</h3>
                <p>"Your browser makes the key, or you bring your own PGP key. It takes ten minutes, and nobody else gets the key."</p>
            </li>
            <li>
                <h3>"Read and reply as always"</h3>
                <p>"In Apple Mail, Outlook, Thunderbird, or an app with PGP. Your replies come from the alias."</p>
            </li>
        </ol>
    }
}

#[component]
fn Limits() -> impl IntoView {
    view! {
        <section aria-labelledby="limits">
            <h2 id="limits">"What it cannot do"</h2>
            <ul>
                <li>"This relay sees each message in memory until it is encrypted. You have to trust its operator that far."</li>
                <li>"Your replies reach your contacts unencrypted, like ordinary mail."</li>
                <li>"Your provider still sees when mail comes and how large it is. Sender and subject you can hide."</li>
            </ul>
            <p><a href="/help/threats">"All limits, and what each attacker learns"</a></p>
        </section>
    }
}

#[component]
fn Hosting() -> impl IntoView {
    view! {
        <section aria-labelledby="hosting">
            <h2 id="hosting">"Run your own relay"</h2>
            <p>
                "Sealpost is open source. With git, curl and a C compiler on Debian, Ubuntu or macOS, one command in its source builds it \
                 and starts it for a try. You need no domain."
            </p>
            <pre><code>"make run"</code></pre>
            <p>"To install it on a server:"</p>
            <pre><code>{INSTALL}</code></pre>
            <p>"Settings, DNS records and the service are in docs/OPERATING.md."</p>
        </section>
    }
}
