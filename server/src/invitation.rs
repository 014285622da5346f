//! Creates invitation codes, which the operator prints and with which people sign up.

use sha2::{Digest, Sha256};
use time::Duration;

use crate::{
    clock::{Clock, SystemClock},
    one_time_code::{format_paper, normalise},
    store::{Store, StoreError, invitation::InvitationHash},
};

/// How long an invitation is valid.
const LIFETIME: Duration = Duration::days(14);
/// Random bytes of the code: 120 bits.
const CODE: usize = 15;

/// Why no invitation was created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvitationError {
    /// The database failed.
    #[error("the invitation could not be stored")]
    Store(#[from] StoreError),
    /// The system's source of randomness failed.
    #[error("the system gave no random bytes")]
    Randomness(#[from] getrandom::Error),
}

/// Creates an invitation and returns its code, which is not stored anywhere.
pub async fn make(store: &Store) -> Result<String, InvitationError> {
    let mut bytes = [0; CODE];
    getrandom::fill(&mut bytes)?;
    let code = format_paper(&bytes);
    let expires = SystemClock.now() + LIFETIME;
    store.add_invitation(hash(&code), expires).await?;
    Ok(code)
}

/// Returns the hash under which a typed code is stored.
pub fn hash(typed: &str) -> InvitationHash {
    Sha256::digest(normalise(typed).as_bytes()).into()
}
