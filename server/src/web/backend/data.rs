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
        fault::{fault, unless_taken},
        limit::IMPORT,
    },
    RequestBackend,
    alias::{acceptable_local, clean_label, clean_note},
    found,
};
use crate::store::{AccountId, alias::NewAlias};

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
        let (local, domain) = line.address.split_once('@').ok_or(ApiError::InvalidAddress)?;
        let local = acceptable_local(local)?;
        if let Some(address) = self.present(account, &local).await? {
            return Ok(LineOutcome::Present { address });
        }
        self.site.below_most_aliases(account).await?;
        // A table of our own names our domains; any other becomes the main one.
        let domain = self.site.domains.stored(domain).unwrap_or_default();
        let (label, note) = parted(&line.description);
        let (label, note) = (clean_label(label)?, clean_note(note)?);
        let new = NewAlias {
            mailbox,
            local: &local,
            domain,
            label: &label,
        };
        let taken = store.take_alias(new, self.site.clock.now()).await;
        let id = taken.map_err(unless_taken(ApiError::AliasTaken))?;
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
            address: self.site.domains.address(&local, domain).map_err(fault)?,
        })
    }

    /// The account's own alias with this local part.
    async fn present(&self, account: AccountId, local: &str) -> Result<Option<EmailAddress>, ApiError> {
        let domains = &self.site.domains;
        let own = self.site.store.domain_of_alias(account, local).await.map_err(fault)?;
        own.map(|domain| domains.address(local, &domain).map_err(fault))
            .transpose()
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
