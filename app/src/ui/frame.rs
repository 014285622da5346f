//! Shows the frame of every page: navigation, warning, outcomes and footer.

use leptos::prelude::*;
use leptos_router::components::A;

use super::{banner::Banner, form::Submit, language::LanguageSwitch, theme::ThemeSwitch, toast::ToastArea};
use crate::{
    api::{
        ApiError,
        account::{RelayInfo, SignOut, SignUpMode, Viewer, current_viewer, relay},
        interface::{AboutPages, about},
        next::HOME,
    },
    texts::{shown, text},
};

/// The signed-in account.
type Asked = Resource<Result<Option<Viewer>, ApiError>>;

/// The relay's public facts.
type Facts = Resource<Result<RelayInfo, ApiError>>;

#[component]
pub(super) fn Frame(children: Children) -> impl IntoView {
    let sign_out = ServerAction::<SignOut>::new();
    let viewer = Resource::new(|| (), |()| current_viewer());
    let facts = Resource::new(|| (), |()| relay());
    view! {
        <a class="skip" href="#main">{text!(frame.skip)}</a>
        <header>
            <div class="bar">
                <Navigation viewer facts sign_out/>
            </div>
        </header>
        <main id="main" tabindex="-1">
            <ToastArea/>
            <Announcement facts/>
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

/// Shows what the administrators announce, as they typed it.
#[component]
fn Announcement(facts: Facts) -> impl IntoView {
    let shown = move || {
        let text = facts.get().and_then(Result::ok).and_then(|facts| facts.announcement);
        text.map(|text| {
            view! {
                <section class="notice announcement" aria-label=text!(frame.announcement)>{text}</section>
            }
        })
    };
    view! { <Transition>{shown}</Transition> }
}

#[component]
fn Navigation(viewer: Asked, facts: Facts, sign_out: ServerAction<SignOut>) -> impl IntoView {
    let open = move || {
        facts
            .get()
            .and_then(Result::ok)
            .is_some_and(|relay| relay.open_to() != SignUpMode::Closed)
    };
    let links = move || {
        let open = open();
        viewer.get().map(|viewer| match viewer {
            Ok(Some(viewer)) => view! { <Own viewer sign_out/> }.into_any(),
            _ => view! {
                <Brand href="/"/>
                <nav aria-label=text!(frame.navigation)>
                    <ul>
                        <li><A href="/help">{text!(frame.help)}</A></li>
                        <li><A href="/sign-in">{text!(frame.sign_in)}</A></li>
                        {open.then(|| view! { <li><A href="/sign-up">{text!(frame.sign_up)}</A></li> })}
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
        <nav aria-label=text!(frame.navigation)>
            <ul>
                <li><A href="/aliases">{text!(frame.aliases)}</A></li>
                <li><A href="/relay">{shown!(frame.relay_settings, <spare> = <span class="spare"/>)}</A></li>
                <li><A href="/account">{text!(frame.account)}</A></li>
                <li><A href="/help">{text!(frame.help)}</A></li>
                {viewer.administrator.then(|| view! { <li><A href="/administration">{text!(frame.administration)}</A></li> })}
            </ul>
        </nav>
        <div class="session">
            <span class="viewer">{viewer.email.to_string()}</span>
            <ActionForm action=sign_out>
                <Submit action=sign_out class="quiet">{text!(frame.sign_out)}</Submit>
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
        <p>{text!(frame.purpose)}</p>
        <Transition>{shown}</Transition>
    }
}

#[component]
fn About(pages: AboutPages) -> impl IntoView {
    let AboutPages {
        theme,
        language,
        version,
        bundle,
    } = pages;
    view! {
        <ThemeSwitch chosen=theme/>
        <LanguageSwitch chosen=language/>
        <p class="software">
            {text!(frame.version, version = version)}
            {bundle.map(|digest| {
                let digest = format!("sha256-{}…", &digest[..digest.len().min(12)]);
                view! { {shown!(frame.program, digest = digest, <a> = <a href="/help/program"/>, <code> = <code/>)} }
            })}
        </p>
    }
}
