//! A person's data: what was imported, and deleting all of it.

use app::{
    address::EmailAddress,
    api::{
        ApiError, DataBackend,
        account::MailboxId,
        alias::MAX_LABEL,
        data::{Import, ImportedLine, LineOutcome},
    },
};
use async_trait::async_trait;
use leptos::prelude::use_context;
use zeroize::Zeroizing;

use super::{
    super::{
        data::table::{Line, TableError},
        fault::fault,
        limit::IMPORT,
    },
    RequestBackend,
    alias::{acceptable_local, clean_label, clean_note},
    found,
};
use crate::store::{AccountId, StoreError, alias::NewAlias};

/// What became of the table that this request brought.
#[derive(Clone)]
pub struct Imported(pub Import);

#[async_trait]
impl DataBackend for RequestBackend {
    async fn imported(&self) -> Result<Option<Import>, ApiError> {
        let imported = use_context::<Imported>();
        self.account()?;
        Ok(imported.map(|imported| imported.0))
    }

    async fn delete_account(&self, confirmation: &str, password: Zeroizing<String>) -> Result<(), ApiError> {
        let account = self.account_by_password(password).await?;
        let store = &self.site.store;
        let email = store.account_email(account).await.map_err(fault)?;
        let typed: Option<EmailAddress> = confirmation.parse().ok();
        let same = typed
            .zip(email)
            .is_some_and(|(typed, email)| typed.folded() == email.folded());
        if !same {
            return Err(ApiError::NotConfirmed);
        }
        found(store.delete_account(account).await.map_err(fault)?)?;
        self.close_session().await
    }
}

impl RequestBackend {
    /// Where a new alias delivers to if nobody says; nothing while no mailbox is verified.
    pub(in crate::web) async fn default_mailbox(&self) -> Result<Option<MailboxId>, ApiError> {
        let mailbox = self.site.store.default_mailbox(self.account()?).await;
        mailbox.map_err(fault)
    }

    /// Takes over the aliases of a table for a mailbox; one that does not work out does not stop the others.
    pub(in crate::web) async fn import(&self, lines: Result<Vec<Line>, TableError>, mailbox: MailboxId) -> Import {
        let account = self.account()?;
        let lines = lines.map_err(declined)?;
        let own = self.site.store.mailbox(account, mailbox).await.map_err(fault)?;
        if !own.ok_or(ApiError::NotFound)?.verified {
            return Err(ApiError::MailboxUnverified);
        }
        self.site.admit(&IMPORT, &account.0.to_be_bytes()).await?;
        let mut imported = Vec::with_capacity(lines.len());
        for line in lines {
            let outcome = self.import_line(account, mailbox, &line).await;
            imported.push(ImportedLine {
                number: line.number,
                address: line.address,
                outcome: outcome.unwrap_or_else(LineOutcome::Declined),
            });
        }
        Ok(imported)
    }

    async fn import_line(&self, account: AccountId, mailbox: MailboxId, line: &Line) -> Result<LineOutcome, ApiError> {
        if line.deleted {
            return Ok(LineOutcome::Deleted);
        }
        let store = &self.site.store;
        let (local, _) = line.address.split_once('@').ok_or(ApiError::InvalidAddress)?;
        let local = acceptable_local(local)?;
        let (label, note) = parted(&line.description);
        let (label, note) = (clean_label(label)?, clean_note(note)?);
        let new = NewAlias {
            mailbox,
            local: &local,
            domain: "",
            label: &label,
        };
        let id = match store.take_alias(new, self.site.clock.now()).await {
            Ok(id) => id,
            Err(StoreError::Taken) => return self.present(account, &local).await,
            Err(error) => return Err(fault(error)),
        };
        // The alias is there by now: should one of these fail, its line says so, and a second import finds it.
        if !note.is_empty() {
            found(
                store
                    .set_alias_details(account, id, &label, &note)
                    .await
                    .map_err(fault)?,
            )?;
        }
        if !line.active {
            found(store.set_alias_enabled(account, id, false).await.map_err(fault)?)?;
        }
        Ok(LineOutcome::Taken {
            alias: id,
            address: self.address(&local)?,
        })
    }

    async fn present(&self, account: AccountId, local: &str) -> Result<LineOutcome, ApiError> {
        let own = self.site.store.alias_named(account, local).await.map_err(fault)?;
        match own {
            Some(_) => Ok(LineOutcome::Present {
                address: self.address(local)?,
            }),
            None => Err(ApiError::AliasTaken),
        }
    }

    fn address(&self, local: &str) -> Result<EmailAddress, ApiError> {
        format!("{local}@{}", self.site.domain).parse().map_err(fault)
    }
}

fn declined(error: TableError) -> ApiError {
    match error {
        TableError::Heading => ApiError::TableHeading,
        TableError::Unreadable => ApiError::NoTable,
        TableError::TooLong => ApiError::TooLong,
    }
}

/// A description as label and note: the first line is the label, if it is short enough for one.
fn parted(description: &str) -> (&str, &str) {
    let description = description.trim();
    let (first, rest) = description.split_once('\n').unwrap_or((description, ""));
    match first.trim().chars().count() <= MAX_LABEL {
        true => (first.trim(), rest.trim()),
        false => ("", description),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_description_is_a_note() {
        assert_eq!(parted(" Shop "), ("Shop", ""));
        assert_eq!(parted("Shop\r\nfor shoes\nand bags"), ("Shop", "for shoes\nand bags"));
        let long = "x".repeat(MAX_LABEL + 1);
        assert_eq!(parted(&long), ("", long.as_str()));
    }
}
