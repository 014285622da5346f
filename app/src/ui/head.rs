//! Names the site's icons, its web manifest and its colours in the document's head.

use leptos::prelude::*;

use crate::api::interface::Theme;

/// The colour of the navigation (`--surface` in `style/1-tokens.css`), which browsers continue around the page.
const LIGHT: &str = "#ffffff";
const DARK: &str = "#171f1e";

#[component]
pub(super) fn Icons() -> impl IntoView {
    view! {
        // Browsers that ask for nothing else take /favicon.ico without being told.
        <link rel="icon" type="image/svg+xml" href="/icon.svg"/>
        <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
        <link rel="manifest" href="/site.webmanifest"/>
    }
}

#[component]
pub(super) fn Colours(theme: Theme) -> impl IntoView {
    let colour = |content: &'static str, media: Option<&'static str>| {
        leptos::html::meta()
            .name("theme-color")
            .content(content)
            .attr("media", media)
    };
    match theme {
        Theme::Light => colour(LIGHT, None).into_any(),
        Theme::Dark => colour(DARK, None).into_any(),
        Theme::System => view! {
            {colour(LIGHT, Some("(prefers-color-scheme: light)"))}
            {colour(DARK, Some("(prefers-color-scheme: dark)"))}
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colours_are_those_of_the_style_sheet() {
        let tokens = include_str!("../../../style/1-tokens.css");
        assert!(
            tokens.contains(&format!("--surface: light-dark({LIGHT}, {DARK});")),
            "{tokens}"
        );
    }
}
