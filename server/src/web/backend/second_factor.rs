//! Checks the second factor: a one-time code or a recovery code. Each is valid once.

use app::api::ApiError;
use zeroize::Zeroizing;

use super::{
    super::{
        Site,
        fault::fault,
        known_device::DeviceId,
        limit::{SECOND_FACTOR, SECOND_FACTOR_DAY},
    },
    code::CodePurpose,
};
use crate::{
    one_time_code::{self, PAPER, is_six_digits, normalise},
    store::{AccountId, code::CodeHash, one_time_password::OneTimePassword},
    vault::{Purpose, Wrapped},
};

/// Recovery codes in a set.
const CODES: usize = 10;

/// The seed of a set of recovery codes.
pub struct Seed(Zeroizing<Vec<u8>>);

/// Whether the account requires a second factor.
pub async fn is_on(site: &Site, account: AccountId) -> Result<bool, ApiError> {
    let known = site.store.one_time_password(account).await.map_err(fault)?;
    Ok(known.is_some_and(|known| known.confirmed))
}

/// Uses a one-time code or a recovery code. Returns [`ApiError::WrongSecondFactor`] if it is neither. Tries on a known
/// device are counted separately, so that somebody else with the password does not lock the person out there.
pub async fn spend(site: &Site, account: AccountId, device: Option<DeviceId>, typed: &str) -> Result<(), ApiError> {
    let device = device.as_ref().map_or(&[][..], <[u8; 16]>::as_slice);
    let who = [account.0.to_be_bytes().as_slice(), device].concat();
    site.admit(&SECOND_FACTOR, &who).await?;
    site.admit(&SECOND_FACTOR_DAY, &who).await?;
    let right = match is_six_digits(&normalise(typed)) {
        true => spend_step(site, account, typed).await?,
        false => {
            let hash = recovery_hash(site, account, typed);
            site.store.use_recovery_code(account, hash).await.map_err(fault)?
        }
    };
    match right {
        true => site.readmit(&SECOND_FACTOR, &who).await,
        false => Err(ApiError::WrongSecondFactor),
    }
}

async fn spend_step(site: &Site, account: AccountId, typed: &str) -> Result<bool, ApiError> {
    let known = site.store.one_time_password(account).await.map_err(fault)?;
    let Some(known) = known.filter(|known| known.confirmed) else {
        return Ok(false);
    };
    match step(site, account, &known, typed)? {
        Some(step) => site.store.use_step(account, step).await.map_err(fault),
        None => Ok(false),
    }
}

/// Returns the step of a typed code, whether it was used before or not.
pub fn step(site: &Site, account: AccountId, known: &OneTimePassword, typed: &str) -> Result<Option<u64>, ApiError> {
    let secret = secret(site, account, &known.secret)?;
    one_time_code::step(&secret, &normalise(typed), site.clock.now()).map_err(fault)
}

/// Unwraps the secret.
pub fn secret(site: &Site, account: AccountId, wrapped: &Wrapped) -> Result<Zeroizing<Vec<u8>>, ApiError> {
    let purpose = Purpose::OneTimePassword { account };
    site.vault.unwrap(purpose, wrapped).map_err(fault)
}

/// Returns the keyed hash of a typed recovery code.
pub fn recovery_hash(site: &Site, account: AccountId, typed: &str) -> CodeHash {
    CodePurpose::Recovery(account).hash(&site.vault, &normalise(typed))
}

impl Seed {
    /// Creates a random seed.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new(vec![0; CODES * PAPER]);
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Wraps the seed for the database.
    pub fn wrap(&self, site: &Site, account: AccountId) -> Result<Wrapped, ApiError> {
        let purpose = Purpose::RecoveryCodes { account };
        site.vault.wrap(purpose, &self.0).map_err(fault)
    }

    /// Unwraps a stored seed.
    pub fn open(site: &Site, account: AccountId, wrapped: &Wrapped) -> Result<Self, ApiError> {
        let purpose = Purpose::RecoveryCodes { account };
        site.vault.unwrap(purpose, wrapped).map(Self).map_err(fault)
    }

    /// Returns the codes, for the person to write down.
    pub fn codes(&self) -> Vec<String> {
        self.0.chunks(PAPER).map(one_time_code::format_paper).collect()
    }
}
