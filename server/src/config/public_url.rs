//! Parses the public address of the web interface.

use std::{fmt, str::FromStr};

use axum::http::Uri;

/// An origin (RFC 6454): scheme, host and port, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    https: bool,
    authority: String,
}

/// The text is not a usable origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the public address must be http:// or https:// with a host, and nothing behind it")]
pub struct PublicUrlError;

impl PublicUrl {
    /// Whether the origin uses TLS. Cookies are then bound to it.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Returns the origin if it may serve one-click unsubscribing: over HTTPS (RFC 8058 §3.1), or on this machine.
    pub fn one_click(&self) -> Option<String> {
        (self.https || self.is_loopback()).then(|| self.to_string())
    }

    /// Whether only this machine can reach the origin.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        host == "localhost" || host == "[::1]" || host.starts_with("127.")
    }

    /// The host, without the port.
    pub(crate) fn host(&self) -> &str {
        match self.authority.rsplit_once(':') {
            // The colons of an IPv6 address stand in brackets.
            Some((host, port)) if !port.ends_with(']') => host,
            _ => &self.authority,
        }
    }

    /// The port.
    pub(crate) fn port(&self) -> u16 {
        let port = self.authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        port.unwrap_or(if self.https { 443 } else { 80 })
    }

    /// Whether a text, such as the value of `Origin`, names this origin.
    pub(crate) fn is_origin(&self, text: &str) -> bool {
        text.parse() == Ok(self.clone())
    }
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        let uri: Uri = text.parse().map_err(|_| PublicUrlError)?;
        let (https, default_port) = match uri.scheme_str() {
            Some("https") => (true, ":443"),
            Some("http") => (false, ":80"),
            _ => return Err(PublicUrlError),
        };
        let authority = uri.authority().ok_or(PublicUrlError)?.as_str().to_lowercase();
        let nothing_behind = matches!(uri.path_and_query().map(|rest| rest.as_str()), None | Some("/" | ""));
        if authority.contains('@') || uri.host().is_none_or(str::is_empty) || !nothing_behind {
            return Err(PublicUrlError);
        }
        let authority = authority.strip_suffix(default_port).unwrap_or(&authority).to_owned();
        Ok(Self { https, authority })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_port_case_and_trailing_slash_make_no_difference() {
        let url: PublicUrl = "https://Mail.Example.org:443/".parse().unwrap();
        assert_eq!(url.to_string(), "https://mail.example.org");
        assert!(url.is_https() && url.is_origin("https://mail.example.org"));
        assert!(!url.is_origin("http://mail.example.org") && !url.is_origin("https://mail.example.org:444"));
        assert!(!url.is_origin("null"));
        assert_eq!((url.host(), url.port()), ("mail.example.org", 443));
        let url: PublicUrl = "http://[::1]:3000".parse().unwrap();
        assert_eq!((url.host(), url.port()), ("[::1]", 3000));
        let url: PublicUrl = "https://[2001:db8::1]".parse().unwrap();
        assert_eq!(url.port(), 443);
    }

    #[test]
    fn one_click_wants_https_or_this_machine() {
        for (url, takes) in [
            ("https://mail.example.org", true),
            ("https://mail.example.org:8443", true),
            ("http://127.0.0.1:3000", true),
            ("http://localhost", true),
            ("http://[::1]:3000", true),
            ("http://10.0.0.7:3000", false),
            ("http://mail.example.org", false),
        ] {
            let link = url.parse::<PublicUrl>().unwrap().one_click();
            assert_eq!(link, takes.then(|| url.to_owned()), "{url}");
        }
    }

    #[test]
    fn the_host_has_no_port() {
        for (url, host) in [
            ("https://Mail.Example.org", "mail.example.org"),
            ("http://localhost:3000", "localhost"),
            ("http://127.0.0.1:3000", "127.0.0.1"),
            ("http://[::1]", "[::1]"),
            ("http://[::1]:3000", "[::1]"),
        ] {
            assert_eq!(url.parse::<PublicUrl>().unwrap().host(), host);
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "mail.example.org",
            "ftp://a.b",
            "https://",
            "https://a.b/c",
            "https://u@a.b",
            "http://a.b/?q",
        ] {
            assert_eq!(text.parse::<PublicUrl>(), Err(PublicUrlError), "{text}");
        }
    }
}
