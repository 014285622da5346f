//! Serves HTTP: pages and their server functions, the API for tools, downloads, static files, and health checks.
//!
//! Every request passes, from the outside in: security headers, the cross-site check, and the body limit. Requests for
//! anything but static files then learn who is signed in ([`visitor`]). Rules of pages are not here but in [`backend`].
//!
//! | part | where |
//! | --- | --- |
//! | cookies, sessions, the like for half a session | [`session`], `store::{session, half_session}` |
//! | WebAuthn, step by step, pure | [`webauthn`] |
//! | judging a new password: at least 10^8 guesses for someone who knows the address | [`strength`] |
//! | signing in at the operator's provider | [`provider`], `backend::provider`, `crate::oidc` |
//! | waiting after wrong passwords | `backend::tries`, [`limit`], [`known_device`] |
//! | how much an account may have | [`allowance`], `limits` |
//! | the checks of `sealpost doctor`, for administrators | [`checkup`] |
//! | fields of a form that was declined without JavaScript | [`kept_form`] |
//! | the one door without the cross-site check besides the API: `/u/`, one-click unsubscribe | [`unsubscribe`], [`cross_site`] |
//! | the files of the browser's programs, read once at start; without them pages are served without programs | [`bundle`] |
//!
//! # Scripts in the page
//!
//! Pages are HTML, and links and forms load pages. `frontend/js/start.js` is on every page. It loads the small program if
//! the page has islands, and the wizard's program on the wizard's page. It also posts switches and searches without
//! leaving the page.
//!
//! The Content Security Policy ([`headers`]) has a nonce and Trusted Types. There are two sinks. `new Worker(url)` is
//! allowed for exactly one URL by the policy in `start.js`. `innerHTML` of a `<template>` is used by `start.js` for what
//! a switch or a search answers, and by Leptos for unchanging markup. The policy accepts text that parses as inert
//! markup, from a list of elements and attributes without handlers and styles. `inner_html=` in our own views must keep
//! to that list. The policy's name is `default`, because web-sys passes plain text to the sinks. The header allows no
//! other name.
//!
//! `Worker` has no integrity, and neither have its imports. So the page fetches the worker's file with its integrity
//! first and starts it from the browser's cache. `frontend/js/key-worker.js` does the same with bindings and
//! WebAssembly. This does not catch a server that forbids caching and answers the second request differently.

mod allowance;
mod api;
mod backend;
mod bundle;
mod checkup;
mod cross_site;
mod data;
mod device;
mod download;
mod fault;
mod headers;
mod kept_form;
mod known_device;
mod language;
mod limit;
mod metrics;
mod newest_backup;
mod pages;
mod password;
mod plain;
mod provider;
mod proxies;
mod qr;
mod serve;
mod session;
mod sign_up;
mod status;
mod strength;
mod tls;
mod traced;
mod unsubscribe;
mod visitor;
mod watched;
mod webauthn;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use app::api::{account::SignUpMode, provider::START_PATH};
use axum::{
    Router,
    extract::{FromRef, State as Extract},
    http::StatusCode,
    middleware,
    routing::{get, get_service, post},
};
use leptos::config::LeptosOptions;
use tower_http::limit::RequestBodyLimitLayer;

pub use backend::recovery::{NoResetCode, PRINTED_LIFETIME, print_reset_code};
pub use metrics::{MetricsState, metrics_router};
pub use newest_backup::Backups;
pub use password::{NoPassword, unknown_password};
pub use plain::{challenge_router, redirect_router};
pub use serve::{Entrance, Timeouts, serve};
pub use tls::WebTls;

use crate::{
    clock::Clock,
    config::{Allowance, Networks, PublicUrl, Switch},
    deliver::Courier,
    dkim::DkimSigner,
    doctor::Examiner,
    domains::Domains,
    notices::{letter::LetterWriter, started_thread::ThreadStarter, test_message::TestMessageSender},
    oidc::{Provider, RETURN_PATH},
    store::Store,
    vault::Vault,
};

/// Most bytes of a request body. The largest are OpenPGP keys with many signatures.
const MAX_BODY: usize = 1024 * 1024;

/// The state of the web interface.
pub struct State {
    /// The database.
    pub store: Store,
    /// The vault, which holds the master key.
    pub vault: Arc<Vault>,
    /// Delivers the mail with codes.
    pub courier: Arc<dyn Courier>,
    /// Signs the mail with codes.
    pub signer: Arc<DkimSigner>,
    /// Starts email threads.
    pub outbound: Arc<dyn ThreadStarter>,
    /// Sends test messages.
    pub test_messages: Arc<dyn TestMessageSender>,
    /// Writes letters to people, sealed if possible.
    pub letters: Arc<dyn LetterWriter>,
    /// Who may sign up, unless administrators have decided otherwise.
    pub sign_up: SignUpMode,
    /// Whether people can sign in with passwords and passkeys.
    pub local_sign_in: Switch,
    /// The provider at which people sign in, if there is one.
    pub provider: Option<Provider>,
    /// The limits of one account.
    pub allowance: Allowance,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The relay's main domain.
    pub domain: String,
    /// All domains that aliases may be under.
    pub domains: Arc<Domains>,
    /// The MTA-STS policy of the domain (RFC 8461).
    pub policy: String,
    /// The URL of the web interface.
    pub public_url: PublicUrl,
    /// The trusted reverse proxies.
    pub trusted_proxies: Networks,
    /// The folder and the names of the static files.
    pub leptos_options: LeptosOptions,
    /// Finds out for administrators what keeps mail from going through.
    pub examiner: Arc<dyn Examiner>,
    /// Whether all parts of the server have started.
    pub ready: Arc<AtomicBool>,
}

/// The state that every request gets.
#[derive(Clone)]
struct Site(Arc<Shared>);

struct Shared {
    state: State,
    passwords: password::Passwords,
    checkup: checkup::Checkup,
    /// The browser's program, if it was built.
    bundle: Option<app::ui::Bundle>,
}

impl std::ops::Deref for Site {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0.state
    }
}

impl FromRef<Site> for LeptosOptions {
    fn from_ref(site: &Site) -> Self {
        site.leptos_options.clone()
    }
}

/// Returns the whole web interface. [`serve()`] puts the peer's address into each request's extensions. Limits are
/// counted by it, or by the address that a trusted proxy reports.
pub fn router(state: State) -> Router {
    let bundle = bundle::read(Path::new(&*state.leptos_options.site_root));
    let site = Site(Arc::new(Shared {
        state,
        passwords: password::Passwords::default(),
        checkup: checkup::Checkup::default(),
        bundle,
    }));
    let recognise = middleware::from_fn_with_state(site.clone(), visitor::recognise);
    let pages = pages::router(&site);
    let leave = post(provider::leave).layer(recognise.clone()).with_state(site.clone());
    let download = get(download::file).layer(recognise.clone());
    Router::new()
        .route("/healthz", get(health))
        .route("/.well-known/mta-sts.txt", get(policy))
        .route("/profiles/{profile}/{file}", download)
        // Its form is a page.
        .route("/account/import", get_service(pages.clone()))
        .route("/aliases/{alias}/qr.svg", get(qr::alias).layer(recognise.clone()))
        .route("/u/{token}", get_service(pages.clone()).post(unsubscribe::one_click))
        .route(START_PATH, get_service(pages.clone()).post_service(leave))
        .route(RETURN_PATH, get(provider::come_back).layer(recognise.clone()))
        // Not merged, because the pages name their parameters themselves.
        .fallback_service(pages)
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        // It limits the bodies that it reads.
        .merge(data::router().layer(recognise))
        .layer(middleware::from_fn_with_state(site.clone(), cross_site::refuse))
        // Tools are no browsers. They come from no site, and their cookies do not count.
        .merge(api::router().layer(RequestBodyLimitLayer::new(MAX_BODY)))
        .layer(middleware::from_fn_with_state(site.clone(), headers::secure))
        .layer(middleware::from_fn(traced::trace))
        .with_state(site)
}

/// RFC 8461 §3.2 defines the path.
async fn policy(Extract(site): Extract<Site>) -> String {
    site.policy.clone()
}

/// Answers 200 once web, SMTP and database are ready, for health checks.
async fn health(Extract(site): Extract<Site>) -> (StatusCode, &'static str) {
    match site.ready.load(Ordering::Acquire) && site.store.ready().await.is_ok() {
        true => (StatusCode::OK, "ready\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
    }
}
