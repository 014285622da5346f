//! Switches between light and dark. The server reads the choice from a cookie before it sends the first byte.

use leptos::prelude::*;

use crate::{
    api::interface::{SetTheme, Theme},
    texts::text,
};

fn name(theme: Theme) -> &'static str {
    match theme {
        Theme::System => text!(frame.theme_system),
        Theme::Light => text!(frame.theme_light),
        Theme::Dark => text!(frame.theme_dark),
    }
}

/// Shows three buttons that post, each a choice.
#[component]
pub(super) fn ThemeSwitch(chosen: Theme) -> impl IntoView {
    let set = ServerAction::<SetTheme>::new();
    let choice = move |theme: Theme| {
        let pressed = if chosen == theme { "true" } else { "false" };
        view! {
            <button type="submit" name="theme" value=theme.key() aria-pressed=pressed>{name(theme)}</button>
        }
    };
    view! {
        <ActionForm action=set>
            <div class="switch" role="group" aria-label=text!(frame.theme)>{Theme::ALL.map(choice).collect_view()}</div>
        </ActionForm>
    }
}
