//! Why the provider did not say who somebody is.

use std::{io, path::PathBuf};

use openidconnect::{ClaimsVerificationError, DiscoveryError, RequestTokenError, core::CoreErrorResponseType};
use url::ParseError;

use super::http::HttpError;

/// Most characters of the provider's word for an error.
const MAX_WORD: usize = 64;

/// The answer of a token endpoint that is no token.
pub(super) type TokenError = RequestTokenError<HttpError, openidconnect::StandardErrorResponse<CoreErrorResponseType>>;

/// Why the provider did not say who somebody is. No text holds a code, a token or a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OidcError {
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    /// The issuer, or the address that people return to, is no URL.
    #[error("the address is no URL")]
    Url(#[source] ParseError),
    /// The file with the client's secret cannot be read.
    #[error("the client's secret in {} cannot be read", .0.display())]
    Secret(PathBuf, #[source] io::Error),
    /// Others can read the file with the client's secret.
    #[error("the client's secret in {} can be read by others: its mode must be 0600", .0.display())]
    SecretExposed(PathBuf),
    /// The provider's own description was not fetched, or is not that of its issuer.
    #[error("what the sign-in provider says of itself cannot be had")]
    Discovery(#[source] Box<DiscoveryError<HttpError>>),
    /// It was not fetched a moment ago.
    #[error("what the sign-in provider says of itself could not be had a moment ago")]
    JustFailed,
    /// A page of the provider is neither on https nor on this machine.
    #[error("the page of the sign-in provider is not on https")]
    Unprotected,
    /// The provider names no token endpoint.
    #[error("the sign-in provider has no token endpoint")]
    NoTokenEndpoint,
    /// The token endpoint is not reached.
    #[error("the sign-in provider is not reached")]
    Unreachable(#[source] HttpError),
    /// The code is not redeemed: it was used, is of another browser, or the client's secret is wrong. With the provider's word for it
    /// (RFC 6749 §5.2), without its explanation, which may name the person.
    #[error("the sign-in provider does not redeem the code: {0}")]
    Code(String),
    /// The answer to the code cannot be read.
    #[error("the answer of the sign-in provider to the code cannot be read")]
    Answer,
    /// There is no ID token in the answer.
    #[error("the answer of the sign-in provider has no ID token")]
    NoIdToken,
    /// The ID token is not for this relay, this browser, or this moment; or nobody knows who signed it.
    #[error("the ID token is not accepted")]
    IdToken(#[source] ClaimsVerificationError),
    /// The ID token was made for another client.
    #[error("the ID token was made for another client")]
    OtherClient,
    /// The person did not sign in anew.
    #[error("the person did not sign in anew at the provider")]
    NotFresh,
    /// The subject is empty or too long.
    #[error("the subject of the ID token is empty or too long")]
    Subject,
}

impl OidcError {
    /// Whether it may go by itself: the provider is down.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Discovery(_) | Self::JustFailed | Self::Unreachable(_))
    }

    pub(super) fn token(error: TokenError) -> Self {
        match error {
            RequestTokenError::Request(error) => Self::Unreachable(error),
            RequestTokenError::ServerResponse(answer) => {
                let word = answer.error().to_string();
                Self::Code(word.chars().filter(char::is_ascii_graphic).take(MAX_WORD).collect())
            }
            _ => Self::Answer,
        }
    }
}
