//! Shows the frame of every page: navigation, warning, outcomes and footer.

use leptos::prelude::*;
use leptos_router::components::A;

use super::{banner::Banner, form::Submit, theme::ThemeSwitch, toast::ToastArea};
use crate::api::{
    ApiError,
    account::{SignOut, SignUpMode, Viewer, current_viewer, relay},
    interface::{AboutPages, about},
    next::HOME,
};

/// The signed-in account.
type Asked = Resource<Result<Option<Viewer>, ApiError>>;

#[component]
pub(super) fn Frame(children: Children) -> impl IntoView {
    let sign_out = ServerAction::<SignOut>::new();
    let viewer = Resource::new(|| (), |()| current_viewer());
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <header>
            <div class="bar">
                <Navigation viewer sign_out/>
            </div>
        </header>
        <main id="main" tabindex="-1">
            <ToastArea/>
            <Warning viewer/>
            {children()}
        </main>
        <footer><Foot/></footer>
    }
}

#[component]
fn Warning(viewer: Asked) -> impl IntoView {
    let banner = move || {
        let viewer = viewer.get().and_then(Result::ok).flatten();
        viewer.map(|viewer| view! { <Banner mailboxes=viewer.unsealed/> })
    };
    view! { <Transition>{banner}</Transition> }
}

#[component]
fn Navigation(viewer: Asked, sign_out: ServerAction<SignOut>) -> impl IntoView {
    let facts = Resource::new(|| (), |()| relay());
    let open = move || {
        facts
            .get()
            .and_then(Result::ok)
            .is_some_and(|relay| relay.sign_up != SignUpMode::Closed)
    };
    let links = move || {
        let open = open();
        viewer.get().map(|viewer| match viewer {
            Ok(Some(viewer)) => view! { <Own viewer sign_out/> }.into_any(),
            _ => view! {
                <Brand href="/"/>
                <nav aria-label="Main">
                    <ul>
                        <li><A href="/help">"Help"</A></li>
                        <li><A href="/sign-in">"Sign in"</A></li>
                        {open.then(|| view! { <li><A href="/sign-up">"Sign up"</A></li> })}
                    </ul>
                </nav>
            }
            .into_any(),
        })
    };
    view! { <Transition>{links}</Transition> }
}

#[component]
fn Own(viewer: Viewer, sign_out: ServerAction<SignOut>) -> impl IntoView {
    view! {
        <Brand href=HOME/>
        <nav aria-label="Main">
            <ul>
                <li><A href="/aliases">"Aliases"</A></li>
                <li><A href="/relay">"Mail Relay"<span class="spare">" Settings"</span></A></li>
                <li><A href="/account">"Account"</A></li>
                <li><A href="/help">"Help"</A></li>
            </ul>
        </nav>
        <div class="session">
            <span class="viewer">{viewer.email.to_string()}</span>
            <ActionForm action=sign_out>
                <Submit action=sign_out class="quiet">"Sign out"</Submit>
            </ActionForm>
        </div>
    }
}

#[component]
fn Brand(href: &'static str) -> impl IntoView {
    view! { <a class="brand" href=href><img src="/icon.svg" alt="" width="28" height="28"/><span>"Sealpost"</span></a> }
}

#[component]
fn Foot() -> impl IntoView {
    let asked = Resource::new(|| (), |()| about());
    let shown = move || asked.get().and_then(Result::ok).map(|pages| view! { <About pages/> });
    view! {
        <p>"Sealpost seals your mail before your provider stores it."</p>
        <Transition>{shown}</Transition>
    }
}

#[component]
fn About(pages: AboutPages) -> impl IntoView {
    let AboutPages { theme, version, bundle } = pages;
    view! {
        <ThemeSwitch chosen=theme/>
        <p class="software">
            {format!("Version {version}")}
            {bundle.map(|digest| view! {
                ", program " <a href="/help/program"><code>{format!("sha256-{}…", &digest[..digest.len().min(12)])}</code></a>
            })}
        </p>
    }
}
