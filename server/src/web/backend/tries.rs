//! Counts password tries, makes people wait, and tells the owner.
//!
//! Nobody can lock somebody else out. A stranger's tries count against the stranger's address. The tries of all
//! strangers together never count against a known device or a passkey. Addresses with and without an account are
//! treated the same.

use app::{address::EmailAddress, api::ApiError};
use leptos_i18n::td_string;

use super::{
    super::{
        Site,
        fault::{fault, log},
        known_device::DeviceId,
        limit::{
            SIGN_IN_ACCOUNT, SIGN_IN_ADDRESS, SIGN_IN_CLIENT, SIGN_IN_DEVICE, SIGN_IN_DEVICE_DAY, WRONG_PASSWORDS,
            WRONG_PASSWORDS_LETTER, at_place,
        },
    },
    RequestBackend,
};

use crate::{letters::lines, network::client_key, notices::letter::OwnLetter, store::AccountId};

/// A password try that was admitted.
pub struct Try {
    address: EmailAddress,
    device: Option<DeviceId>,
}

impl RequestBackend {
    /// Returns the device, if the account was signed in to on it before.
    pub(super) fn known_device(&self, account: AccountId) -> Option<DeviceId> {
        let site = &self.site;
        self.visitor.known.of_account(&site.vault, account, site.clock.now())
    }

    /// Counts a try before anything is compared, so that parallel tries do not get more of them. If the address has no
    /// account, `account` is any number.
    pub(super) async fn count_try(&self, address: EmailAddress, account: AccountId) -> Result<Try, ApiError> {
        let (site, ip) = (&self.site, self.visitor.ip);
        let device = self.known_device(account);
        match &device {
            Some(device) => {
                site.admit(&SIGN_IN_DEVICE, device).await?;
                site.admit(&SIGN_IN_DEVICE_DAY, device).await?;
            }
            None => {
                let who = address.folded();
                site.admit(&SIGN_IN_CLIENT, &client_key(ip)).await?;
                site.admit(&SIGN_IN_ADDRESS, &at_place(&who, ip)).await?;
                site.admit(&SIGN_IN_ACCOUNT, who.as_bytes()).await?;
            }
        }
        Ok(Try { address, device })
    }

    /// Called after a right password. Earlier wrong tries from here no longer count.
    pub(super) async fn forgive(&self, tried: Try) -> Result<(), ApiError> {
        match &tried.device {
            Some(device) => self.site.readmit(&SIGN_IN_DEVICE, device).await,
            None => {
                let who = at_place(&tried.address.folded(), self.visitor.ip);
                self.site.readmit(&SIGN_IN_ADDRESS, &who).await
            }
        }
    }

    /// Called after a wrong password. The rest happens after the answer, because it takes longer for an address with an
    /// account.
    pub(super) fn note_wrong(&self, tried: Try) {
        if tried.device.is_some() {
            // It was most likely the person, and the page has just told them.
            return;
        }
        let site = self.site.clone();
        tokio::spawn(async move {
            if let Err(error) = tell(&site, &tried.address).await {
                log(&error);
            }
        });
    }
}

/// Writes to the person after many wrong passwords, at most once a day.
async fn tell(site: &Site, address: &EmailAddress) -> Result<(), ApiError> {
    let who = address.folded();
    if !site.is_over(&WRONG_PASSWORDS, who.as_bytes()).await? {
        return Ok(());
    }
    let found = site.store.recovery_mailbox(address).await.map_err(fault)?;
    let Some((_, mailbox)) = found else {
        return Ok(());
    };
    let language = site.store.language_of(mailbox).await.map_err(fault)?;
    if site.is_over(&WRONG_PASSWORDS_LETTER, who.as_bytes()).await? {
        return Ok(());
    }
    let text = td_string!(
        language,
        mail.wrong_passwords.text,
        count = WRONG_PASSWORDS.most() + 1,
        url = &site.public_url
    );
    let letter = OwnLetter {
        subject: td_string!(language, mail.wrong_passwords.subject),
        text: lines(&text),
    };
    site.letters.write(mailbox, letter).await.map_err(fault)
}
