//! The operator's own provider, at which people sign in: OpenID Connect Core 1.0, authorization code with PKCE (RFC 7636).
//!
//! The crate `openidconnect` builds requests and checks answers. Here is what this relay asks of it:
//!
//! - **Discovery at first use.** The relay starts and takes mail while the provider is down. What was fetched is kept for
//!   a while, and fetched anew if a key is missing ([`discovery`]).
//! - **One HTTP client** with limits of time and size that follows no redirect ([`http`]).
//! - **Three secrets of one browser** are made from one random token in its cookie ([`Secrets`]): state, nonce and code
//!   verifier. None of them is stored.
//! - **Signatures** of public keys only. A provider that lists HS256 or none does not make the relay take them.
//! - **A fresh sign-in** is asked for with `prompt=login` and `max_age=0`, and believed only with an `auth_time` since
//!   then.

mod discovery;
mod error;
mod http;
mod secrets;

use std::sync::Arc;

use app::address::EmailAddress;
use chrono::{DateTime, Utc};
use openidconnect::{
    AccessToken, AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenVerifier, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, SignatureVerificationError, SubjectIdentifier,
    TokenResponse,
    core::{
        CoreAuthPrompt, CoreClient, CoreClientAuthMethod, CoreJwsSigningAlgorithm, CoreProviderMetadata,
        CoreResponseType, CoreTokenResponse, CoreUserInfoClaims,
    },
};
use time::{Duration, OffsetDateTime};
use url::Url;

pub use error::OidcError;
pub use secrets::Secrets;

use self::{discovery::Discovery, http::HttpClient};
use crate::{
    causes::chain,
    clock::Clock,
    config::{ClientSecret as SecretSource, OidcSettings, PublicUrl, is_protected},
    key_file::{self, KeyFileError},
};

/// Where the provider sends people back to, below the relay's public address.
pub const RETURN_PATH: &str = "/sign-in/provider/return";

/// How far the clocks of provider and relay may be apart.
const SKEW: Duration = Duration::minutes(1);

/// Most characters of a subject (OpenID Connect Core §2).
const MAX_SUBJECT: usize = 255;

/// Most octets of a file with the client's secret. No provider makes longer ones.
const MAX_SECRET: usize = 1024;

/// The algorithms of ID tokens: signatures that only the provider can make. Those with the client's secret are not among them.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The client for what a provider says of itself: it may have no token endpoint or none of user information.
type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Whether the person must prove anew who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// A session at the provider is enough.
    Any,
    /// The person signs in there again, since this moment.
    Since(OffsetDateTime),
}

/// A person at the provider, as an ID token that was checked says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The provider.
    pub issuer: String,
    /// The person's name there, which never changes (OpenID Connect Core §2).
    pub subject: String,
    /// The person's address, only if the provider says that it has verified it.
    pub verified_email: Option<EmailAddress>,
    /// When the person last proved to the provider who they are, if it says so.
    pub authenticated: Option<OffsetDateTime>,
}

/// The part of the provider's own description that a check wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Described {
    /// Whether it lists the claims that it makes, and when a person last signed in is not among them. It may make that claim nevertheless if
    /// it is asked for a fresh sign-in, as it must (OpenID Connect Core §2).
    pub lacks_auth_time: bool,
}

/// The provider.
pub struct Provider {
    settings: OidcSettings,
    redirect: RedirectUrl,
    http: HttpClient,
    discovery: Discovery,
}

impl Provider {
    /// A provider that sends people back to `public_url`. Nothing is fetched yet.
    ///
    /// # Errors
    /// The issuer is no URL, or TLS cannot be set up.
    pub fn new(settings: OidcSettings, public_url: &PublicUrl, clock: Arc<dyn Clock>) -> Result<Self, OidcError> {
        let redirect = RedirectUrl::new(format!("{public_url}{RETURN_PATH}")).map_err(OidcError::Url)?;
        Ok(Self {
            redirect,
            http: HttpClient::new(settings.issuer.starts_with("http:"))?,
            discovery: Discovery::new(&settings.issuer, clock)?,
            settings,
        })
    }

    /// The provider's name for people.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// The issuer.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Whether somebody whom the provider knows gets an account in any case.
    pub fn signs_up(&self) -> bool {
        self.settings.sign_up
    }

    /// Fetches what the provider says of itself and its keys, for a check.
    ///
    /// # Errors
    /// It is not reached, or says something else; or the client's secret cannot be read.
    pub async fn check(&self) -> Result<Described, OidcError> {
        self.secret()?;
        let metadata = self.discovery.metadata(&self.http).await?;
        let claims = metadata.claims_supported();
        let lacks_auth_time = claims.is_some_and(|claims| claims.iter().all(|claim| claim.as_str() != "auth_time"));
        Ok(Described { lacks_auth_time })
    }

    /// Returns the page of the provider to which the browser with these secrets is sent.
    ///
    /// # Errors
    /// The provider is not reached, or its page is not protected.
    pub async fn authorization_url(&self, secrets: &Secrets, freshness: Freshness) -> Result<Url, OidcError> {
        let metadata = self.discovery.metadata(&self.http).await?;
        let client = self.client(&metadata, None);
        let (state, nonce) = (secrets.state().to_owned(), secrets.nonce().to_owned());
        let verifier = PkceCodeVerifier::new(secrets.verifier().to_owned());
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if let Freshness::Since(_) = freshness {
            request = request
                .add_prompt(CoreAuthPrompt::Login)
                .set_max_age(std::time::Duration::ZERO);
        }
        let (url, _, _) = request.url();
        match is_protected(&url) {
            true => Ok(url),
            false => Err(OidcError::Unprotected),
        }
    }

    /// Redeems the code of an answer, and returns who has signed in.
    ///
    /// # Errors
    /// The provider is not reached or refuses the code, or its ID token is not for this relay, this browser and this moment.
    pub async fn identify(
        &self,
        code: String,
        secrets: &Secrets,
        freshness: Freshness,
        now: OffsetDateTime,
    ) -> Result<Person, OidcError> {
        let metadata = self.discovery.metadata(&self.http).await?;
        let client = self.client(&metadata, Some(self.secret()?));
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| OidcError::NoTokenEndpoint)?
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier().to_owned()))
            .request_async(&self.http)
            .await
            .map_err(OidcError::token)?;
        let mut person = match self.check_token(&metadata, &tokens, secrets, freshness, now) {
            // The provider has changed its keys since.
            Err(OidcError::IdToken(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            ))) => {
                let metadata = self.discovery.refreshed(&self.http).await?;
                self.check_token(&metadata, &tokens, secrets, freshness, now)?
            }
            checked => checked?,
        };
        if person.mail_is_missing {
            person.person.verified_email = self
                .ask_mail(&client, tokens.access_token(), &person.person.subject)
                .await;
        }
        Ok(person.person)
    }

    fn client(&self, metadata: &CoreProviderMetadata, secret: Option<ClientSecret>) -> Client {
        let id = ClientId::new(self.settings.client_id.clone());
        let client =
            CoreClient::from_provider_metadata(metadata.clone(), id, secret).set_redirect_uri(self.redirect.clone());
        let methods = metadata.token_endpoint_auth_methods_supported();
        // Without a list it is the first (OpenID Connect Discovery §3).
        let takes_basic = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        client.set_auth_type(match takes_basic {
            true => AuthType::BasicAuth,
            false => AuthType::RequestBody,
        })
    }

    fn secret(&self) -> Result<ClientSecret, OidcError> {
        let secret = match &self.settings.client_secret {
            SecretSource::Value(secret) => secret.trim().to_owned(),
            SecretSource::File(path) => match key_file::read(path, MAX_SECRET) {
                Ok(text) => text.trim().to_owned(),
                Err(KeyFileError::Io(error)) => return Err(OidcError::Secret(path.clone(), error)),
                Err(KeyFileError::Exposed) => return Err(OidcError::SecretExposed(path.clone())),
            },
        };
        Ok(ClientSecret::new(secret))
    }

    /// Checks an ID token (OpenID Connect Core §3.1.3.7).
    fn check_token(
        &self,
        metadata: &CoreProviderMetadata,
        tokens: &CoreTokenResponse,
        secrets: &Secrets,
        freshness: Freshness,
        now: OffsetDateTime,
    ) -> Result<Checked, OidcError> {
        let token = tokens.id_token().ok_or(OidcError::NoIdToken)?;
        let client_id = ClientId::new(self.settings.client_id.clone());
        // As of a public client, so that the client's secret is never a key.
        let verifier =
            IdTokenVerifier::new_public_client(client_id.clone(), metadata.issuer().clone(), metadata.jwks().clone())
                .set_allowed_algs(ALGORITHMS)
                .set_time_fn(move || moment(now - SKEW))
                .set_issue_time_verifier_fn(move |issued| match issued <= moment(now + SKEW) {
                    true => Ok(()),
                    false => Err("issued in the future".to_owned()),
                });
        let nonce = Nonce::new(secrets.nonce().to_owned());
        let claims = token.claims(&verifier, &nonce).map_err(OidcError::IdToken)?;
        if claims.authorized_party().is_some_and(|party| *party != client_id) {
            return Err(OidcError::OtherClient);
        }
        let person = Person {
            issuer: self.settings.issuer.clone(),
            subject: subject(claims.subject())?,
            verified_email: verified(claims.email().map(|email| email.as_str()), claims.email_verified()),
            authenticated: claims.auth_time().and_then(time_of),
        };
        if let Freshness::Since(start) = freshness {
            let is_fresh = person
                .authenticated
                .is_some_and(|at| at >= start - SKEW && at <= now + SKEW);
            is_fresh.then_some(()).ok_or(OidcError::NotFresh)?;
        }
        Ok(Checked {
            mail_is_missing: claims.email().is_none(),
            person,
        })
    }

    /// Asks for the address. Many providers leave it out of the ID token (OpenID Connect Core §5.4). That they do not answer keeps
    /// nobody out who has an account.
    async fn ask_mail(&self, client: &Client, token: &AccessToken, subject: &str) -> Option<EmailAddress> {
        let expected = SubjectIdentifier::new(subject.to_owned());
        let request = client.user_info(token.clone(), Some(expected)).ok()?;
        let asked: Result<CoreUserInfoClaims, _> = request.request_async(&self.http).await;
        match asked {
            Ok(claims) => verified(claims.email().map(|email| email.as_str()), claims.email_verified()),
            Err(error) => {
                tracing::warn!(
                    cause = chain(&error),
                    "the sign-in provider does not tell a person's address"
                );
                None
            }
        }
    }
}

/// A person, and whether the ID token leaves the address out.
struct Checked {
    person: Person,
    mail_is_missing: bool,
}

/// Whether a text can be who a person is at a provider.
pub fn is_subject(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= MAX_SUBJECT
}

/// Returns the subject, which is stored and compared as it is.
fn subject(claim: &SubjectIdentifier) -> Result<String, OidcError> {
    let text = claim.as_str();
    match is_subject(text) {
        true => Ok(text.to_owned()),
        false => Err(OidcError::Subject),
    }
}

/// Returns an address that the provider has verified: it must say so (OpenID Connect Core §5.1).
fn verified(email: Option<&str>, is_verified: Option<bool>) -> Option<EmailAddress> {
    email.filter(|_| is_verified == Some(true))?.parse().ok()
}

fn moment(at: OffsetDateTime) -> DateTime<Utc> {
    DateTime::from_timestamp(at.unix_timestamp(), 0).unwrap_or_default()
}

fn time_of(at: DateTime<Utc>) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(at.timestamp()).ok()
}
