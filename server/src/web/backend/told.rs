//! Writes to the person of an account when somebody has changed how the account is signed in to.

use app::{api::ApiError, id::AccountId, texts::Language};
use leptos_i18n::td_string;

use super::super::{
    Site,
    fault::{fault, log},
};
use crate::{letters::lines, notices::letter::OwnLetter};

/// A change that a person should hear of, as it may have been somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The account was linked with the sign-in provider.
    Linked,
    /// An administrator made a code for a new password.
    CodeMade,
    /// An administrator removed the second factor.
    SecondFactorReset,
}

/// Writes a letter after the answer. A failure is in the log.
pub(super) fn tell(site: &Site, account: AccountId, change: Change) {
    let site = site.clone();
    tokio::spawn(async move {
        if let Err(error) = write(&site, account, change).await {
            log(&error);
        }
    });
}

async fn write(site: &Site, account: AccountId, change: Change) -> Result<(), ApiError> {
    let Some(email) = site.store.account_email(account).await.map_err(fault)? else {
        return Ok(());
    };
    let found = site.store.recovery_mailbox(&email).await.map_err(fault)?;
    let Some((_, mailbox)) = found else {
        return Ok(());
    };
    let language = site.store.language_of(mailbox).await.map_err(fault)?;
    let letter = letter(site, change, language);
    site.letters.write(mailbox, letter).await.map_err(fault)
}

fn letter(site: &Site, change: Change, language: Language) -> OwnLetter {
    let url = &site.public_url;
    let (subject, text) = match change {
        Change::Linked => {
            let name = site
                .provider
                .as_ref()
                .map(|provider| provider.name())
                .unwrap_or_default();
            let text = td_string!(language, mail.linked.text, name = name, url = url);
            (td_string!(language, mail.linked.subject), text)
        }
        Change::CodeMade => {
            let text = td_string!(language, mail.code_made.text, url = url);
            (td_string!(language, mail.code_made.subject), text)
        }
        Change::SecondFactorReset => {
            let text = td_string!(language, mail.second_factor_reset.text, url = url);
            (td_string!(language, mail.second_factor_reset.subject), text)
        }
    };
    OwnLetter {
        subject,
        text: lines(&text),
    }
}
