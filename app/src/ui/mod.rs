//! The pages: rendered complete on the server, taken over by the same program in the browser.
//!
//! Every page but the issuance wizard works without JavaScript: forms post to the server functions of [`crate::api`]
//! and links are links. Components hold no rules: they show what the server says and pass on what a person typed.
//! Private keys are seen by nothing here but the worker in [`custody`].

mod activity;
mod alias;
mod aliases;
mod api_keys;
pub mod custody;
mod data;
mod form;
mod frame;
mod issue;
mod landing;
mod loaded;
mod mailbox;
mod profile;
mod relay_settings;
mod sign_in;
mod sign_up;
mod verify;
mod words;

use leptos::prelude::*;
use leptos_meta::{MetaTags, Stylesheet, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

use self::{
    alias::Alias,
    aliases::Aliases,
    api_keys::ApiKeys,
    data::{Data, DeleteAccountPage, ImportAliases},
    frame::Frame,
    issue::NewProfile,
    issue::wizard::Wizards,
    landing::Landing,
    loaded::NotFound,
    profile::Profile,
    relay_settings::RelaySettings,
    sign_in::SignIn,
    sign_up::SignUp,
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
                    <Route path=path!("/verify") view=Verify ssr=SsrMode::Async/>
                    <Route path=path!("/relay") view=RelaySettings ssr=SsrMode::Async/>
                    <Route path=path!("/relay/:mailbox/new-profile") view=NewProfile ssr=SsrMode::Async/>
                    <Route path=path!("/aliases") view=Aliases ssr=SsrMode::Async/>
                    <Route path=path!("/aliases/:alias") view=Alias ssr=SsrMode::Async/>
                    <Route path=path!("/account/data") view=Data ssr=SsrMode::Async/>
                    <Route path=path!("/account/import") view=ImportAliases ssr=SsrMode::Async/>
                    <Route path=path!("/account/delete") view=DeleteAccountPage ssr=SsrMode::Async/>
                    <Route path=path!("/account/api-keys") view=ApiKeys ssr=SsrMode::Async/>
                    <Route path=path!("/profiles/:profile") view=Profile ssr=SsrMode::Async/>
                </Routes>
            </Frame>
        </Router>
    }
}
