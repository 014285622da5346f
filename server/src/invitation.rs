//! Creates invitation codes, which the operator or an administrator hands out and with which people sign up.

use app::api::administration::InvitationName;
use sha2::{Digest, Sha256};
use time::Duration;

use crate::{
    one_time_code::{format_paper, normalise},
    store::{
        Store, StoreError,
        invitation::{InvitationHash, name_of},
        operator::Act,
    },
};

/// How long an invitation is valid.
pub const LIFETIME: Duration = Duration::days(14);
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

/// A new invitation.
pub struct Invitation {
    /// Its code, which is not stored anywhere.
    pub code: String,
    /// Its name in the list of open invitations.
    pub name: InvitationName,
}

/// Creates an invitation.
pub async fn make(store: &Store, act: Act) -> Result<Invitation, InvitationError> {
    let mut bytes = [0; CODE];
    getrandom::fill(&mut bytes)?;
    let code = format_paper(&bytes);
    let hash = hash(&code);
    store.add_invitation(hash, act.at() + LIFETIME, act).await?;
    Ok(Invitation {
        code,
        name: name_of(&hash),
    })
}

/// Returns the hash under which a typed code is stored.
pub fn hash(typed: &str) -> InvitationHash {
    Sha256::digest(normalise(typed).as_bytes()).into()
}
