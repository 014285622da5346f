//! Sets the response headers that make a browser protect the pages.

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{CONTENT_SECURITY_POLICY, STRICT_TRANSPORT_SECURITY},
    },
    middleware::Next,
    response::Response,
};

use super::Site;

/// The policy for everything except pages. The key worker is a file of its own with this policy, so scripts may load
/// what belongs to them and run WebAssembly.
const FILES: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

/// The browser features that the pages use, for this site only. All others are off. Sharing (`web-share`) is not listed
/// because its default is this site only, and Chromium warns about the name if the system has no sharing.
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "publickey-credentials-create=(self), publickey-credentials-get=(self), clipboard-write=(self), \
     accelerometer=(), autoplay=(), camera=(), clipboard-read=(), display-capture=(), encrypted-media=(), \
     fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(), idle-detection=(), \
     local-fonts=(), magnetometer=(), microphone=(), midi=(), otp-credentials=(), payment=(), picture-in-picture=(), \
     screen-wake-lock=(), serial=(), storage-access=(), usb=(), window-management=(), xr-spatial-tracking=()",
);

/// The header fields of every response.
const ALWAYS: [(&str, HeaderValue); 6] = [
    ("x-content-type-options", HeaderValue::from_static("nosniff")),
    // Not `no-referrer`, because a form posted without JavaScript is redirected to the page it came from.
    ("referrer-policy", HeaderValue::from_static("same-origin")),
    ("cross-origin-opener-policy", HeaderValue::from_static("same-origin")),
    ("cross-origin-resource-policy", HeaderValue::from_static("same-origin")),
    ("cross-origin-embedder-policy", HeaderValue::from_static("require-corp")),
    ("permissions-policy", PERMISSIONS),
];

/// Sets the header fields that no part of the site has set itself.
pub(super) async fn secure(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    set(headers, CONTENT_SECURITY_POLICY, FILES);
    for (name, value) in ALWAYS {
        set(headers, HeaderName::from_static(name), value);
    }
    if site.public_url.is_https() {
        set(
            headers,
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000"),
        );
    }
    response
}

/// Returns the policy of a page. Its inline scripts carry an unpredictable nonce. In browsers with Trusted Types, text
/// becomes markup or a script URL only through the policy in `frontend/js/start.js`.
pub(super) fn page_policy(nonce: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default"
    ))
    .ok()
}

/// The scripts of a page must carry their integrity (Subresource Integrity §3.8). Browsers do not load others.
pub(super) const INTEGRITY: (HeaderName, HeaderValue) = (
    HeaderName::from_static("integrity-policy"),
    HeaderValue::from_static("blocked-destinations=(script)"),
);

fn set(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}
