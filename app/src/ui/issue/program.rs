//! Shows the wizard's notices while the browser's program loads, and if it never runs.

use leptos::prelude::*;

use super::wizards::Wizards;

/// Stands beside a button that does nothing until the program runs.
#[component]
pub(super) fn Loading() -> impl IntoView {
    let running = Wizards::here().running();
    view! { <span class="waiting loading" hidden=running>"Loading…"</span> }
}

/// Says that the program does not run, and what to do. The server sends it with the page, and the program removes it.
/// The style sheet shows it after 5 seconds, and at once if `start.js` says that the program failed.
#[component]
pub(super) fn NoProgram(#[prop(into)] pgp: Signal<String>) -> impl IntoView {
    let running = Wizards::here().running();
    let notice = move || {
        (!running.get()).then(|| {
            view! {
                <div class="notice warn no-program">
                    <p>
                        <strong>"The program that makes your key is not running in this browser."</strong>
                        " Until it runs, the buttons on this page do nothing."
                    </p>
                    <ul>
                        <li>"On a slow connection it may still be loading: wait a minute, then reload the page."</li>
                        <li>
                            "If it stays like this, the browser or an extension blocks WebAssembly. Allow scripts and WebAssembly for \
                             this site. On iPhone, iPad and Mac, Lockdown Mode blocks it: exclude this site, or use another device."
                        </li>
                        <li>"An old browser may not be able to run it: update it, or use another one."</li>
                    </ul>
                    <p><a href=pgp>"Set up PGP instead"</a> ": that works without the program."</p>
                </div>
            }
        })
    };
    view! {
        <noscript>
            <p class="notice bad">
                "This page needs JavaScript: your key is made in the browser, so that nobody else ever has it. Everything else \
                 on this site works without, and so does PGP."
            </p>
        </noscript>
        {notice}
    }
}
