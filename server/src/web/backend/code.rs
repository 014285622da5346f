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
    fault::{fault, log},
    limit::{CLAIM_LETTER, CODE_PAUSE, CODES, CODES_CLIENT, at_place},
};

use crate::{
    letters::{self, Automatic, Text, lines},
    notices::letter::OwnLetter,
    one_time_code::{self, MAILED},
    parcel::Parcel,
    store::code::CodeHash,
};

/// How long a code is valid.
const LIFETIME: Duration = Duration::minutes(15);
/// How often a code may be tried.
const TRIES: u32 = 5;
/// Pauses between attempts to send the mail. The next server may be busy, and nobody learns that the mail did not
/// leave.
const PAUSES: [Duration; 3] = [Duration::SECOND, Duration::seconds(10), Duration::MINUTE];

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
    let expires = site.clock.now() + LIFETIME;
    let stored = site
        .store
        .put_code(mailbox, hash(site, mailbox, &code), TRIES, expires)
        .await;
    stored.map_err(fault)?;
    let (site, address) = (site.clone(), address.clone());
    tokio::spawn(async move {
        if let Err(error) = mail(&site, &address, &code, language).await {
            log(&error);
        }
    });
    Ok(())
}

/// Returns the keyed hash of a typed code.
pub fn hash(site: &Site, mailbox: MailboxId, typed: &str) -> CodeHash {
    CodePurpose::Verification(mailbox).hash(site, &one_time_code::normalise_mailed(typed))
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
    pub fn hash(self, site: &Site, plain: &str) -> CodeHash {
        let (label, id) = match self {
            Self::Verification(mailbox) => ("verification code", mailbox.0),
            Self::Recovery(account) => ("recovery code", account.0),
            Self::PasswordReset(account) => ("password reset", account.0),
            Self::Test(profile) => ("test code", profile.0),
        };
        let of = Zeroizing::new([id.to_be_bytes().as_slice(), plain.as_bytes()].concat());
        site.vault.pseudonym(label, &of)
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

async fn mail(site: &Site, address: &EmailAddress, code: &str, language: Language) -> Result<(), ApiError> {
    let owner = site.store.owner_of(address).await.map_err(fault)?;
    match owner {
        Some(owner) => tell(site, address, owner.mailbox).await,
        None => hand_over(site, &notice(site, address, code, language)?).await,
    }
}

async fn hand_over(site: &Site, parcel: &Parcel) -> Result<(), ApiError> {
    for pause in PAUSES {
        match site.courier.deliver(parcel).await {
            Ok(()) => return Ok(()),
            Err(error) => log(&error),
        }
        tokio::time::sleep(pause.unsigned_abs()).await;
    }
    site.courier.deliver(parcel).await.map_err(fault)
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
