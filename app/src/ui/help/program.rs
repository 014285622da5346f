//! Explains the program in the browser, and how to compare it with its source.

use leptos::prelude::*;

use crate::{
    api::interface::about,
    texts::{shown, text},
};

pub(super) fn text() -> AnyView {
    let asked = Resource::new(|| (), |()| about());
    let digest = move || {
        asked
            .get()
            .and_then(Result::ok)
            .and_then(|pages| pages.bundle)
            .map(|digest| {
                let digest = format!("sha256-{digest}");
                view! { <p>{shown!(help.program.digest, digest = digest, <code> = <code/>)}</p> }
            })
    };
    view! {
        <p>{text!(help.program.why)}</p>
        <Transition>{digest}</Transition>
        <ol class="guide">
            <li>{text!(help.program.source)}</li>
            <li>{shown!(help.program.build, <code> = <code/>)}</li>
            <li>{shown!(help.program.compare, <code> = <code/>)}</li>
        </ol>
    }
    .into_any()
}
