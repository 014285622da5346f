//! Mails the codes that verify a mailbox. The database has only a keyed hash of a code, and the log has nothing.
//!
//! Nothing here reveals whether somebody owns an address already. The answer is sent and a code is stored before the
//! owner is looked up. If there is one, they get a letter instead of the code. Nobody then knows the code, and it would
//! prove nothing (`store::claim`).

use std::net::IpAddr;

use app::{
    address::EmailAddress,
    api::{ApiError, mailbox::FirstCode},
    id::{AccountId, MailboxId, ProfileId},
    texts::Language,
};
use leptos_i18n::td_string;
use time::Duration;
use zeroize::Zeroizing;

use super::super::{
    Site,
    fault::fault,
    limit::{CLAIM_LETTER, CODE_PAUSE, CODES, CODES_CLIENT, at_place},
};

use crate::{
    causes::{chain, without_addresses},
    deliver::DeliveryError,
    letters::{self, Automatic, Text, lines},
    notices::letter::OwnLetter,
    one_time_code::{self, MAILED},
    parcel::Parcel,
    store::code::CodeHash,
    vault::Vault,
};

/// How long a code is valid.
const LIFETIME: Duration = Duration::minutes(15);
/// How often a code may be tried.
const TRIES: u32 = 5;
/// Pauses between attempts to send the mail, less than a code's life together. A host that puts an unknown relay off, as many
/// do, wants a second attempt after five minutes at the latest.
const PAUSES: [Duration; 6] = [
    Duration::SECOND,
    Duration::seconds(10),
    Duration::MINUTE,
    Duration::minutes(2),
    Duration::minutes(3),
    Duration::minutes(6),
];

/// Sends the first code of a mailbox that is stored already. If a limit stops the mail, the mailbox stays, and the
/// person can ask for another code on the page that takes it.
pub async fn first(
    site: &Site,
    mailbox: MailboxId,
    address: &EmailAddress,
    (ip, language): (IpAddr, Language),
) -> FirstCode {
    match send(site, mailbox, address, (ip, language)).await {
        Ok(()) => FirstCode::Sent,
        Err(_) => FirstCode::NotSent,
    }
}

/// Creates a code, and mails it after the answer, in the language of who asks for it.
pub async fn send(
    site: &Site,
    mailbox: MailboxId,
    address: &EmailAddress,
    (ip, language): (IpAddr, Language),
) -> Result<(), ApiError> {
    // Counted by address and not by mailbox, to protect the inbox.
    let who = address.folded();
    let here = at_place(&who, ip);
    site.admit(&CODE_PAUSE, &here).await?;
    site.admit(&CODES_CLIENT, &here).await?;
    site.admit(&CODES, who.as_bytes()).await?;
    let code = random().map_err(fault)?;
    let hash = hash(site, mailbox, &code);
    let expires = site.clock.now() + LIFETIME;
    let stored = site.store.put_code(mailbox, hash, TRIES, expires).await;
    stored.map_err(fault)?;
    let mail = CodeLetter {
        site: site.clone(),
        mailbox,
        hash,
        address: address.clone(),
        code,
        language,
    };
    tokio::spawn(async move { mail.send().await });
    Ok(())
}

/// Returns the keyed hash of a typed code.
pub fn hash(site: &Site, mailbox: MailboxId, typed: &str) -> CodeHash {
    CodePurpose::Verification(mailbox).hash(&site.vault, &one_time_code::normalise_mailed(typed))
}

/// The purpose of a code. The hash depends on it, so a code is valid for nothing else.
#[derive(Clone, Copy)]
pub enum CodePurpose {
    /// Verifies a mailbox.
    Verification(MailboxId),
    /// Replaces a second factor, or proves the person for a new password.
    Recovery(AccountId),
    /// Lets an account choose a new password.
    PasswordReset(AccountId),
    /// Proves that a test message was opened.
    Test(ProfileId),
}

impl CodePurpose {
    /// Returns the keyed hash of a normalised code.
    pub fn hash(self, vault: &Vault, plain: &str) -> CodeHash {
        let (label, id) = match self {
            Self::Verification(mailbox) => ("verification code", mailbox.0),
            Self::Recovery(account) => ("recovery code", account.0),
            Self::PasswordReset(account) => ("password reset", account.0),
            Self::Test(profile) => ("test code", profile.0),
        };
        let of = Zeroizing::new([id.to_be_bytes().as_slice(), plain.as_bytes()].concat());
        vault.pseudonym(label, &of)
    }
}

/// Creates a code of six digits.
pub fn random_digits() -> Result<Zeroizing<String>, getrandom::Error> {
    loop {
        if let Some(digits) = one_time_code::six_digits(getrandom::u32()?) {
            return Ok(digits);
        }
    }
}

/// Creates a code in the form that people read.
pub fn random() -> Result<Zeroizing<String>, getrandom::Error> {
    let mut bytes = Zeroizing::new([0; MAILED]);
    getrandom::fill(bytes.as_mut_slice())?;
    Ok(one_time_code::format_mailed(&bytes))
}

/// The mail with a code.
struct CodeLetter {
    site: Site,
    mailbox: MailboxId,
    hash: CodeHash,
    address: EmailAddress,
    code: Zeroizing<String>,
    language: Language,
}

/// Why the mail with a code did not leave.
#[derive(Debug, thiserror::Error)]
enum CodeMailError {
    /// The next hop is not reached, or does not take it.
    #[error(transparent)]
    NextHop(#[from] DeliveryError),
    /// The database failed, or the mail could not be written. The log has the cause already.
    #[error("the mail could not be made")]
    Internal(#[from] ApiError),
}

impl CodeMailError {
    /// Whether the next hop refuses this mail for good.
    fn is_final(&self) -> bool {
        matches!(self, Self::NextHop(DeliveryError::Never(_)))
    }
}

impl CodeLetter {
    /// Sends the mail, several times if need be, until it has left or nobody waits for it any more.
    async fn send(self) {
        let mut pauses = PAUSES.into_iter();
        while let Err(error) = self.attempt().await {
            // The next hop's answer may name the address.
            let cause = without_addresses(&chain(&error));
            let pause = pauses.next().filter(|_| !error.is_final());
            let Some(pause) = pause else {
                let next = "asking for a new code tries again";
                tracing::error!(
                    cause,
                    next,
                    "the mail with a code did not leave; `sealpost doctor` may say why"
                );
                return;
            };
            let next = format!("tried again in {} s", pause.whole_seconds());
            tracing::warn!(
                cause,
                next,
                "the mail with a code did not leave yet; `sealpost doctor` may say why"
            );
            tokio::time::sleep(pause.unsigned_abs()).await;
        }
    }

    /// Tries once. The page is told whether the next hop is reached before the owner is looked up, so that it says nothing of
    /// them.
    async fn attempt(&self) -> Result<(), CodeMailError> {
        let reached = self.site.courier.reach(self.address.domain()).await;
        let now = self.site.clock.now();
        let noted = self
            .site
            .store
            .note_code_mail(self.mailbox, self.hash, reached.is_ok(), now);
        if !noted.await.map_err(fault)? {
            return Ok(());
        }
        reached?;
        let owner = self.site.store.owner_of(&self.address).await.map_err(fault)?;
        if let Some(owner) = owner {
            return Ok(tell(&self.site, &self.address, owner.mailbox).await?);
        }
        let parcel = notice(&self.site, &self.address, &self.code, self.language)?;
        Ok(self.site.courier.deliver(&parcel).await?)
    }
}

/// Tells the owner of an address that somebody else typed it, at most once a day.
async fn tell(site: &Site, address: &EmailAddress, mailbox: MailboxId) -> Result<(), ApiError> {
    let language = site.store.language_of(mailbox).await.map_err(fault)?;
    if site.is_over(&CLAIM_LETTER, address.folded().as_bytes()).await? {
        return Ok(());
    }
    let letter = OwnLetter {
        subject: td_string!(language, mail.claimed.subject),
        text: lines(&td_string!(language, mail.claimed.text, url = &site.public_url)),
    };
    site.letters.write(mailbox, letter).await.map_err(fault)
}

fn notice(site: &Site, to: &EmailAddress, code: &str, language: Language) -> Result<Parcel, ApiError> {
    let from: EmailAddress = format!("sealpost@{}", site.domain).parse().map_err(fault)?;
    let text = Zeroizing::new(td_string!(
        language,
        mail.code.text,
        code = code,
        url = &site.public_url,
        minutes = LIFETIME.whole_minutes()
    ));
    let text = lines(&text);
    let text = Text {
        name: "Sealpost",
        from: &from,
        to,
        // The subject omits the code because locked screens show it.
        subject: td_string!(language, mail.code.subject),
        text: &text,
        automatic: Automatic::Generated,
        id: &letters::random_id(&site.domain).map_err(fault)?,
        now: site.clock.now(),
    };
    let written = text.write().map_err(fault)?;
    Parcel::notice(from, to.clone(), written)
        .sign(&site.signer)
        .map_err(fault)
}
