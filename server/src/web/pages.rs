//! Serves the Leptos pages, their server functions and the static files.

use std::sync::{Arc, OnceLock};

use app::{
    api,
    ui::{App, KeptForm, shell},
};
use axum::{
    Router,
    extract::Request,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY},
        request::Parts,
    },
    middleware::{self, Next},
    response::Response,
};
use leptos::{
    nonce::use_nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::{
    AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list, render_app_async_with_context,
};
use tower_http::{
    compression::{
        CompressionLayer, Predicate,
        predicate::{DefaultPredicate, NotForContentType},
    },
    services::ServeDir,
};

use super::{
    Site,
    backend::RequestBackend,
    headers::{INTEGRITY, page_policy},
    kept_form, language, status, traced, visitor,
};

/// The routes of the pages, which all routers share. They are found only once, because meanwhile Leptos keeps all
/// resources of the process from loading, and those that start then never load (leptos-rs/leptos#4773).
fn routes() -> Vec<AxumRouteListing> {
    static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    ROUTES.get_or_init(|| generate_route_list(App)).clone()
}

/// Serves pages, then static files, then the page for unknown addresses.
pub(super) fn router(site: &Site) -> Router {
    let recognise = middleware::from_fn_with_state(site.clone(), visitor::recognise);
    let context = {
        let site = site.clone();
        move || provide(&site)
    };
    let page = {
        let bundle = site.0.bundle.clone();
        move || shell(bundle.clone())
    };
    let nothing = {
        let render = render_app_async_with_context(context.clone(), page.clone());
        let render = move |request: Request| {
            let rendered = render(request);
            async move { not_found(rendered.await) }
        };
        Router::new().fallback(render).layer(recognise.clone())
    };
    let files = ServeDir::new(&*site.leptos_options.site_root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(nothing);
    let files = Router::new()
        .fallback_service(files)
        .layer(middleware::from_fn(set_cache_control))
        // Pages are never compressed, because they contain secrets next to other people's text (BREACH).
        .layer(
            CompressionLayer::new()
                .compress_when(DefaultPredicate::new().and(NotForContentType::const_new("text/html"))),
        );
    Router::new()
        .leptos_routes_with_context(site, routes(), context, page)
        .route_layer(middleware::from_fn(status::of_error))
        .route_layer(recognise)
        .route_layer(middleware::from_fn_with_state(site.clone(), kept_form::keep))
        .route_layer(middleware::from_fn(traced::name_route))
        .fallback_service(files)
        .with_state(site.clone())
}

/// Renders the page at a request's address, with the additional context of `extra`.
pub(super) async fn with(site: &Site, request: Request, extra: impl Fn() + Clone + Send + Sync + 'static) -> Response {
    let bundle = site.0.bundle.clone();
    let context = {
        let site = site.clone();
        move || {
            provide(&site);
            extra();
        }
    };
    render_app_async_with_context(context, move || shell(bundle.clone()))(request).await
}

/// Provides a page or a server function with the backend for this request.
fn provide(site: &Site) {
    let Some(response) = use_context::<ResponseOptions>() else {
        return;
    };
    if let Some(policy) = use_nonce().and_then(|nonce| page_policy(&nonce.to_string())) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
        response.insert_header(INTEGRITY.0, INTEGRITY.1);
    }
    let parts = use_context::<Parts>();
    let language = parts
        .as_ref()
        .map(|parts| language::of(&parts.headers))
        .unwrap_or_default();
    provide_context(language);
    if let Some(form) = parts.as_ref().and_then(|parts| parts.extensions.get::<KeptForm>()) {
        provide_context(form.clone());
    }
    let visitor = parts.and_then(|parts| parts.extensions.get().copied());
    if let Some(visitor) = visitor {
        api::provide(Arc::new(RequestBackend::new(site.clone(), visitor, response)));
    }
}

/// Sets how long a file is cached. Names of the program's files change with their content, the others keep theirs.
async fn set_cache_control(request: Request, next: Next) -> Response {
    let named_by_content = is_named_by_content(request.uri().path());
    let mut response = next.run(request).await;
    let value = match named_by_content && response.status().is_success() {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(value));
    response
}

/// Whether a path is `/pkg/NAME-HASH.ENDING`, as `scripts/site` names the program's files.
fn is_named_by_content(path: &str) -> bool {
    let hash = path
        .strip_prefix("/pkg/")
        .and_then(|file| file.split_once('.'))
        .and_then(|(stem, _)| stem.rsplit_once('-'));
    hash.is_some_and(|(_, hash)| hash.len() == 20 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn not_found(mut response: Response) -> Response {
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}
