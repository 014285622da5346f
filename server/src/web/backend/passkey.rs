//! Registers passkeys and signs in with them.

use app::{
    api::{
        ApiError,
        limits::{MAX_PASSKEY_NAME, MAX_PASSKEYS},
        passkey::{PasskeyBackend, PasskeyView},
    },
    id::PasskeyId,
};
use async_trait::async_trait;
use passkey_types::webauthn::{
    AttestationConveyancePreference, AuthenticatorSelectionCriteria, PublicKeyCredentialCreationOptions,
    PublicKeyCredentialDescriptor, PublicKeyCredentialRequestOptions, PublicKeyCredentialRpEntity,
    PublicKeyCredentialType, PublicKeyCredentialUserEntity, ResidentKeyRequirement, UserVerificationRequirement,
};
use sha2::{Digest, Sha256};
use time::Duration;

use super::{
    super::{
        Site,
        fault::{fault, unless_taken},
        limit::PASSKEY_CLIENT,
        webauthn::{ALGORITHMS, Assertion, PublicKey, Refused, Registration, RelyingParty},
    },
    RequestBackend, found,
};

use crate::{
    network::client_key,
    store::{
        AccountId,
        passkey::{ChallengeHash, NewPasskey},
        session::Grounds,
    },
};

/// How long a challenge can be answered. Browsers get the same limit.
const LIFETIME: Duration = Duration::minutes(5);

#[async_trait]
impl PasskeyBackend for RequestBackend {
    async fn begin_passkey(&self) -> Result<String, ApiError> {
        self.require_local_sign_in()?;
        let account = self.require_confirmed_account()?;
        let site = &self.site;
        relying_party(site)?;
        let known = site.store.passkeys(account).await.map_err(fault)?;
        if known.len() as u64 >= MAX_PASSKEYS {
            return Err(ApiError::LimitReached { most: MAX_PASSKEYS });
        }
        let email = site.store.account_email(account).await.map_err(fault)?;
        let email = email.ok_or(ApiError::SignedOut)?.to_string();
        let challenge = self.challenge(Some(account)).await?;
        let known = known.into_iter().map(|passkey| PublicKeyCredentialDescriptor {
            ty: PublicKeyCredentialType::PublicKey,
            id: passkey.credential_id.into(),
            transports: None,
        });
        let options = PublicKeyCredentialCreationOptions {
            rp: PublicKeyCredentialRpEntity {
                id: Some(site.public_url.host().to_owned()),
                name: format!("Sealpost {}", site.domain),
            },
            user: PublicKeyCredentialUserEntity {
                id: user_handle(site, account).to_vec().into(),
                name: email.clone(),
                display_name: email,
            },
            challenge: challenge.into(),
            pub_key_cred_params: Vec::new(),
            timeout: milliseconds(),
            exclude_credentials: Some(known.collect()),
            authenticator_selection: Some(AuthenticatorSelectionCriteria {
                authenticator_attachment: None,
                resident_key: Some(ResidentKeyRequirement::Required),
                require_resident_key: true,
                user_verification: UserVerificationRequirement::Required,
            }),
            hints: None,
            attestation: AttestationConveyancePreference::None,
            attestation_formats: None,
            extensions: None,
        };
        let mut options = serde_json::to_value(&options).map_err(fault)?;
        // The type for these options names algorithms by its crate's own enum, so the verified ones are inserted here.
        let parameters = ALGORITHMS.map(|alg| serde_json::json!({"type": "public-key", "alg": alg}));
        options["pubKeyCredParams"] = parameters.to_vec().into();
        Ok(options.to_string())
    }

    async fn add_passkey(&self, name: &str, credential: &str) -> Result<(), ApiError> {
        self.require_local_sign_in()?;
        let account = self.require_confirmed_account()?;
        let site = &self.site;
        let party = relying_party(site)?;
        let name = parse_name(name)?;
        let registration = Registration::read(credential).map_err(refuse)?;
        let challenge = registration.challenge().map_err(refuse)?;
        self.use_challenge(&challenge, Some(account)).await?;
        let registered = registration.check(&party.as_relying_party()).map_err(refuse)?;
        if site.store.count_passkeys(account).await.map_err(fault)? >= MAX_PASSKEYS {
            return Err(ApiError::LimitReached { most: MAX_PASSKEYS });
        }
        let new = NewPasskey {
            credential_id: registered.credential_id,
            algorithm: registered.key.algorithm,
            public_key: registered.key.bytes,
            counter: registered.counter,
            name,
        };
        let added = site.store.add_passkey(account, new, site.clock.now()).await;
        added.map_err(unless_taken(ApiError::WrongPasskey))
    }

    async fn remove_passkey(&self, passkey: PasskeyId) -> Result<(), ApiError> {
        let account = self.require_confirmed_account()?;
        found(self.site.store.remove_passkey(account, passkey).await.map_err(fault)?)
    }

    async fn begin_passkey_sign_in(&self) -> Result<String, ApiError> {
        let site = &self.site;
        self.require_local_sign_in()?;
        relying_party(site)?;
        site.admit(&PASSKEY_CLIENT, &client_key(self.visitor.ip)).await?;
        let options = PublicKeyCredentialRequestOptions {
            challenge: self.challenge(None).await?.into(),
            timeout: milliseconds(),
            rp_id: Some(site.public_url.host().to_owned()),
            // Empty, so that the person can choose any passkey.
            allow_credentials: Some(Vec::new()),
            user_verification: UserVerificationRequirement::Required,
            hints: None,
            attestation: AttestationConveyancePreference::None,
            attestation_formats: None,
            extensions: None,
        };
        serde_json::to_string(&options).map_err(fault)
    }

    async fn sign_in_with_passkey(&self, credential: &str) -> Result<(), ApiError> {
        let site = &self.site;
        self.require_local_sign_in()?;
        let party = relying_party(site)?;
        site.admit(&PASSKEY_CLIENT, &client_key(self.visitor.ip)).await?;
        let assertion = Assertion::read(credential).map_err(refuse)?;
        let challenge = assertion.challenge().map_err(refuse)?;
        self.use_challenge(&challenge, None).await?;
        let known = site.store.passkey(assertion.credential_id()).await.map_err(fault)?;
        let known = known.ok_or(ApiError::WrongPasskey)?;
        // WebAuthn §7.2, step 6: no user was identified before, so the authenticator must name the user.
        if assertion.user_handle() != Some(&user_handle(site, known.account)) {
            return Err(ApiError::WrongPasskey);
        }
        let key = PublicKey {
            algorithm: known.algorithm,
            bytes: known.public_key.clone(),
        };
        let counter = assertion
            .check(&party.as_relying_party(), &key, known.counter)
            .map_err(refuse)?;
        let used = site.store.use_passkey(&known, counter, site.clock.now()).await;
        if !used.map_err(fault)? {
            return Err(ApiError::WrongPasskey);
        }
        self.open_session(known.account, Grounds::Passkey(known.id)).await
    }
}

impl RequestBackend {
    async fn challenge(&self, account: Option<AccountId>) -> Result<Vec<u8>, ApiError> {
        let mut challenge = vec![0; 32];
        getrandom::fill(&mut challenge).map_err(fault)?;
        let expires = self.site.clock.now() + LIFETIME;
        let put = self.site.store.put_challenge(hash(&challenge), account, expires).await;
        put.map_err(fault)?;
        Ok(challenge)
    }

    /// Uses a challenge, even if the answer is then refused.
    async fn use_challenge(&self, challenge: &[u8], account: Option<AccountId>) -> Result<(), ApiError> {
        let now = self.site.clock.now();
        let taken = self.site.store.take_challenge(hash(challenge), account, now).await;
        match taken.map_err(fault)? {
            true => Ok(()),
            false => Err(ApiError::WrongPasskey),
        }
    }
}

/// Lists the account's passkeys for its page.
pub async fn list(site: &Site, account: AccountId) -> Result<Vec<PasskeyView>, ApiError> {
    let passkeys = site.store.passkeys(account).await.map_err(fault)?;
    let views = passkeys.into_iter().map(|passkey| PasskeyView {
        id: passkey.id,
        name: passkey.name,
        added: passkey.added,
        last_used: passkey.last_used,
    });
    Ok(views.collect())
}

/// The relying party that passkeys are bound to.
pub struct Party {
    id: String,
    origin: String,
}

impl Party {
    fn as_relying_party(&self) -> RelyingParty<'_> {
        RelyingParty {
            id: &self.id,
            origin: &self.origin,
        }
    }
}

/// Returns this relay as a relying party. WebAuthn binds passkeys to a domain (§5.1.3, step 7), which an IP address
/// lacks.
pub fn relying_party(site: &Site) -> Result<Party, ApiError> {
    let host = site.public_url.host();
    let is_address = host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok();
    match is_address {
        true => Err(ApiError::NoPasskeys),
        false => Ok(Party {
            id: host.to_owned(),
            origin: site.public_url.to_string(),
        }),
    }
}

/// The authenticator's name for an account. It reveals nothing (WebAuthn §14.6.1).
fn user_handle(site: &Site, account: AccountId) -> [u8; 16] {
    site.vault.pseudonym("passkey user", &account.0.to_be_bytes())
}

fn parse_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    if name.chars().count() > MAX_PASSKEY_NAME || name.chars().any(char::is_control) {
        return Err(ApiError::TooLong);
    }
    Ok(if name.is_empty() {
        "Passkey".to_owned()
    } else {
        name.to_owned()
    })
}

/// Logs the failed step. The client does not learn it.
fn refuse(step: Refused) -> ApiError {
    tracing::info!(%step, "a passkey was refused");
    ApiError::WrongPasskey
}

fn hash(challenge: &[u8]) -> ChallengeHash {
    Sha256::digest(challenge).into()
}

fn milliseconds() -> Option<u32> {
    u32::try_from(LIFETIME.whole_milliseconds()).ok()
}
