//! Help: pictures of our own pages.

use leptos::prelude::*;

/// A picture of one of our own pages, made by the browser suite (`end2end/tests/help-pictures.spec.ts`). Its size is told, so
/// that nothing moves when it arrives.
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
                src=format!("/help/{name}.png")
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
