//! Shows the wizard's notices while the browser's program loads, and if it never runs.

use leptos::prelude::*;

use super::wizards::Wizards;
use crate::texts::{shown, text};

/// Stands beside a button that does nothing until the program runs.
#[component]
pub(super) fn Loading() -> impl IntoView {
    let running = Wizards::here().running();
    view! { <span class="waiting loading" hidden=running>{text!(wizard.program.loading)}</span> }
}

/// Says that the program does not run, and what to do. The server sends it with the page, and the program removes it.
/// The style sheet shows it after 5 seconds, and at once if `start.js` says that the program failed.
#[component]
pub(super) fn NoProgram(#[prop(into)] pgp: Signal<String>) -> impl IntoView {
    let running = Wizards::here().running();
    let link = move |children: ChildrenFn| view! { <a href=pgp>{children()}</a> };
    let notice = move || {
        (!running.get()).then(|| {
            view! {
                <div class="notice warn no-program">
                    <p><strong>{text!(wizard.program.missing)}</strong> " " {text!(wizard.program.nothing)}</p>
                    <ul>
                        <li>{text!(wizard.program.slow)}</li>
                        <li>{text!(wizard.program.blocked)}</li>
                        <li>{text!(wizard.program.old)}</li>
                    </ul>
                    <p>{shown!(wizard.program.pgp, <a> = link)}</p>
                </div>
            }
        })
    };
    view! {
        <noscript>
            <p class="notice bad">{text!(wizard.program.no_javascript)}</p>
        </noscript>
        {notice}
    }
}
