//! Shows the way through the menus of another program.

use leptos::prelude::*;

/// Shows names of menus one after the other, such as "Settings › Mail".
pub(super) fn menu(names: &[&'static str]) -> impl IntoView + use<> {
    view! { <span class="menu">{names.join(" › ")}</span> }
}
