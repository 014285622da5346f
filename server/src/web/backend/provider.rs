//! Signs people in at the operator's provider, links accounts with identities there, and lets people confirm by signing in there
//! again.
//!
//! A browser takes along a random token in a cookie. State, nonce and code verifier are made from it, and the database has its
//! hash: an answer of the provider counts only in the browser that asked, once, and for what it asked.

use app::{
    address::EmailAddress,
    api::{
        ApiError,
        account::SignUpMode,
        done::Done,
        next::{after_sign_in, own_page},
        provider::{Confirmation, ProviderBackend, ProviderLink},
    },
    texts::Language,
};
use async_trait::async_trait;
use axum::http::HeaderValue;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    super::{
        fault::{fault, log},
        limit::{PROVIDER_CLIENT, SIGN_UP_CLIENT},
        session::{Cookie, TRIP_LIFETIME, Token},
    },
    RequestBackend,
    mailbox::parse_address,
    told::{Change, tell},
};
use crate::{
    causes::{chain, one_line, without_addresses},
    config::Switch,
    invitation,
    network::client_key,
    oidc::{Freshness, OidcError, Person, Provider, Secrets},
    store::{
        AccountId, StoreError,
        invitation::InvitationHash,
        linked_identity::{ByAddress, Identity, Unlinked},
        round_trip::{RoundTrip, TripPurpose},
        session::Grounds,
    },
};

/// The answer of the provider, as the browser brings it.
pub struct Arrival {
    /// The code that is redeemed.
    pub code: String,
    /// The secrets with which the browser was sent there.
    pub secrets: Secrets,
    /// The language of the page.
    pub language: Language,
}

/// Where a browser is sent.
pub struct Departure {
    /// The page of the provider.
    pub url: String,
    /// The cookie with which it comes back.
    pub cookie: Option<HeaderValue>,
}

#[async_trait]
impl ProviderBackend for RequestBackend {
    async fn how_to_confirm(&self) -> Result<Confirmation, ApiError> {
        let account = self.account()?;
        if self.has_usable_password(account).await? {
            return Ok(Confirmation::Password);
        }
        let done = self.is_confirmed();
        Ok(match self.site.provider.as_ref() {
            Some(provider) if self.is_linked(account, provider).await? => Confirmation::Provider {
                name: provider.name().to_owned(),
                done,
            },
            _ => Confirmation::SignInAgain { done },
        })
    }

    async fn unlink_provider(&self, password: Zeroizing<String>) -> Result<(), ApiError> {
        let provider = self.site.provider.as_ref().ok_or(ApiError::NotFound)?;
        // It would be the only way in.
        self.require_local_sign_in().map_err(|_| ApiError::LastWayIn)?;
        let account = self.account_by_password(password).await?;
        let unlinked = self.site.store.unlink_identity(account, provider.issuer()).await;
        match unlinked.map_err(fault)? {
            Unlinked::Done => Ok(()),
            Unlinked::NotLinked => Err(ApiError::NotFound),
            Unlinked::LastWayIn => Err(ApiError::LastWayIn),
        }
    }
}

impl RequestBackend {
    /// Who gets an account of those whom the provider knows.
    async fn sign_up_mode_at_provider(&self) -> Result<SignUpMode, ApiError> {
        let live = self.site.store.live_settings().await.map_err(fault)?;
        Ok(self.site.sign_up_mode_at_provider(&live))
    }

    /// Returns the account's link for its page, if there is a provider.
    pub(super) async fn provider_link(&self, account: AccountId) -> Result<Option<ProviderLink>, ApiError> {
        let site = &self.site;
        let Some(provider) = site.provider.as_ref() else {
            return Ok(None);
        };
        let linked = site
            .store
            .identity_of(account, provider.issuer())
            .await
            .map_err(fault)?;
        let passkeys = site.store.count_passkeys(account).await.map_err(fault)?;
        let other_way = self.has_usable_password(account).await? || passkeys > 0;
        Ok(Some(ProviderLink {
            name: provider.name().to_owned(),
            since: linked.map(|linked| linked.linked),
            may_unlink: site.local_sign_in == Switch::On && other_way,
        }))
    }

    /// Begins a trip to the provider.
    pub(in crate::web) async fn depart(
        &self,
        purpose: TripPurpose,
        next: &str,
        invitation: &str,
    ) -> Result<Departure, Done> {
        let (site, now) = (&self.site, self.site.clock.now());
        let provider = site.provider.as_ref().ok_or(Done::ProviderFailed)?;
        site.admit(&PROVIDER_CLIENT, &client_key(self.visitor.ip))
            .await
            .map_err(|error| match error {
                ApiError::TooManyAttempts { .. } => Done::ProviderTooMany,
                _ => Done::ProviderFailed,
            })?;
        let account = match purpose {
            TripPurpose::SignIn => None,
            TripPurpose::Confirm => Some(self.account().map_err(|_| Done::ProviderExpired)?),
            // A link is a way in, and outlives the session.
            TripPurpose::Link => Some(
                self.require_confirmed_account()
                    .map_err(|_| Done::ProviderConfirmFirst)?,
            ),
        };
        let token = Token::random().map_err(failed)?;
        let secrets = Secrets::of(token.text());
        let freshness = freshness(purpose, now);
        let url = provider.authorization_url(&secrets, freshness).await;
        let url = url.map_err(refused)?;
        let trip = RoundTrip {
            purpose,
            account,
            next: own_page(next).unwrap_or_default().to_owned(),
            invitation: (!invitation.is_empty()).then(|| invitation::hash(invitation)),
            started: now,
        };
        let begun = site
            .store
            .begin_round_trip(token.hash(), trip, now + TRIP_LIFETIME)
            .await;
        begun.map_err(failed)?;
        Ok(Departure {
            url: url.into(),
            cookie: token.cookie(Cookie::Trip, &site.public_url),
        })
    }

    /// Ends the trip of a browser with this token, which it can do once.
    pub(in crate::web) async fn end_trip(&self, token: &Token) -> Result<RoundTrip, Done> {
        let ended = self
            .site
            .store
            .end_round_trip(token.hash(), self.site.clock.now())
            .await;
        ended.map_err(failed)?.ok_or(Done::ProviderExpired)
    }

    /// Does what the trip was for. Returns what to report, if it is not obvious.
    pub(in crate::web) async fn arrive(&self, trip: &RoundTrip, arrival: Arrival) -> Result<Option<Done>, Done> {
        let (site, now) = (&self.site, self.site.clock.now());
        let provider = site.provider.as_ref().ok_or(Done::ProviderFailed)?;
        // Before the code is redeemed: in the session of somebody else there is nothing to do with it.
        let account = match trip.purpose {
            TripPurpose::SignIn => None,
            TripPurpose::Confirm | TripPurpose::Link => match self.visitor.account {
                Some(account) if trip.account == Some(account) => Some(account),
                _ => return Err(Done::ProviderExpired),
            },
        };
        let freshness = freshness(trip.purpose, trip.started);
        let person = provider
            .identify(arrival.code, &arrival.secrets, freshness, now)
            .await
            .map_err(refused)?;
        match (trip.purpose, account) {
            (TripPurpose::Confirm, Some(account)) => self.confirm(account, &person).await.map(Some),
            (TripPurpose::Link, Some(account)) => self.link(account, &person).await.map(Some),
            _ => {
                let signed_in = self.sign_in_as(&person, arrival.language, trip.invitation).await;
                signed_in.map(|()| None)
            }
        }
    }

    /// Opens a session for a person at the provider, whose account is linked or made if there is none yet.
    async fn sign_in_as(
        &self,
        person: &Person,
        language: Language,
        invitation: Option<InvitationHash>,
    ) -> Result<(), Done> {
        let store = &self.site.store;
        let identity = identity(person);
        let known = store.account_of_identity(&identity).await.map_err(failed)?;
        let account = match known {
            Some(account) => account,
            None => self.find_or_create((person, &identity), language, invitation).await?,
        };
        if store.is_account_disabled(account).await.map_err(failed)? {
            return Err(Done::ProviderAccountDisabled);
        }
        let grounds = Grounds::Provider {
            identity,
            proved: person.authenticated.unwrap_or(OffsetDateTime::UNIX_EPOCH),
        };
        self.open_session(account, grounds)
            .await
            .map_err(|_| Done::ProviderFailed)
    }

    /// Links the account that has the address, or makes one. The provider must have verified the address for either.
    async fn find_or_create(
        &self,
        (person, identity): (&Person, &Identity),
        language: Language,
        invitation: Option<InvitationHash>,
    ) -> Result<AccountId, Done> {
        let site = &self.site;
        let email = person.verified_email.as_ref().ok_or(Done::ProviderUnverified)?;
        let local = site.local_sign_in == Switch::On;
        let linked = site
            .store
            .link_by_address(email, identity, local, site.clock.now())
            .await;
        match linked.map_err(failed)? {
            ByAddress::Linked(account) => {
                self.tell_linked(account);
                Ok(account)
            }
            ByAddress::OfAnother => Err(Done::ProviderAddressTaken),
            ByAddress::Disabled => Err(Done::ProviderAccountDisabled),
            ByAddress::ByHand => Err(Done::ProviderLinkByHand),
            ByAddress::None => {
                let mode = self.sign_up_mode_at_provider().await;
                let invitation = match (mode.map_err(|_| Done::ProviderFailed)?, invitation) {
                    (SignUpMode::Open, _) => None,
                    (SignUpMode::Invite, Some(invitation)) => Some(invitation),
                    (SignUpMode::Invite, None) => return Err(Done::ProviderNeedsInvitation),
                    (SignUpMode::Closed, _) => return Err(Done::ProviderSignUpClosed),
                };
                self.create((email, identity), language, invitation).await
            }
        }
    }

    async fn create(
        &self,
        (email, identity): (&EmailAddress, &Identity),
        language: Language,
        invitation: Option<InvitationHash>,
    ) -> Result<AccountId, Done> {
        let site = &self.site;
        let email = parse_address(email.as_str(), &site.domains).map_err(|_| Done::ProviderAddressUnusable)?;
        site.admit(&SIGN_UP_CLIENT, &client_key(self.visitor.ip))
            .await
            .map_err(|_| Done::ProviderTooMany)?;
        let password = site.0.passwords.hash_unknown(self.visitor.ip).await;
        let password = password.map_err(|_| Done::ProviderFailed)?;
        let now = site.clock.now();
        let made = site
            .store
            .create_linked_account(&email, password, identity, invitation, now)
            .await;
        let (account, _) = made.map_err(|error| match error {
            // A mailbox of somebody, who does not sign in with it.
            StoreError::Taken => Done::ProviderAddressTaken,
            StoreError::Gone => Done::ProviderWrongInvitation,
            other => failed(other),
        })?;
        tracing::info!(account = account.0, "a sign-in at the provider made an account");
        // Without it the mails are in English, and the account is there.
        if let Err(error) = site.store.set_language(account, language).await {
            log(&error);
        }
        Ok(account)
    }

    async fn confirm(&self, account: AccountId, person: &Person) -> Result<Done, Done> {
        let store = &self.site.store;
        let whose = store.account_of_identity(&identity(person)).await.map_err(failed)?;
        if whose != Some(account) {
            return Err(Done::ProviderOtherPerson);
        }
        let session = self.visitor.session.ok_or(Done::ProviderExpired)?;
        let proved = store.prove_session(session, self.site.clock.now()).await;
        proved.map_err(failed)?;
        Ok(Done::ProviderConfirmed)
    }

    async fn link(&self, account: AccountId, person: &Person) -> Result<Done, Done> {
        let (store, now) = (&self.site.store, self.site.clock.now());
        let session = self.visitor.session.ok_or(Done::ProviderExpired)?;
        let linked = store.link_identity(account, session, &identity(person), now).await;
        linked.map_err(|error| match error {
            StoreError::Taken => Done::ProviderIdentityTaken,
            StoreError::Gone => Done::ProviderExpired,
            other => failed(other),
        })?;
        self.tell_linked(account);
        Ok(Done::ProviderLinked)
    }

    async fn is_linked(&self, account: AccountId, provider: &Provider) -> Result<bool, ApiError> {
        let linked = self.site.store.identity_of(account, provider.issuer()).await;
        Ok(linked.map_err(fault)?.is_some())
    }

    /// Writes to the person that there is a new way into the account, after the answer.
    fn tell_linked(&self, account: AccountId) {
        tracing::info!(account = account.0, "an account was linked with the sign-in provider");
        tell(&self.site, account, Change::Linked);
    }
}

/// Where a trip leads back to.
pub(in crate::web) fn destination(trip: &RoundTrip) -> &str {
    match trip.purpose {
        TripPurpose::SignIn => after_sign_in(&trip.next),
        TripPurpose::Confirm => own_page(&trip.next).unwrap_or("/account"),
        TripPurpose::Link => "/account#provider-section",
    }
}

/// A trip that confirms or opens a way in needs more than a session at the provider, which somebody else may use.
fn freshness(purpose: TripPurpose, started: OffsetDateTime) -> Freshness {
    match purpose {
        TripPurpose::SignIn => Freshness::Any,
        TripPurpose::Confirm | TripPurpose::Link => Freshness::Since(started),
    }
}

fn identity(person: &Person) -> Identity {
    Identity {
        issuer: person.issuer.clone(),
        subject: person.subject.clone(),
    }
}

fn failed<E: std::error::Error + 'static>(error: E) -> Done {
    log(&error);
    Done::ProviderFailed
}

fn refused(error: OidcError) -> Done {
    // The provider's words may name the person.
    tracing::warn!(
        cause = one_line(&without_addresses(&chain(&error))),
        "a sign-in at the provider failed; `sealpost doctor` may say why"
    );
    match error {
        OidcError::NotFresh => Done::ProviderNotFresh,
        error if error.is_passing() => Done::ProviderUnreachable,
        _ => Done::ProviderRefused,
    }
}
