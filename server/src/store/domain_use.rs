//! Counts the aliases under each domain.

use sea_orm::{ColumnTrait, EntityTrait, QuerySelect};
use time::OffsetDateTime;

use super::{Store, StoreError, entity::alias, stored::read_time};

/// The use of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainUse {
    /// The domain in its stored form, see [`crate::domains::Domains::stored`].
    pub stored: String,
    /// The aliases under it.
    pub aliases: u64,
    /// When one of them last had mail.
    pub last_mail: Option<OffsetDateTime>,
}

impl Store {
    /// Returns the domains that aliases are under.
    pub async fn domain_uses(&self) -> Result<Vec<DomainUse>, StoreError> {
        let rows = alias::Entity::find()
            .select_only()
            .column(alias::Column::Domain)
            .expr(alias::Column::Id.count())
            .expr(alias::Column::LastUsedAt.max())
            .group_by(alias::Column::Domain)
            .into_tuple::<(String, i64, Option<i64>)>()
            .all(&self.db)
            .await?;
        let read = |(stored, aliases, last): (String, i64, Option<i64>)| {
            Ok(DomainUse {
                stored,
                aliases: u64::try_from(aliases).unwrap_or_default(),
                last_mail: last.map(read_time).transpose()?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
