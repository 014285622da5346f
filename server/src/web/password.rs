//! Hashes passwords with argon2id, off the async threads and a few at a time: each takes 19 MiB and some 30 ms. Clients take
//! turns, so that nobody keeps others from signing in by guessing.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use app::{address::EmailAddress, api::ApiError};
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{self, phc::PasswordHash},
};
use tokio::{sync::OnceCell, task::spawn_blocking};
use zeroize::Zeroizing;

use super::{fault::fault, strength::is_hard_to_guess};
use crate::limits::turns::Turns;

/// Most hashes at the same time.
const AT_ONCE: usize = 2;

/// Hashes and verifies passwords.
pub struct Passwords {
    turns: Arc<Turns>,
    /// The hash of nobody's password: an unknown address takes as long as a known one.
    decoy: OnceCell<String>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Turns::new(AT_ONCE),
            decoy: OnceCell::new(),
        }
    }
}

impl Passwords {
    /// The PHC string of a new password.
    pub async fn hash(&self, client: IpAddr, password: Zeroizing<String>) -> Result<String, ApiError> {
        let hashed = self.work(client, move || {
            let hash: PasswordHash = argon2id()?.hash_password(password.as_bytes())?;
            Ok::<_, password_hash::Error>(hash.to_string())
        });
        hashed.await?.map_err(fault)
    }

    /// The same of a password that nobody knows.
    pub async fn hash_unknown(&self, client: IpAddr) -> Result<String, ApiError> {
        self.work(client, unknown_password).await?.map_err(fault)
    }

    /// [`ApiError::GuessablePassword`] if a new password is among the first that somebody would try who knows the person's address.
    pub async fn judge(
        &self,
        client: IpAddr,
        password: &Zeroizing<String>,
        email: &EmailAddress,
    ) -> Result<(), ApiError> {
        let (password, email) = (password.clone(), email.clone());
        let good = self.work(client, move || is_hard_to_guess(&password, &email)).await?;
        good.then_some(()).ok_or(ApiError::GuessablePassword)
    }

    /// Whether the password is the one that was hashed. Without a hash it is `false`, but takes as long.
    pub async fn verify(
        &self,
        client: IpAddr,
        password: Zeroizing<String>,
        hash: Option<String>,
    ) -> Result<bool, ApiError> {
        let known = hash.is_some();
        // Created on the first call, even if a hash is given. Otherwise the first unknown address would take twice as
        // long.
        let decoy = self.decoy().await?.to_owned();
        let hash = hash.unwrap_or(decoy);
        let verified = self.work(client, move || {
            match argon2id()?.verify_password(password.as_bytes(), &PasswordHash::new(&hash)?) {
                Ok(()) => Ok(known),
                Err(password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(error),
            }
        });
        verified.await?.map_err(fault)
    }

    async fn decoy(&self) -> Result<&str, ApiError> {
        // Once in the life of the server, for nobody.
        let make = || self.hash(Ipv4Addr::UNSPECIFIED.into(), Zeroizing::new("nobody's".to_owned()));
        Ok(self.decoy.get_or_try_init(make).await?)
    }

    async fn work<T: Send + 'static>(
        &self,
        client: IpAddr,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = self.turns.take(client).await;
        let work = move || {
            let _turn = turn;
            work()
        };
        spawn_blocking(work).await.map_err(fault)
    }
}

/// The PHC string of a password that nobody knows, for an account whose person has not chosen one yet.
pub fn unknown_password() -> Result<String, NoPassword> {
    let mut random = Zeroizing::new([0; 32]);
    getrandom::fill(random.as_mut_slice())?;
    let hash: PasswordHash = argon2id()?.hash_password(random.as_slice())?;
    Ok(hash.to_string())
}

/// Why no password could be made.
#[derive(Debug, thiserror::Error)]
pub enum NoPassword {
    /// The system's source of randomness failed.
    #[error("the system gave no random bytes")]
    Randomness(#[from] getrandom::Error),
    /// The hash could not be calculated.
    #[error("the password could not be hashed")]
    Hash(#[from] password_hash::Error),
}

/// Returns the parameters that OWASP recommends: 19 MiB, two passes, one lane.
fn argon2id() -> Result<Argon2<'static>, password_hash::Error> {
    let params = Params::new(19 * 1024, 2, 1, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_unknown_address_takes_no_longer_than_the_next() {
        let (passwords, client) = (Passwords::default(), Ipv4Addr::LOCALHOST.into());
        let password = Zeroizing::new("correct horse battery".to_owned());
        let hash = passwords.hash(client, password.clone()).await.unwrap();
        assert!(passwords.verify(client, password, Some(hash)).await.unwrap());
        assert!(passwords.decoy.initialized(), "the hash of nobody's password is there");
    }
}
