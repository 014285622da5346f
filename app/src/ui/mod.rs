//! Pages.
use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! { <!DOCTYPE html><html lang="en"><head><AutoReload options=options.clone()/><HydrationScripts options/></head><body><App/></body></html> }
}
#[component]
pub fn App() -> impl IntoView {
    view! { <Router><Routes fallback=|| "nothing here"><Route path=path!("/") view=Home ssr=SsrMode::Async/><Route path=path!("/relay") view=Home ssr=SsrMode::Async/><Route path=path!("/profiles/:other") view=Home ssr=SsrMode::Async/></Routes></Router> }
}
#[component]
fn Home() -> impl IntoView {
    let viewer = Resource::new(|| (), |()| crate::api::account::current_viewer());
    view! { <Suspense>{move || viewer.get().map(|viewer| format!("{viewer:?}"))}</Suspense> }
}
