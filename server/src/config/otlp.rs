//! The collector that traces are sent to.

use std::{fmt, str::FromStr};

use axum::http::Uri;

/// The path of traces behind the address of a collector (OTLP 1.x, "OTLP/HTTP Request").
const TRACES: &str = "/v1/traces";

/// Where a collector takes traces: its URL with the path of traces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorUrl(String);

/// The URL of a collector cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be http:// with a host, such as http://127.0.0.1:4318, without a user, a password or a query")]
pub struct CollectorUrlError;

impl FromStr for CollectorUrl {
    type Err = CollectorUrlError;

    fn from_str(text: &str) -> Result<Self, CollectorUrlError> {
        let uri: Uri = text.parse().map_err(|_| CollectorUrlError)?;
        let authority = uri.authority().ok_or(CollectorUrlError)?.as_str();
        let has_host = uri.host().is_some_and(|host| !host.is_empty());
        if uri.scheme_str() != Some("http") || !has_host || authority.contains('@') || uri.query().is_some() {
            return Err(CollectorUrlError);
        }
        Ok(Self(format!(
            "http://{authority}{}{TRACES}",
            uri.path().trim_end_matches('/')
        )))
    }
}

impl fmt::Display for CollectorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_traces_is_added() {
        for (text, expected) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("http://collector.example/", "http://collector.example/v1/traces"),
            ("http://[::1]:4318/otlp", "http://[::1]:4318/otlp/v1/traces"),
        ] {
            let url: CollectorUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), expected);
        }
    }

    #[test]
    fn what_is_not_plain_http_is_refused() {
        for text in [
            "",
            "127.0.0.1:4318",
            "https://127.0.0.1:4318",
            "grpc://127.0.0.1:4317",
            "http://ann:hush@127.0.0.1:4318",
            "http://127.0.0.1:4318/?token=hush",
            "http://",
        ] {
            assert_eq!(text.parse::<CollectorUrl>(), Err(CollectorUrlError), "{text}");
        }
    }
}
