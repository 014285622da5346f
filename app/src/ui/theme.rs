//! Switches between light and dark. The server reads the choice from a cookie before it sends the first byte.

use leptos::prelude::*;

use crate::api::interface::{SetTheme, Theme};

fn name(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "System",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
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
            <div class="switch" role="group" aria-label="Appearance">{Theme::ALL.map(choice).collect_view()}</div>
        </ActionForm>
    }
}
