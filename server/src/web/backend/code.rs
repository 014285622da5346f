//! The mailed six digits. They exist in the mail only; the database has a keyed hash, the log nothing.

use app::{
    address::EmailAddress,
    api::{
        ApiError,
        account::{FirstCode, MailboxId},
    },
};
use lettre::{
    Message,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use time::Duration;
use zeroize::Zeroizing;

use super::super::{
    Site,
    fault::{fault, log},
    limit::{CODE_PAUSE, CODES},
};
use crate::{deliver::Parcel, store::code::CodeHash};

/// A code holds this long.
const LIFETIME: Duration = Duration::minutes(15);
/// How often one code may be tried.
const TRIES: u32 = 5;

/// The code of a mailbox that is stored by now. Whatever is in the way of the mail (its cause is in the log, or it is a limit) does
/// not undo that: another is asked for where the code is typed.
pub async fn first(site: &Site, mailbox: MailboxId, address: &EmailAddress) -> FirstCode {
    match send(site, mailbox, address).await {
        Ok(()) => FirstCode::Sent,
        Err(_) => FirstCode::NotSent,
    }
}

/// Makes a code and mails it. Where the mail cannot be handed over there is no code, and a new one may be asked for at once.
pub async fn send(site: &Site, mailbox: MailboxId, address: &EmailAddress) -> Result<(), ApiError> {
    // By address, not by mailbox: whose inbox fills up is what counts.
    let who = address.folded();
    site.admit(&CODE_PAUSE, who.as_bytes()).await?;
    site.admit(&CODES, who.as_bytes()).await?;
    let code = random().map_err(fault)?;
    let expires = site.clock.now() + LIFETIME;
    let stored = site
        .store
        .put_code(mailbox, hash(site, mailbox, &code), TRIES, expires)
        .await;
    stored.map_err(fault)?;
    let parcel = notice(site, address, &code)?;
    if let Err(error) = site.courier.deliver(&parcel).await {
        log(&error);
        site.store.void_code(mailbox).await.map_err(fault)?;
        site.readmit(&CODE_PAUSE, who.as_bytes()).await?;
        return Err(ApiError::MailNotSent);
    }
    Ok(())
}

/// The keyed hash of what was typed. Spaces do not count: many type codes in groups.
pub fn hash(site: &Site, mailbox: MailboxId, typed: &str) -> CodeHash {
    keyed(site, "verification code", mailbox.0, typed)
}

/// The keyed hash of a code that was typed for whatever `id` names, by `purpose`.
pub fn keyed(site: &Site, purpose: &'static str, id: i64, typed: &str) -> CodeHash {
    let code: Zeroizing<String> = Zeroizing::new(typed.chars().filter(|c| !c.is_whitespace()).collect());
    let of = Zeroizing::new([id.to_be_bytes().as_slice(), code.as_bytes()].concat());
    site.vault.pseudonym(purpose, &of)
}

/// Six random digits.
pub fn random() -> Result<Zeroizing<String>, getrandom::Error> {
    const CODES: u32 = 1_000_000;
    // What is left over when all codes have come up equally often is thrown again.
    const FAIR: u32 = u32::MAX - u32::MAX % CODES;
    loop {
        let number = getrandom::u32()?;
        if number < FAIR {
            return Ok(Zeroizing::new(format!("{:06}", number % CODES)));
        }
    }
}

fn notice(site: &Site, to: &EmailAddress, code: &str) -> Result<Parcel, ApiError> {
    let from: EmailAddress = format!("sealpost@{}", site.domain).parse().map_err(fault)?;
    let text = format!(
        "Your code is {code}\r\n\r\n\
         Type it at {} to confirm that mail may be relayed to this address.\r\n\
         It is valid for {} minutes.\r\n\r\n\
         If you did not ask for it, somebody mistyped an address: there is nothing to do.\r\n",
        site.public_url,
        LIFETIME.whole_minutes()
    );
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(fault)?;
    let mailbox = |name: Option<&str>, address: &EmailAddress| {
        let address = address.as_str().parse().map_err(fault)?;
        Ok::<_, ApiError>(Mailbox::new(name.map(str::to_owned), address))
    };
    let auto_submitted = HeaderName::new_from_ascii_str("Auto-Submitted");
    let message = Message::builder()
        .from(mailbox(Some("Sealpost"), &from)?)
        .to(mailbox(None, to)?)
        // Not the code: subjects are shown on locked screens.
        .subject("Confirm your address")
        .date(site.clock.now().into())
        .message_id(Some(format!("<{}@{}>", hex::encode(id), site.domain)))
        // RFC 3834 §5: nothing shall answer this by itself.
        .raw_header(HeaderValue::new(auto_submitted, "auto-generated".to_owned()))
        .header(ContentType::TEXT_PLAIN)
        .body(text)
        .map_err(fault)?;
    Parcel::notice(from, to.clone(), message.formatted())
        .signed(&site.signer)
        .map_err(fault)
}
