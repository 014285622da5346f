//! Makes a span of each request. It has the template of the route, and nothing that the client chose.

use axum::{
    extract::{MatchedPath, Request},
    http::Method,
    middleware::Next,
    response::Response,
};
use tracing::{Instrument, Span};

use crate::traces::span;

/// Answers within a span. Without traces it only passes the request on.
pub(super) async fn trace(request: Request, next: Next) -> Response {
    let span = span::request(method(request.method()));
    if span.is_disabled() {
        return next.run(request).await;
    }
    let outer = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).instrument(span.clone()).await;
    let route = response.extensions().get().or(outer.as_ref());
    span::end_request(&span, route.map(MatchedPath::as_str), response.status().as_u16());
    response
}

/// Tells [`trace`] the route of a page. From outside, all pages are one.
pub(super) async fn name_route(request: Request, next: Next) -> Response {
    let route = match Span::current().is_disabled() {
        true => None,
        false => request.extensions().get::<MatchedPath>().cloned(),
    };
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

/// The method, if it is one that servers know. A client may send any word.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}
