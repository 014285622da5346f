//! Replaces a forgotten password.
//!
//! Nothing here reveals whether an address has an account. The answers are the same, and work that only an account
//! needs happens after the answer.

use app::{
    address::EmailAddress,
    api::{ApiError, recovery::RecoveryBackend},
};
use async_trait::async_trait;
use leptos_i18n::td_string;
use time::Duration;
use zeroize::Zeroizing;

use super::{
    super::{
        Site,
        fault::{fault, log},
        limit::{
            FORGOT, FORGOT_ADDRESS, FORGOT_CLIENT, FORGOT_PAUSE, RESET_ADDRESS, RESET_CLIENT, SIGN_IN_ADDRESS, at_place,
        },
    },
    RequestBackend,
    account::{NOBODY, parse_password},
    code::{self, CodePurpose},
    second_factor,
};

use crate::{
    letters::lines,
    network::client_key,
    notices::letter::OwnLetter,
    one_time_code::{is_mailed, normalise, normalise_mailed},
    store::{
        AccountId, Store, StoreError,
        code::CodeHash,
        operator::Act,
        password::{ResetProof, ResetTry},
    },
    vault::Vault,
};

/// How long a mailed code is valid.
const LIFETIME: Duration = Duration::minutes(15);
/// How long a printed code is valid: the DNS of a new relay may take hours until its pages are reached.
pub const PRINTED_LIFETIME: Duration = Duration::hours(24);
/// How often a mailed code may be tried by everybody together. Strangers at several addresses must not use up the
/// person's tries.
const TRIES: u32 = 100;

#[async_trait]
impl RecoveryBackend for RequestBackend {
    async fn forgot_password(&self, email: &str) -> Result<(), ApiError> {
        let site = &self.site;
        self.require_local_sign_in()?;
        site.admit(&FORGOT_CLIENT, &client_key(self.visitor.ip)).await?;
        let email: EmailAddress = email.parse().map_err(|_| ApiError::InvalidAddress)?;
        let who = email.folded();
        let here = at_place(&who, self.visitor.ip);
        site.admit(&FORGOT_PAUSE, &here).await?;
        site.admit(&FORGOT, &here).await?;
        site.admit(&FORGOT_ADDRESS, who.as_bytes()).await?;
        let site = site.clone();
        // Sealing takes longer than finding no account, so it happens after the answer.
        tokio::spawn(async move {
            if let Err(error) = mail_code(&site, &email).await {
                log(&error);
            }
        });
        Ok(())
    }

    async fn reset_password(
        &self,
        email: &str,
        typed: &str,
        second: &str,
        password: Zeroizing<String>,
    ) -> Result<(), ApiError> {
        let site = &self.site;
        self.require_local_sign_in()?;
        parse_password(&password)?;
        site.admit(&RESET_CLIENT, &client_key(self.visitor.ip)).await?;
        let email: EmailAddress = email.parse().map_err(|_| ApiError::WrongReset)?;
        let here = at_place(&email.folded(), self.visitor.ip);
        site.admit(&RESET_ADDRESS, &here).await?;
        let known = site.store.credentials(&email).await.map_err(fault)?;
        let account = known.map_or(NOBODY, |known| known.account);
        let proof = proof(site, account, typed).await?;
        // After the proof, so that strangers cause no such work. Before the second factor, which is used up by the try.
        site.0.passwords.judge(self.visitor.ip, &password, &email).await?;
        if second_factor::is_on(site, account).await? {
            let again = matches!(proof, ResetProof::Paper(_)) && normalise(typed) == normalise(second);
            match second.trim() {
                "" => return Err(ApiError::SecondFactorNeeded),
                _ if again => return Err(ApiError::WrongSecondFactor),
                second => second_factor::spend(site, account, self.known_device(account), second).await?,
            }
        }
        let hash = site.0.passwords.hash(self.visitor.ip, password).await?;
        let replaced = site.store.reset_password(account, proof, hash).await.map_err(fault)?;
        replaced.then_some(()).ok_or(ApiError::WrongReset)?;
        for limit in [&RESET_ADDRESS, &SIGN_IN_ADDRESS] {
            site.readmit(limit, &here).await?;
        }
        // The new password works on this device even while strangers use up the tries for the address.
        self.remember_device(account)
    }
}

/// Returns the typed proof if it is right. It is used only when everything else is right as well.
async fn proof(site: &Site, account: AccountId, typed: &str) -> Result<ResetProof, ApiError> {
    let mailed = normalise_mailed(typed);
    if is_mailed(&mailed) {
        let hash = CodePurpose::PasswordReset(account).hash(&site.vault, &mailed);
        let tried = site.store.try_password_reset(account, hash, site.clock.now()).await;
        return match tried.map_err(fault)? {
            ResetTry::Right => Ok(ResetProof::Mailed(hash)),
            ResetTry::Wrong => Err(ApiError::WrongReset),
        };
    }
    let hash = second_factor::recovery_hash(site, account, typed);
    match site.store.has_recovery_code(account, hash).await.map_err(fault)? {
        true => Ok(ResetProof::Paper(hash)),
        false => Err(ApiError::WrongReset),
    }
}

/// Makes a code with which a person chooses a new password, for the operator or an administrator to hand over if mail does not
/// arrive. It is valid for [`PRINTED_LIFETIME`], and once. A second factor stays in force.
pub async fn print_reset_code(
    store: &Store,
    vault: &Vault,
    account: AccountId,
    act: Act,
) -> Result<Zeroizing<String>, NoResetCode> {
    let (code, hash) = new_code(vault, account)?;
    let limits = (TRIES, act.at() + PRINTED_LIFETIME);
    store.put_printed_reset(account, hash, limits, act).await?;
    Ok(code)
}

/// Why no code was made.
#[derive(Debug, thiserror::Error)]
pub enum NoResetCode {
    /// The system's source of randomness failed.
    #[error("the system gave no random bytes")]
    Randomness(#[from] getrandom::Error),
    /// The database failed.
    #[error("the code could not be stored")]
    Store(#[from] StoreError),
}

fn new_code(vault: &Vault, account: AccountId) -> Result<(Zeroizing<String>, CodeHash), getrandom::Error> {
    let code = code::random()?;
    let hash = CodePurpose::PasswordReset(account).hash(vault, &normalise_mailed(&code));
    Ok((code, hash))
}

async fn mail_code(site: &Site, email: &EmailAddress) -> Result<(), ApiError> {
    let found = site.store.recovery_mailbox(email).await.map_err(fault)?;
    let Some((account, mailbox)) = found else {
        return Ok(());
    };
    let (code, hash) = new_code(&site.vault, account).map_err(fault)?;
    let expires = site.clock.now() + LIFETIME;
    let stored = site.store.put_password_reset(account, hash, TRIES, expires).await;
    stored.map_err(fault)?;
    let language = site.store.language_of(mailbox).await.map_err(fault)?;
    let text = Zeroizing::new(td_string!(
        language,
        mail.reset.text,
        code = code.as_str(),
        url = &site.public_url,
        minutes = LIFETIME.whole_minutes()
    ));
    let letter = OwnLetter {
        // The subject omits the code because locked screens show it.
        subject: td_string!(language, mail.reset.subject),
        text: lines(&text),
    };
    site.letters.write(mailbox, letter).await.map_err(fault)
}
