//! How the pages look, which a cookie keeps, and which program they run.

use app::api::{
    InterfaceBackend,
    interface::{AboutPages, Theme},
};
use axum::http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, REFERER},
    request::Parts,
};
use leptos::prelude::use_context;

use super::{super::session::cookie, RequestBackend};

/// No secret: a name of [`Theme`].
const COOKIE_NAME: &str = "sealpost_theme";

impl InterfaceBackend for RequestBackend {
    fn about(&self) -> AboutPages {
        AboutPages {
            theme: use_context::<Parts>().map_or(Theme::System, |parts| theme(&parts.headers)),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            bundle: self.site.0.bundle.as_ref().and_then(|bundle| bundle.digest()),
        }
    }

    fn set_theme(&self, theme: Theme) {
        // Chrome keeps no cookie for longer than 400 days (RFC 6265bis §5.5).
        let (value, seconds) = match theme {
            Theme::System => ("", 0),
            chosen => (chosen.key(), 400 * 24 * 60 * 60),
        };
        let secure = if self.site.public_url.is_https() {
            "; Secure"
        } else {
            ""
        };
        let text = format!("{COOKIE_NAME}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        self.set_cookie(HeaderValue::from_str(&text).ok());
    }

    fn plain_form_from(&self) -> Option<String> {
        let parts = use_context::<Parts>()?;
        let field = |name| parts.headers.get(name)?.to_str().ok();
        field(ACCEPT)?
            .contains("text/html")
            .then(|| field(REFERER).unwrap_or("/").to_owned())
    }
}

/// What the visitor chose; as the device is set where there is no choice, or none that we know.
fn theme(headers: &HeaderMap) -> Theme {
    cookie(headers, COOKIE_NAME)
        .and_then(Theme::from_key)
        .unwrap_or_default()
}
