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

/// Shows three buttons that post, so that it works without JavaScript. With it, the page changes at once.
#[component]
pub(super) fn ThemeSwitch(chosen: Theme) -> impl IntoView {
    let set = ServerAction::<SetTheme>::new();
    let now = RwSignal::new(chosen);
    let choice = move |theme: Theme| {
        let key = theme.key();
        let apply = move |_| {
            now.set(theme);
            show(theme);
        };
        view! {
            <button
                type="submit"
                name="theme"
                value=key
                aria-pressed=move || if now.get() == theme { "true" } else { "false" }
                on:click=apply
            >
                {name(theme)}
            </button>
        }
    };
    view! {
        <ActionForm action=set>
            <div class="switch" role="group" aria-label="Appearance">{Theme::ALL.map(choice).collect_view()}</div>
        </ActionForm>
    }
}

/// Does the same as the server in `shell`.
fn show(theme: Theme) {
    if let Some(root) = document().document_element() {
        // If the browser refuses, the next page shows it.
        let _ = root.set_attribute("data-theme", theme.key());
    }
}
