//! Finds out whether an alias may have the mail to the operator, and when mail came last.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::Query};
use time::OffsetDateTime;

use super::{
    Store, StoreError,
    entity::{account, alias, mailbox},
    stored::read_time,
};

impl Store {
    /// Whether an alias with this local part and stored domain takes the operator's mail: it is on, its mailbox is verified, and its
    /// person is an administrator. Everybody else could get certificates for the domain with such mail.
    pub async fn takes_operator_mail(&self, local: &str, domain: &str) -> Result<bool, StoreError> {
        takes(&self.db, local, domain).await
    }
}

pub(super) async fn takes(db: &impl ConnectionTrait, local: &str, domain: &str) -> Result<bool, StoreError> {
    let administrators = Query::select()
        .column(account::Column::Id)
        .from(account::Entity)
        .and_where(account::Column::Administrator.eq(true))
        .and_where(account::Column::DisabledAt.is_null())
        .to_owned();
    let mailboxes = Query::select()
        .column(mailbox::Column::Id)
        .from(mailbox::Entity)
        .and_where(mailbox::Column::VerifiedAt.is_not_null())
        .and_where(mailbox::Column::AccountId.in_subquery(administrators))
        .to_owned();
    let found = alias::Entity::find()
        .filter(alias::Column::LocalFolded.eq(local.to_lowercase()))
        .filter(alias::Column::Domain.eq(domain))
        .filter(alias::Column::Enabled.eq(true))
        .filter(alias::Column::MailboxId.in_subquery(mailboxes))
        .count(db)
        .await?;
    Ok(found > 0)
}

/// When an alias was last used that mail has come to.
pub(super) async fn last_mail(db: &impl ConnectionTrait) -> Result<Option<OffsetDateTime>, StoreError> {
    let last: Option<Option<i64>> = alias::Entity::find()
        .select_only()
        .expr(alias::Column::LastUsedAt.max())
        .filter(alias::Column::RelayedCount.gt(0))
        .into_tuple()
        .one(db)
        .await?;
    last.flatten().map(read_time).transpose()
}
