//! Sets up one-time codes and recovery codes, and performs the second step of signing in.

use app::api::{
    ApiError,
    two_factor::{TwoFactorBackend, TwoFactorView},
};
use async_trait::async_trait;
use time::Duration;
use zeroize::Zeroizing;

use super::{
    super::{
        fault::{fault, unless_taken},
        limit::{SECOND_FACTOR, SIGN_IN_CLIENT},
    },
    RequestBackend,
    second_factor::{self, Seed},
};

use crate::{
    network::client_key,
    one_time_code::{self, SECRET},
    store::{AccountId, one_time_password::OneTimePassword, session::Grounds},
    vault::{Purpose, Wrapped},
};

/// How long a secret waits for its first code, and recovery codes for the person's confirmation.
const SET_UP: Duration = Duration::minutes(30);

#[async_trait]
impl TwoFactorBackend for RequestBackend {
    async fn two_factor(&self) -> Result<TwoFactorView, ApiError> {
        let account = self.account()?;
        let site = &self.site;
        let known = site.store.one_time_password(account).await.map_err(fault)?;
        let Some(known) = known else {
            return Ok(TwoFactorView::Off);
        };
        if known.confirmed {
            return Ok(TwoFactorView::On);
        }
        if !self.is_pending(&known) {
            return Ok(TwoFactorView::Off);
        }
        self.require_confirmed_account()?;
        let secret = second_factor::secret(site, account, &known.secret)?;
        let email = site.store.account_email(account).await.map_err(fault)?;
        let email = email.ok_or(ApiError::SignedOut)?;
        let set_up = one_time_code::set_up(&secret, &site.domain, email.as_str()).map_err(fault)?;
        Ok(TwoFactorView::SetUp {
            secret: set_up.secret,
            qr: set_up.qr,
        })
    }

    async fn start_two_factor(&self, password: Zeroizing<String>) -> Result<(), ApiError> {
        self.require_local_sign_in()?;
        let account = self.account_by_password(password).await?;
        let site = &self.site;
        let mut secret = Zeroizing::new([0; SECRET]);
        getrandom::fill(secret.as_mut_slice()).map_err(fault)?;
        let purpose = Purpose::OneTimePassword { account };
        let wrapped = site.vault.wrap(purpose, secret.as_slice()).map_err(fault)?;
        let drafted = site
            .store
            .draft_one_time_password(account, wrapped, site.clock.now())
            .await;
        drafted.map_err(unless_taken(ApiError::TwoFactorState))
    }

    async fn finish_two_factor(&self, code: &str) -> Result<bool, ApiError> {
        let account = self.account()?;
        let site = &self.site;
        site.admit(&SECOND_FACTOR, &account.0.to_be_bytes()).await?;
        let known = site.store.one_time_password(account).await.map_err(fault)?;
        let known = known.filter(|known| !known.confirmed && self.is_pending(known));
        let known = known.ok_or(ApiError::TwoFactorState)?;
        let step = second_factor::step(site, account, &known, code)?.ok_or(ApiError::WrongSecondFactor)?;
        let now = site.clock.now();
        let confirmed = site
            .store
            .confirm_one_time_password(account, &known.secret, step, now)
            .await;
        if !confirmed.map_err(fault)? {
            return Err(ApiError::TwoFactorState);
        }
        site.readmit(&SECOND_FACTOR, &account.0.to_be_bytes()).await?;
        if site.store.count_recovery_codes(account).await.map_err(fault)? > 0 {
            return Ok(false);
        }
        self.draft_codes(account).await?;
        Ok(true)
    }

    async fn stop_two_factor(&self, password: Zeroizing<String>) -> Result<(), ApiError> {
        let account = self.account_by_password(password).await?;
        let removed = self.site.store.remove_one_time_password(account).await;
        removed.map_err(fault)
    }

    async fn make_recovery_codes(&self, password: Zeroizing<String>) -> Result<(), ApiError> {
        self.require_local_sign_in()?;
        let account = self.account_by_password(password).await?;
        self.draft_codes(account).await
    }

    async fn new_recovery_codes(&self) -> Result<Vec<String>, ApiError> {
        let account = self.account()?;
        let Some(draft) = self.read_draft(account).await? else {
            return Ok(Vec::new());
        };
        self.require_confirmed_account()?;
        Ok(Seed::open(&self.site, account, &draft)?.codes())
    }

    async fn keep_recovery_codes(&self) -> Result<(), ApiError> {
        let account = self.account()?;
        let site = &self.site;
        let draft = self.read_draft(account).await?.ok_or(ApiError::TwoFactorState)?;
        let codes = Seed::open(site, account, &draft)?.codes();
        let hashes = codes
            .iter()
            .map(|code| second_factor::recovery_hash(site, account, code));
        let kept = site.store.put_recovery_codes(account, &draft, hashes.collect()).await;
        match kept.map_err(fault)? {
            true => Ok(()),
            false => Err(ApiError::TwoFactorState),
        }
    }

    async fn awaits_code(&self) -> Result<bool, ApiError> {
        let Some(half) = self.visitor.half else {
            return Ok(false);
        };
        let site = &self.site;
        let whose = site.store.half_session(half, site.clock.now()).await;
        Ok(whose.map_err(fault)?.is_some())
    }

    async fn sign_in_with_code(&self, code: &str) -> Result<(), ApiError> {
        let site = &self.site;
        self.require_local_sign_in()?;
        site.admit(&SIGN_IN_CLIENT, &client_key(self.visitor.ip)).await?;
        let half = self.visitor.half.ok_or(ApiError::SignInExpired)?;
        let whose = site.store.try_half_session(half, site.clock.now()).await;
        let account = whose.map_err(fault)?.ok_or(ApiError::SignInExpired)?;
        second_factor::spend(site, account, self.known_device(account), code).await?;
        self.open_session(account, Grounds::Half(half)).await
    }
}

impl RequestBackend {
    /// Whether a secret can still be put in force.
    fn is_pending(&self, known: &OneTimePassword) -> bool {
        known.made + SET_UP > self.site.clock.now()
    }

    async fn draft_codes(&self, account: AccountId) -> Result<(), ApiError> {
        let site = &self.site;
        let seed = Seed::random().map_err(fault)?.wrap(site, account)?;
        let expires = site.clock.now() + SET_UP;
        let drafted = site.store.draft_recovery_codes(account, seed, expires).await;
        drafted.map_err(fault)
    }

    async fn read_draft(&self, account: AccountId) -> Result<Option<Wrapped>, ApiError> {
        let now = self.site.clock.now();
        self.site.store.recovery_draft(account, now).await.map_err(fault)
    }
}
