//! Keeps the fields of a form that is declined without JavaScript.
//!
//! Leptos then redirects the browser to the page with the error in its URL. The fields travel in a cookie that the page
//! deletes. Secrets are never among them, see [`KeptForm`].

use app::ui::KeptForm;
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{
        HeaderMap, Method, StatusCode,
        header::{ACCEPT, CONTENT_TYPE, LOCATION, SET_COOKIE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    MAX_BODY, Site,
    session::{Cookie, cookie},
};

/// Most octets of the cookie's value. Browsers accept 4,096 with name and attributes (RFC 6265bis §5.5). A longer form
/// is not kept.
const MAX_VALUE: usize = 3500;
/// Marks an error in the URL that Leptos redirects to.
const ERROR: &str = "__err=";

/// Writes the cookie after a form was declined, and reads it for the page that shows the form again.
pub(super) async fn keep(State(site): State<Site>, request: Request, next: Next) -> Response {
    match *request.method() {
        Method::POST if is_plain_form(request.headers()) => keep_declined(&site, request, next).await,
        Method::GET if request.uri().query().is_some_and(|query| query.contains(ERROR)) => {
            show_again(&site, request, next).await
        }
        _ => next.run(request).await,
    }
}

/// Whether the browser itself posted a form, not the program in it.
fn is_plain_form(headers: &HeaderMap) -> bool {
    let holds = |name, text| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.contains(text))
    };
    holds(ACCEPT, "text/html") && holds(CONTENT_TYPE, "application/x-www-form-urlencoded")
}

async fn keep_declined(site: &Site, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let fields: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let mut response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
    if !location.is_some_and(|to| to.contains(ERROR)) {
        return response;
    }
    let value = encode(&KeptForm::new(path, fields));
    let cookie = Cookie::Form.field(&value, Cookie::Form.lifetime(), &site.public_url);
    if let Some(cookie) = cookie.filter(|_| value.len() <= MAX_VALUE) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

async fn show_again(site: &Site, mut request: Request, next: Next) -> Response {
    let value = cookie(request.headers(), Cookie::Form.name(&site.public_url));
    let Some(form) = value.and_then(read) else {
        return next.run(request).await;
    };
    request.extensions_mut().insert(form);
    let mut response = next.run(request).await;
    if let Some(removal) = Cookie::Form.removal(&site.public_url) {
        response.headers_mut().append(SET_COOKIE, removal);
    }
    response
}

/// Encodes the path of the function and then the fields, like a form.
fn encode(form: &KeptForm) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.append_pair("", form.function()).extend_pairs(form.fields());
    URL_SAFE_NO_PAD.encode(pairs.finish())
}

fn read(value: &str) -> Option<KeptForm> {
    let decoded = URL_SAFE_NO_PAD.decode(value).ok()?;
    let mut pairs = form_urlencoded::parse(&decoded).into_owned();
    let (_, function) = pairs.next()?;
    Some(KeptForm::new(function, pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_no_secret_is_kept() {
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let typed = [
            ("email", "ann+a@example.org"),
            ("password", "correct horse"),
            ("label", "Shop & \u{fc}"),
            ("code", "123456"),
            ("invitation", "abc"),
            ("current", "x"),
            ("key", "x"),
        ];
        let form = KeptForm::new("/api/sign_up".to_owned(), typed.map(pair));
        let back = read(&encode(&form)).unwrap();
        assert_eq!(back, form);
        assert_eq!(back.function(), "/api/sign_up");
        let kept = [("email", "ann+a@example.org"), ("label", "Shop & \u{fc}")].map(pair);
        assert_eq!(back.fields(), kept);
        assert_eq!(read("?"), None);
    }
}
