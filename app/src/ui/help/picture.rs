//! Shows pictures of our own pages.

use leptos::prelude::*;

/// A picture of one of our own pages from the browser suite (`end2end/tests/pictures.spec.ts`). It states its
/// size, so that nothing moves when it loads.
#[component]
pub(super) fn Picture(
    name: &'static str,
    width: u32,
    height: u32,
    /// A description for people who cannot see the picture.
    alt: &'static str,
    caption: &'static str,
) -> impl IntoView {
    view! {
        <figure>
            <img
                src=format!("/pictures/{name}.png")
                alt=alt
                width=width.to_string()
                height=height.to_string()
                loading="lazy"
                decoding="async"
            />
            <figcaption>{caption}</figcaption>
        </figure>
    }
}
