//! Refuses cross-site requests before they do anything. SameSite cookies are the other protection.

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, Method, StatusCode,
        header::{HOST, ORIGIN, REFERER},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Site, unsubscribe};
use crate::config::PublicUrl;

pub(super) async fn refuse(State(site): State<Site>, request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    // RFC 8058 §3.2: providers post without cookies and from anywhere. Only the path matters there.
    let one_click = request.uri().path().starts_with(unsubscribe::PATH);
    if reads || one_click || is_ours(request.headers(), &site.public_url) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "This request came from another site.\n").into_response()
}

/// Whether the request came from one of our own pages. The first field that exists decides. Without any of the three,
/// the request is refused.
fn is_ours(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    let field = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    // https://www.w3.org/TR/fetch-metadata/ : same-site is not enough, because a neighbouring host is not ours.
    if let Some(site) = field("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let source = match (field(ORIGIN.as_str()), field(REFERER.as_str())) {
        (Some(origin), _) => origin,
        (None, Some(referer)) => origin_of(referer),
        (None, None) => return false,
    };
    let host = field(HOST.as_str()).unwrap_or_default().to_lowercase();
    let same_host = || {
        source.parse::<PublicUrl>().is_ok_and(|source| {
            [format!("http://{host}"), format!("https://{host}")]
                .iter()
                .any(|own| source.is_origin(own))
        })
    };
    public_url.is_origin(source) || same_host()
}

/// Returns the origin of a URL.
fn origin_of(address: &str) -> &str {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..]
        .find(['/', '?', '#'])
        .map_or(address.len(), |at| start + at);
    &address[..end]
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn ours(fields: &[(&str, &str)]) -> bool {
        let headers = fields
            .iter()
            .map(|(name, value)| {
                let name: HeaderName = name.parse().unwrap();
                (name, HeaderValue::from_str(value).unwrap())
            })
            .collect();
        is_ours(&headers, &"https://mail.example.org".parse().unwrap())
    }

    #[test]
    fn own_pages_are_believed() {
        assert!(ours(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://evil.example")
        ]));
        assert!(ours(&[("sec-fetch-site", "none")]));
        assert!(ours(&[("origin", "https://mail.example.org")]));
        assert!(ours(&[("origin", "http://10.0.0.7:3000"), ("host", "10.0.0.7:3000")]));
        assert!(ours(&[("referer", "https://mail.example.org/relay?x=/y")]));
    }

    #[test]
    fn other_sites_and_silence_are_refused() {
        for fields in [
            vec![],
            vec![("sec-fetch-site", "cross-site"), ("origin", "https://mail.example.org")],
            vec![("sec-fetch-site", "same-site"), ("origin", "https://mail.example.org")],
            vec![("origin", "null"), ("referer", "https://mail.example.org/")],
            vec![("origin", "https://evil.example"), ("host", "mail.example.org")],
            vec![("origin", "https://mail.example.org.evil.example")],
            vec![("origin", "http://mail.example.org")],
            vec![("origin", "https://mail.example.org@evil.example")],
            vec![("referer", "https://evil.example/https://mail.example.org")],
            vec![("referer", "https://mail.example.org.evil.example/")],
            vec![("referer", "")],
            vec![("host", "")],
        ] {
            assert!(!ours(&fields), "{fields:?}");
        }
    }
}
