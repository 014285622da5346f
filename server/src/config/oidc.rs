//! Defines the operator's own provider, at which people sign in (OpenID Connect).

use std::path::PathBuf;

use url::{Host, Url};
use zeroize::Zeroizing;

use super::Fault;

/// Most characters of the provider's name, so that it fits on a button.
const MAX_NAME: usize = 40;

/// The provider at which people sign in.
#[derive(Clone)]
pub struct OidcSettings {
    /// Its issuer (OpenID Connect Discovery §4), just as its own document says it: with a slash at the end, or without one.
    pub issuer: String,
    /// The name of this relay there.
    pub client_id: String,
    /// With what this relay proves that it is this client.
    pub client_secret: ClientSecret,
    /// The provider's name for people.
    pub name: String,
    /// Whether somebody whom the provider knows gets an account even if signing up is by invitation or closed.
    pub sign_up: bool,
}

/// Where the client's secret comes from.
#[derive(Clone)]
pub enum ClientSecret {
    /// The secret itself.
    Value(Zeroizing<String>),
    /// A file that is private to its owner. It is read each time, so that a new secret needs no restart.
    File(PathBuf),
}

/// Checks the issuer: `https`, or `http` on this machine, without query and fragment (OpenID Connect Discovery §3).
pub(super) fn issuer(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|_| Fault::Issuer)?;
    let plain =
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    (plain && is_protected(&url)).then_some(url).ok_or(Fault::Issuer)
}

/// Returns the provider's name. Without one it is its host.
pub(super) fn name(text: Option<&str>, issuer: &Url) -> Result<String, Fault> {
    let name = text.or(issuer.host_str()).unwrap_or_default().trim();
    let short: String = name.chars().take(MAX_NAME).collect();
    match text {
        // A host may be longer, and nobody has chosen it for a button.
        None => Ok(short),
        Some(_) if short == name && !name.is_empty() && !name.chars().any(char::is_control) => Ok(short),
        Some(_) => Err(Fault::ProviderName(MAX_NAME)),
    }
}

/// Whether nobody on the way can read or change what goes to a URL: it is `https`, or on this machine.
pub fn is_protected(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_protected_and_plain() {
        for (text, is_good) in [
            ("https://id.example.org", true),
            ("https://id.example.org/realms/home/", true),
            ("http://127.0.0.1:9000", true),
            ("http://localhost:9000/x", true),
            ("http://[::1]:9000", true),
            ("http://id.example.org", false),
            ("http://127.0.0.1.example.org", false),
            ("https://id.example.org/?a=b", false),
            ("https://id.example.org/#a", false),
            ("https://ann@id.example.org/", false),
            ("javascript:alert(1)", false),
            ("file:///etc/passwd", false),
            ("id.example.org", false),
        ] {
            assert_eq!(issuer(text).is_ok(), is_good, "{text}");
        }
    }

    #[test]
    fn a_name_fits_on_a_button() {
        let issuer = Url::parse("https://id.example.org/x").unwrap();
        assert_eq!(name(None, &issuer).unwrap(), "id.example.org");
        assert_eq!(name(Some(" Our House "), &issuer).unwrap(), "Our House");
        for bad in ["", " ", "a\nb", &"a".repeat(MAX_NAME + 1)] {
            assert!(name(Some(bad), &issuer).is_err(), "{bad:?}");
        }
    }
}
