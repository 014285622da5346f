//! Parses `SEALPOST_DELIVERY`, the setting that says where messages go.

use std::{fmt, path::PathBuf};

use zeroize::Zeroizing;

/// The destination of outgoing messages.
#[derive(Debug)]
#[non_exhaustive]
pub enum Destination {
    /// One `.eml` file per message in this folder.
    File(PathBuf),
    /// A smarthost that accepts all mail.
    Smarthost {
        /// `smtp://HOST:PORT` or `smtps://HOST:PORT`, with the `tls` parameter that lettre reads.
        url: String,
        /// User and password. They have their own settings, because URLs end up in logs.
        login: Option<Login>,
    },
    /// Directly to the MX hosts of the recipient's domain.
    Mx,
}

/// User and password for a smarthost. `Debug` never shows them.
pub struct Login {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: Zeroizing<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(***)")
    }
}

/// Why the setting cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// The setting has none of the known forms. Only what stands before `:` is shown, as a password may follow.
    #[error("must be file:DIR, smtp://HOST:PORT, smtps://HOST:PORT or mx, not {0:?}")]
    Unknown(String),
    /// The URL contains a user or password.
    #[error("user and password belong into SEALPOST_DELIVERY_USER and SEALPOST_DELIVERY_PASSWORD, not into the URL")]
    SecretInUrl,
}

impl Destination {
    /// Parses the setting. `login` holds user and password for a smarthost.
    pub fn parse(text: &str, login: Option<Login>) -> Result<Self, DestinationError> {
        if text == "mx" {
            return Ok(Self::Mx);
        }
        if let Some(folder) = text.strip_prefix("file:").filter(|folder| !folder.is_empty()) {
            return Ok(Self::File(folder.trim_start_matches("//").into()));
        }
        let rest = text
            .strip_prefix("smtp://")
            .or_else(|| text.strip_prefix("smtps://"))
            .filter(|rest| !rest.is_empty());
        match rest {
            _ if text.contains('@') => Err(DestinationError::SecretInUrl),
            Some(_) => {
                let url = with_tls(text, login.is_some());
                Ok(Self::Smarthost { url, login })
            }
            None => Err(DestinationError::Unknown(
                text.split(':').next().unwrap_or_default().into(),
            )),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(folder) => write!(f, "files in {}", folder.display()),
            Self::Smarthost { url, .. } => f.write_str(url),
            Self::Mx => f.write_str("the MX hosts of its recipients"),
        }
    }
}

/// Adds the `tls` parameter, without which lettre speaks plain SMTP. A password requires TLS. Without a password, TLS is
/// used if the smarthost offers it.
fn with_tls(url: &str, password: bool) -> String {
    if url.starts_with("smtps://") || url.contains("tls=") {
        url.into()
    } else {
        let tls = if password { "required" } else { "opportunistic" };
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}tls={tls}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str, login: bool) -> String {
        let login = login.then(|| Login {
            user: "ann".to_owned(),
            password: "secret".to_owned().into(),
        });
        match Destination::parse(text, login).unwrap() {
            Destination::Smarthost { url, .. } => url,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_password_never_travels_without_tls_unless_the_operator_says_so() {
        assert_eq!(
            url("smtp://mail.example:587", true),
            "smtp://mail.example:587?tls=required"
        );
        assert_eq!(
            url("smtp://mail.example:25", false),
            "smtp://mail.example:25?tls=opportunistic"
        );
        assert_eq!(url("smtps://mail.example:465", true), "smtps://mail.example:465");
        assert_eq!(
            url("smtp://127.0.0.1:25?tls=none", false),
            "smtp://127.0.0.1:25?tls=none"
        );
    }

    #[test]
    fn forms_that_cannot_be_used_are_refused() {
        for text in ["", "file:", "smtp://", "http://x", "MX "] {
            assert!(
                matches!(Destination::parse(text, None), Err(DestinationError::Unknown(_))),
                "{text:?}"
            );
        }
        assert_eq!(
            Destination::parse("smtp://u:p@host", None).err(),
            Some(DestinationError::SecretInUrl)
        );
    }
}
