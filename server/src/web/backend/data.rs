//! Imports aliases, and deletes an account with all its data.

use app::{
    address::EmailAddress,
    api::{
        ApiError,
        data::{DataBackend, Import, ImportedLine, LineOutcome},
        limits::MAX_LABEL,
    },
    id::MailboxId,
};
use async_trait::async_trait;
use leptos::prelude::use_context;
use zeroize::Zeroizing;

use super::{
    super::{
        data::table::{Line, TableError},
        fault::fault,
        limit::{IMPORT, too_many},
    },
    RequestBackend,
    alias::{clean_label, clean_note, parse_local},
    found,
};
use crate::{
    domains::Domains,
    limits::attempts::imported_aliases,
    store::{
        AccountId, StoreError,
        alias::{Most, NewAlias, Taken},
    },
};

/// Most lines in one transaction, because nothing else can be written until it ends.
const BATCH: usize = 500;

/// The result for the table in this request.
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
        let deleted = store.delete_account(account).await.map_err(|error| match error {
            StoreError::LastAdministrator => ApiError::LastAdministrator,
            error => fault(error),
        });
        found(deleted?)?;
        self.close_session().await
    }
}

impl RequestBackend {
    /// Returns the mailbox for new aliases, or `None` while no mailbox is verified.
    pub(in crate::web) async fn default_mailbox(&self) -> Result<Option<MailboxId>, ApiError> {
        let mailbox = self.site.store.default_mailbox(self.account()?).await;
        mailbox.map_err(fault)
    }

    /// Imports the aliases of a table into a mailbox. A line that fails does not stop the others.
    pub(in crate::web) async fn import(&self, lines: Result<Vec<Line>, TableError>, mailbox: MailboxId) -> Import {
        let account = self.account()?;
        let lines = lines.map_err(to_api_error)?;
        let own = self.site.store.mailbox(account, mailbox).await.map_err(fault)?;
        if !own.ok_or(ApiError::NotFound)?.verified {
            return Err(ApiError::MailboxUnverified);
        }
        self.site.admit(&IMPORT, &account.0.to_be_bytes()).await?;
        let mut imported = Vec::with_capacity(lines.len());
        for batch in lines.chunks(BATCH) {
            imported.extend(self.import_batch(account, mailbox, batch).await);
        }
        Ok(imported)
    }

    async fn import_batch(&self, account: AccountId, mailbox: MailboxId, lines: &[Line]) -> Vec<ImportedLine> {
        let site = &self.site;
        let declined = |error: &ApiError| {
            let told = |line| imported_line(line, LineOutcome::Declined(error.clone()));
            lines.iter().map(told).collect()
        };
        let allowance = match site.allowance_of(account).await {
            Ok(allowance) => allowance,
            Err(error) => return declined(&error),
        };
        let read: Vec<_> = lines.iter().map(|line| Wish::of(line, &site.domains)).collect();
        let new: Vec<_> = read.iter().flatten().map(|wish| wish.alias(mailbox)).collect();
        let most = Most {
            held: allowance.aliases,
            taken: imported_aliases(allowance.aliases).budget(&site.vault, &account.0.to_be_bytes()),
        };
        let now = site.clock.now();
        let taken = site.store.take_aliases(account, &new, &most, now).await.map_err(fault);
        let mut taken = match taken {
            Ok(taken) => taken.into_iter(),
            // A batch is either completely in the database or not at all.
            Err(error) => return declined(&error),
        };
        let mut outcome = |wish: Wish<'_>| match taken.next().ok_or(ApiError::Unavailable)? {
            Taken::New(alias) => Ok(LineOutcome::Taken {
                alias,
                address: site.domains.address(&wish.local, wish.domain).map_err(fault)?,
            }),
            Taken::Present(domain) => Ok(LineOutcome::Present {
                address: site.domains.address(&wish.local, &domain).map_err(fault)?,
            }),
            Taken::NotFree => Err(ApiError::AliasTaken),
            Taken::Full => Err(ApiError::LimitReached { most: most.held }),
            Taken::TooMany(until) => Err(too_many(until, now)),
        };
        let mut settle = |wish| outcome(wish).unwrap_or_else(LineOutcome::Declined);
        let outcomes = read
            .into_iter()
            .map(|wish| wish.map_or_else(|left_out| left_out, &mut settle));
        lines
            .iter()
            .zip(outcomes)
            .map(|(line, outcome)| imported_line(line, outcome))
            .collect()
    }
}

fn imported_line(line: &Line, outcome: LineOutcome) -> ImportedLine {
    ImportedLine {
        number: line.number,
        address: line.address.clone(),
        outcome,
    }
}

/// The alias that a line asks for.
struct Wish<'a> {
    local: String,
    domain: &'a str,
    label: String,
    note: String,
    enabled: bool,
}

impl<'a> Wish<'a> {
    fn of(line: &'a Line, domains: &Domains) -> Result<Self, LineOutcome> {
        if line.deleted {
            return Err(LineOutcome::Deleted);
        }
        Self::read(line, domains).map_err(LineOutcome::Declined)
    }

    fn read(line: &'a Line, domains: &Domains) -> Result<Self, ApiError> {
        let (local, domain) = line.address.split_once('@').ok_or(ApiError::InvalidAddress)?;
        let (label, note) = split_description(&line.description);
        Ok(Self {
            local: parse_local(local)?,
            // A table that we exported names our domains. Any other domain becomes the main one.
            domain: domains.stored(domain).unwrap_or_default(),
            label: clean_label(label)?,
            note: clean_note(note)?,
            enabled: line.active,
        })
    }

    fn alias(&self, mailbox: MailboxId) -> NewAlias<'_> {
        NewAlias {
            mailbox,
            local: &self.local,
            domain: self.domain,
            label: &self.label,
            note: &self.note,
            enabled: self.enabled,
        }
    }
}

fn to_api_error(error: TableError) -> ApiError {
    match error {
        TableError::Heading => ApiError::TableHeading,
        TableError::Unreadable => ApiError::NoTable,
        TableError::TooLong => ApiError::TooLong,
    }
}

/// Splits a description into label and note. The first line is the label, if it is short enough.
fn split_description(description: &str) -> (&str, &str) {
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
        assert_eq!(split_description(" Shop "), ("Shop", ""));
        assert_eq!(
            split_description("Shop\r\nfor shoes\nand bags"),
            ("Shop", "for shoes\nand bags")
        );
        let long = "x".repeat(MAX_LABEL + 1);
        assert_eq!(split_description(&long), ("", long.as_str()));
    }
}
