//! The pages: rendered complete on the server, taken over by the same program in the browser.
//!
//! Every page but the issuance wizard works without JavaScript: forms post to the server functions of [`crate::api`]
//! and links are links. Components hold no rules: they show what the server says and pass on what a person typed.
//! Private keys are seen by nothing here but the worker in [`custody`].

mod account;
mod activity;
mod alias;
mod aliases;
mod copy;
pub mod custody;
mod delete_mailbox;
mod form;
mod frame;
mod issue;
mod landing;
mod loaded;
mod mailbox;
mod move_alias;
mod passkey;
mod pgp;
mod probe;
mod profile;
mod profile_settings;
mod recovery;
mod relay_settings;
mod renewal;
mod sign_in;
mod sign_up;
mod unsubscribe;
mod verify;
mod when;
mod words;

use leptos::prelude::*;
use leptos_meta::{MetaTags, Stylesheet, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

use self::{
    account::{Account, recovery_codes::RecoveryCodesPage, two_factor_page::TwoFactorPage},
    alias::Alias,
    aliases::Aliases,
    delete_mailbox::DeleteMailbox,
    frame::Frame,
    issue::NewProfile,
    issue::wizard::Wizards,
    landing::Landing,
    loaded::NotFound,
    pgp::NewPgpProfile,
    profile::Profile,
    recovery::{Forgot, Reset},
    relay_settings::RelaySettings,
    sign_in::{SecondStep, SignIn},
    sign_up::SignUp,
    unsubscribe::Unsubscribe,
    verify::Verify,
};

/// The document around the pages.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" type="image/svg+xml" href="/icon.svg"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// All pages. Each is sent when it is complete, so that none needs JavaScript to be read.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_context(Wizards::new());
    view! {
        <Stylesheet id="style" href="/pkg/sealpost.css"/>
        <Title formatter=|title: String| if title.is_empty() { "Sealpost".to_owned() } else { format!("{title} · Sealpost") }/>
        <Router>
            <Frame>
                <Routes fallback=NotFound>
                    <Route path=path!("/") view=Landing ssr=SsrMode::Async/>
                    <Route path=path!("/sign-up") view=SignUp ssr=SsrMode::Async/>
                    <Route path=path!("/sign-in") view=SignIn ssr=SsrMode::Async/>
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
                    <Route path=path!("/aliases/:alias") view=Alias ssr=SsrMode::Async/>
                    <Route path=path!("/u/:token") view=Unsubscribe ssr=SsrMode::Async/>
                    <Route path=path!("/profiles/:profile") view=Profile ssr=SsrMode::Async/>
                </Routes>
            </Frame>
        </Router>
    }
}
