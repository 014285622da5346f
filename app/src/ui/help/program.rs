//! Explains the program in the browser, and how to compare it with its source.

use leptos::prelude::*;

use crate::api::interface::about;

pub(super) fn text() -> AnyView {
    let asked = Resource::new(|| (), |()| about());
    let digest = move || {
        asked.get().and_then(Result::ok).and_then(|pages| pages.bundle).map(|digest| {
            view! {
                <p>"This page runs the program " <code>{format!("sha256-{digest}")}</code> "; reproduce it with " <code>"make site"</code> "."</p>
            }
        })
    };
    view! {
        <p>
            "You need not take our word for what the program does. It is built from public source, and anyone who builds that source can \
             compare. Builds in two folders of one machine gave the same bytes. Two machines have not been compared yet."
        </p>
        <Transition>{digest}</Transition>
        <ol class="guide">
            <li>"Get the source of the version at the foot of this page."</li>
            <li>
                "Run " <code>"make site"</code> ", then " <code>"sha256sum target/site/pkg/start-*.js"</code> ". The result is the number \
                 above. This one file names all others by their hashes, and your browser refuses each that differs."
            </li>
            <li>
                "To see what your browser got, save the file " <code>"/pkg/start-….js"</code>
                " of this page from the network view of its developer tools, and compare its SHA-256."
            </li>
        </ol>
    }
    .into_any()
}
