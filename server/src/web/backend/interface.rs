//! Reads and sets the theme and the language, and reports which version of the browser program the pages run.

use app::{
    api::{
        ApiError,
        interface::{AboutPages, InterfaceBackend, Theme},
    },
    texts::Language,
};
use axum::http::{HeaderMap, request::Parts};
use leptos::prelude::use_context;
use time::Duration;

use super::{
    super::{
        fault::fault,
        language,
        session::{cookie, set_cookie},
    },
    RequestBackend,
};

/// The name of the cookie. Its value is the name of a [`Theme`] and no secret.
const COOKIE_NAME: &str = "sealpost_theme";

#[async_trait::async_trait]
impl InterfaceBackend for RequestBackend {
    fn about(&self) -> AboutPages {
        AboutPages {
            theme: use_context::<Parts>().map_or(Theme::System, |parts| theme(&parts.headers)),
            language: language(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            bundle: self.site.0.bundle.as_ref().and_then(|bundle| bundle.digest()),
        }
    }

    fn set_theme(&self, theme: Theme) {
        // Chrome limits cookies to 400 days (RFC 6265bis §5.5).
        let (value, lifetime) = match theme {
            Theme::System => ("", Duration::ZERO),
            chosen => (chosen.key(), Duration::days(400)),
        };
        self.set_cookie(set_cookie(COOKIE_NAME, value, lifetime, &self.site.public_url));
    }

    async fn set_language(&self, language: Language) -> Result<(), ApiError> {
        self.set_cookie(language::cookie(language, &self.site.public_url));
        match self.visitor.account {
            Some(account) => self.site.store.set_language(account, language).await.map_err(fault),
            None => Ok(()),
        }
    }
}

/// Returns the language that the request is answered in. For programs that is the first one.
pub(super) fn language() -> Language {
    use_context().unwrap_or_default()
}

/// Returns the visitor's theme, or the theme of the device if there is no choice or an unknown one.
fn theme(headers: &HeaderMap) -> Theme {
    cookie(headers, COOKIE_NAME)
        .and_then(Theme::from_key)
        .unwrap_or_default()
}
