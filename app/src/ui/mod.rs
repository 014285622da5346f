//! Renders the pages, on the server. They are HTML: forms post to the server functions of [`crate::api`], and links are
//! links.
//!
//! Two programs continue in the browser. The islands of ordinary pages (feature `hydrate`) are small comforts, and each
//! page works without them. The issuance wizard (feature `csr`) needs its program. Components hold no rules. They show what
//! the server says and send what people type. Only the key worker ([`crate::custody`]) holds private keys.

mod account;
mod activation;
mod activity;
mod administration;
mod alias;
mod aliases;
mod api_keys;
mod banner;
#[cfg(feature = "ssr")]
mod bundle;
mod checklist;
mod copy;
mod data;
mod delete_mailbox;
mod download;
mod form;
mod frame;
#[cfg(feature = "ssr")]
mod head;
mod help;
mod issue;
mod kept;
mod landing;
mod language;
mod loaded;
mod mailbox;
mod move_alias;
mod pager;
mod parts;
mod passkey;
mod pgp;
mod profile;
mod profile_name;
mod profile_settings;
#[cfg(any(feature = "hydrate", feature = "csr"))]
mod program;
mod provider;
mod recovery;
mod relay_settings;
mod renewal;
mod sign_in;
mod sign_up;
mod test_message;
mod theme;
mod toast;
mod undo;
mod unsubscribe;
mod verify;
mod when;
mod words;

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos_meta::MetaTags;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

#[cfg(feature = "ssr")]
pub use self::bundle::{Bundle, Part};
pub use self::kept::KeptForm;
#[cfg(feature = "hydrate")]
pub use self::program::start_islands;
#[cfg(feature = "csr")]
pub use self::program::start_wizard;
use self::{
    account::{Account, recovery_codes::RecoveryCodesPage, two_factor::TwoFactorPage},
    administration::{
        AccountPage, AccountsPage, Administration, DeleteAccountOfPage, Invitations, LiveSettings, OperatorLog,
        WaitingMessages,
    },
    alias::Alias,
    aliases::{Aliases, DeleteAliases},
    api_keys::ApiKeys,
    data::{Data, DeleteAccountPage, ImportAliases},
    delete_mailbox::DeleteMailbox,
    frame::Frame,
    help::{Help, HelpTopic},
    issue::NewProfile,
    landing::Landing,
    loaded::NotFound,
    pgp::NewPgpProfile,
    profile::Profile,
    provider::LeavingPage,
    recovery::{Forgot, Reset},
    relay_settings::RelaySettings,
    sign_in::{SecondStep, SignIn},
    sign_up::SignUp,
    unsubscribe::Unsubscribe,
    verify::Verify,
};
#[cfg(feature = "ssr")]
use crate::api::{
    backend::backend,
    interface::{InterfaceBackend, Theme},
};
#[cfg(feature = "ssr")]
use crate::texts;

/// The document around the pages. `bundle` names the browser's programs, if they were built.
#[cfg(feature = "ssr")]
pub fn shell(bundle: Option<Bundle>) -> impl IntoView {
    // Only islands take their data to the browser.
    if let Some(context) = Owner::current_shared_context() {
        context.set_is_hydrating(false);
    }
    // In the very first bytes, so that no page ever appears in the other theme.
    let theme = backend::<dyn InterfaceBackend>().map_or_else(|_| Theme::default(), |backend| backend.about().theme);
    view! {
        <!DOCTYPE html>
        <html lang=texts::here().to_string() data-theme=theme.key()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content=theme.color_scheme()/>
                <head::Colours theme/>
                <head::Icons/>
                <bundle::Scripts bundle/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// All pages. Each is sent when it is complete.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        // The text for the moment in which no page has set one.
        <Title text="" formatter=|title: String| if title.is_empty() { "Sealpost".to_owned() } else { format!("{title} · Sealpost") }/>
        <Router>
            <Frame>
                <Routes fallback=NotFound>
                    <Route path=path!("/") view=Landing ssr=SsrMode::Async/>
                    <Route path=path!("/sign-up") view=SignUp ssr=SsrMode::Async/>
                    <Route path=path!("/sign-in") view=SignIn ssr=SsrMode::Async/>
                    <Route path=path!("/sign-in/provider") view=LeavingPage ssr=SsrMode::Async/>
                    <Route path=path!("/sign-in/code") view=SecondStep ssr=SsrMode::Async/>
                    <Route path=path!("/forgot") view=Forgot ssr=SsrMode::Async/>
                    <Route path=path!("/forgot/code") view=Reset ssr=SsrMode::Async/>
                    <Route path=path!("/account") view=Account ssr=SsrMode::Async/>
                    <Route path=path!("/account/two-factor") view=TwoFactorPage ssr=SsrMode::Async/>
                    <Route path=path!("/account/recovery-codes") view=RecoveryCodesPage ssr=SsrMode::Async/>
                    <Route path=path!("/verify") view=Verify ssr=SsrMode::Async/>
                    <Route path=path!("/relay") view=RelaySettings ssr=SsrMode::Async/>
                    <Route path=path!("/relay/:mailbox/new-profile") view=NewProfile ssr=SsrMode::Async/>
                    <Route path=path!("/relay/:mailbox/new-profile/pgp") view=NewPgpProfile ssr=SsrMode::Async/>
                    <Route path=path!("/relay/:mailbox/delete") view=DeleteMailbox ssr=SsrMode::Async/>
                    <Route path=path!("/aliases") view=Aliases ssr=SsrMode::Async/>
                    // Before the page of one alias, whose path would match.
                    <Route path=path!("/aliases/delete") view=DeleteAliases ssr=SsrMode::Async/>
                    <Route path=path!("/aliases/:alias") view=Alias ssr=SsrMode::Async/>
                    <Route path=path!("/account/data") view=Data ssr=SsrMode::Async/>
                    <Route path=path!("/account/import") view=ImportAliases ssr=SsrMode::Async/>
                    <Route path=path!("/account/delete") view=DeleteAccountPage ssr=SsrMode::Async/>
                    <Route path=path!("/account/api-keys") view=ApiKeys ssr=SsrMode::Async/>
                    <Route path=path!("/administration") view=Administration ssr=SsrMode::Async/>
                    <Route path=path!("/administration/accounts") view=AccountsPage ssr=SsrMode::Async/>
                    <Route path=path!("/administration/accounts/:account") view=AccountPage ssr=SsrMode::Async/>
                    <Route path=path!("/administration/accounts/:account/delete") view=DeleteAccountOfPage ssr=SsrMode::Async/>
                    <Route path=path!("/administration/invitations") view=Invitations ssr=SsrMode::Async/>
                    <Route path=path!("/administration/queue") view=WaitingMessages ssr=SsrMode::Async/>
                    <Route path=path!("/administration/settings") view=LiveSettings ssr=SsrMode::Async/>
                    <Route path=path!("/administration/log") view=OperatorLog ssr=SsrMode::Async/>
                    <Route path=path!("/u/:token") view=Unsubscribe ssr=SsrMode::Async/>
                    <Route path=path!("/help") view=Help ssr=SsrMode::Async/>
                    <Route path=path!("/help/:topic") view=HelpTopic ssr=SsrMode::Async/>
                    <Route path=path!("/profiles/:profile") view=Profile ssr=SsrMode::Async/>
                </Routes>
            </Frame>
        </Router>
    }
}
