//! Reads values that are wrapped or locked under a master key, page by page, and replaces them.
//!
//! A value is replaced only if it is still the one that was read: whoever changed or removed it in the meantime is right.

use app::id::{AccountId, AliasId, ContactId, ProfileId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
    sea_query::Expr,
};
use time::OffsetDateTime;

use super::{
    Store, StoreError,
    entity::{contact, message_id, queue, queue_piece},
    pieces::{self, PIECE},
    queue_summary::is_free,
};
use crate::vault::{Locked, Purpose, Token, VaultError, Wrapped};

/// The values of a page.
const PAGE: u64 = 200;

/// Tables with a wrapped value in each row, whose ids say what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// The keys that certify contacts' keys.
    Certifiers,
    /// The keys of contacts.
    ContactKeys,
    /// The keys that were made in advance.
    Pool,
    /// The secrets of one-time passwords.
    OneTimePasswords,
    /// The seeds of new recovery codes.
    RecoveryCodes,
}

/// The names of a table's columns.
struct Columns {
    table: &'static str,
    ids: &'static [&'static str],
    value: &'static str,
}

/// A wrapped value of a row.
pub struct WrappedRow {
    /// The first id, and the second or nothing.
    pub ids: (i64, i64),
    /// Its value.
    pub value: Wrapped,
}

/// The wrapped values of a message's identifiers.
pub struct WrappedIds {
    /// The alias.
    pub alias: AliasId,
    /// The hash of the identifier in the mailbox, which names the row.
    pub inside: Vec<u8>,
    /// Both identifiers.
    pub ids: Wrapped,
    /// The Subject.
    pub subject: Option<Wrapped>,
}

/// An item of the queue.
pub struct LockedItem {
    /// Its name.
    pub token: Token,
    /// Envelope and origin.
    pub context: Locked,
    /// Whether it waits. If not, it has no message any more.
    pub waits: bool,
}

impl Wrapping {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Certifiers,
        Self::ContactKeys,
        Self::Pool,
        Self::OneTimePasswords,
        Self::RecoveryCodes,
    ];

    fn columns(self) -> Columns {
        let (table, ids, value): (_, &[&str], _) = match self {
            Self::Certifiers => ("profiles", &["id"], "intermediate_key"),
            Self::ContactKeys => ("correspondents", &["contact_id", "profile_id"], "key"),
            Self::Pool => ("key_pool", &["id"], "key"),
            Self::OneTimePasswords => ("one_time_passwords", &["account_id"], "secret"),
            Self::RecoveryCodes => ("recovery_drafts", &["account_id"], "seed"),
        };
        Columns { table, ids, value }
    }

    /// The owner that the value of a row is bound to.
    pub fn purpose(self, (one, other): (i64, i64)) -> Purpose {
        match self {
            Self::Certifiers => Purpose::Certifier {
                profile: ProfileId(one),
            },
            Self::ContactKeys => Purpose::ContactKey {
                profile: ProfileId(other),
                contact: ContactId(one),
            },
            Self::Pool => Purpose::Pooled,
            Self::OneTimePasswords => Purpose::OneTimePassword {
                account: AccountId(one),
            },
            Self::RecoveryCodes => Purpose::RecoveryCodes {
                account: AccountId(one),
            },
        }
    }
}

impl Store {
    /// Returns the values behind a row, in the order of the ids.
    pub async fn wrapped_after(
        &self,
        wrapping: Wrapping,
        after: Option<(i64, i64)>,
    ) -> Result<Vec<WrappedRow>, StoreError> {
        let Columns { table, ids, value } = wrapping.columns();
        let names = ids.join(", ");
        let (after, least) = (after.unwrap_or((0, 0)), after.is_none());
        let values: Vec<Value> = [after.0, after.1][..ids.len()].iter().map(|id| (*id).into()).collect();
        let behind = match (least, ids.len()) {
            (true, _) => String::new(),
            (false, 1) => format!("WHERE {names} > $1"),
            (false, _) => format!("WHERE ({names}) > ($1, $2)"),
        };
        let sql = format!("SELECT {value}, {names} FROM {table} {behind} ORDER BY {names} LIMIT {PAGE}");
        let values = if least { Vec::new() } else { values };
        let statement = Statement::from_sql_and_values(self.db.get_database_backend(), sql, values);
        let rows = self.db.query_all_raw(statement).await?.into_iter().map(|row| {
            let other = if ids.len() > 1 { row.try_get_by_index(2)? } else { 0 };
            Ok(WrappedRow {
                ids: (row.try_get_by_index(1)?, other),
                value: Wrapped(row.try_get_by_index(0)?),
            })
        });
        rows.collect()
    }

    /// Replaces values, each with the old one, in one transaction.
    pub async fn replace_wrapped(
        &self,
        wrapping: Wrapping,
        replaced: Vec<(WrappedRow, Wrapped)>,
    ) -> Result<(), StoreError> {
        let Columns { table, ids, value } = wrapping.columns();
        let conditions: Vec<_> = ids
            .iter()
            .zip(3..)
            .map(|(id, number)| format!("{id} = ${number}"))
            .collect();
        let sql = format!(
            "UPDATE {table} SET {value} = $1 WHERE {value} = $2 AND {}",
            conditions.join(" AND ")
        );
        let transaction = self.write_quietly().await?;
        for (row, new) in replaced {
            let mut values: Vec<Value> = vec![new.0.into(), row.value.0.into(), row.ids.0.into()];
            values.extend((ids.len() > 1).then(|| Value::from(row.ids.1)));
            let statement = Statement::from_sql_and_values(self.db.get_database_backend(), &sql, values);
            transaction.execute_raw(statement).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Returns the identifiers of messages behind a row.
    pub async fn wrapped_ids_after(&self, after: Option<(AliasId, Vec<u8>)>) -> Result<Vec<WrappedIds>, StoreError> {
        let mut rows = message_id::Entity::find().cursor_by((message_id::Column::AliasId, message_id::Column::Inside));
        if let Some((alias, inside)) = after {
            rows.after((alias.0, inside));
        }
        let rows = rows.first(PAGE).all(&self.db).await?.into_iter().map(|row| WrappedIds {
            alias: AliasId(row.alias_id),
            inside: row.inside,
            ids: Wrapped(row.ids),
            subject: row.subject.map(Wrapped),
        });
        Ok(rows.collect())
    }

    /// Replaces the identifiers of messages and their Subjects, each that has a new one, in one transaction. A Subject may also go.
    pub async fn replace_wrapped_ids(&self, replaced: Vec<(WrappedIds, NewIds)>) -> Result<(), StoreError> {
        let transaction = self.write_quietly().await?;
        for (row, new) in replaced {
            let of_row = || {
                message_id::Entity::update_many()
                    .filter(message_id::Column::AliasId.eq(row.alias.0))
                    .filter(message_id::Column::Inside.eq(row.inside.clone()))
            };
            if let Some(ids) = new.ids {
                of_row()
                    .col_expr(message_id::Column::Ids, Expr::value(ids.0))
                    .filter(message_id::Column::Ids.eq(row.ids.0.clone()))
                    .exec(&*transaction)
                    .await?;
            }
            if let (Some(before), Some(subject)) = (&row.subject, new.subject) {
                of_row()
                    .col_expr(
                        message_id::Column::Subject,
                        Expr::value(subject.map(|subject| subject.0)),
                    )
                    .filter(message_id::Column::Subject.eq(before.0.clone()))
                    .exec(&*transaction)
                    .await?;
            }
        }
        Ok(transaction.commit().await?)
    }

    /// Returns the contacts of an alias, the newest first.
    pub async fn contacts_of_alias(&self, alias: AliasId) -> Result<Vec<ContactId>, StoreError> {
        let ids: Vec<i64> = contact::Entity::find()
            .select_only()
            .column(contact::Column::Id)
            .filter(contact::Column::AliasId.eq(alias.0))
            .order_by_desc(contact::Column::Id)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(ids.into_iter().map(ContactId).collect())
    }

    /// Returns the items of the queue behind one, without their messages.
    pub async fn locked_after(&self, after: Option<Token>) -> Result<Vec<LockedItem>, StoreError> {
        let behind = after.map(|token| queue::Column::Token.gt(token.0.to_vec()));
        let rows: Vec<(Vec<u8>, Vec<u8>, Option<i64>)> = queue::Entity::find()
            .select_only()
            .columns([queue::Column::Token, queue::Column::Context, queue::Column::NextTryAt])
            .filter(sea_orm::Condition::all().add_option(behind))
            .order_by_asc(queue::Column::Token)
            .limit(PAGE)
            .into_tuple()
            .all(&self.db)
            .await?;
        let items = rows.into_iter().map(|(token, context, next_try)| {
            Ok(LockedItem {
                token: Token(token.try_into().map_err(|_| StoreError::Damaged("queue token"))?),
                context: Locked::from_stored(context),
                waits: next_try.is_some(),
            })
        });
        items.collect()
    }

    /// Replaces the context of an item that was handed over. Returns whether it was still the old one.
    pub async fn replace_handed_over(&self, item: LockedItem, context: Locked) -> Result<bool, StoreError> {
        let replaced = queue::Entity::update_many()
            .col_expr(queue::Column::Context, Expr::value(context.into_bytes()))
            .filter(queue::Column::Token.eq(item.token.0.to_vec()))
            .filter(queue::Column::Context.eq(item.context.into_bytes()))
            .filter(queue::Column::NextTryAt.is_null())
            .exec(&self.db)
            .await?;
        Ok(replaced.rows_affected > 0)
    }

    /// Replaces the context and the message of an item that waits and that no process has leased. Returns `false` if one has. `relock`
    /// returns the new message, of the same length, or nothing if it is to stay.
    pub async fn replace_waiting(
        &self,
        item: LockedItem,
        context: Locked,
        now: OffsetDateTime,
        relock: impl FnOnce(&Locked) -> Result<Option<Locked>, VaultError> + Send,
    ) -> Result<bool, StoreError> {
        let transaction = self.write_quietly().await?;
        let mut row = queue::Entity::find_by_id(item.token.0.to_vec())
            .select_only()
            .column(queue::Column::Message)
            .filter(queue::Column::Context.eq(item.context.into_bytes()))
            .filter(queue::Column::NextTryAt.is_not_null())
            .filter(is_free(now));
        if self.db.get_database_backend() == DbBackend::Postgres {
            // Nobody leases it, and thus nobody delivers it, before this transaction ends.
            row = row.lock_exclusive();
        }
        let row: Option<Option<Vec<u8>>> = row.into_tuple().one(&*transaction).await?;
        let Some(stored) = row else { return Ok(false) };
        let (message, in_row) = match stored {
            Some(message) => (Some(Locked::from_stored(message)), true),
            None => (pieces::read(&*transaction, item.token).await?, false),
        };
        let message = message
            .map(|message| relock(&message))
            .transpose()
            .map_err(StoreError::Wrap)?
            .flatten();
        let mut update = queue::Entity::update_many()
            .col_expr(queue::Column::Context, Expr::value(context.into_bytes()))
            .filter(queue::Column::Token.eq(item.token.0.to_vec()));
        match (message, in_row) {
            (Some(message), true) => {
                update = update.col_expr(queue::Column::Message, Expr::value(message.into_bytes()));
            }
            (Some(message), false) => {
                for (number, piece) in (0..).zip(message.as_bytes().chunks(PIECE)) {
                    replace_piece(&*transaction, item.token, number, piece).await?;
                }
            }
            (None, _) => {}
        }
        update.exec(&*transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// New values for [`Store::replace_wrapped_ids`].
#[derive(Default)]
pub struct NewIds {
    /// Both identifiers.
    pub ids: Option<Wrapped>,
    /// The Subject, or nothing in its place.
    pub subject: Option<Option<Wrapped>>,
}

async fn replace_piece(db: &impl ConnectionTrait, token: Token, number: i32, piece: &[u8]) -> Result<(), StoreError> {
    queue_piece::Entity::update_many()
        .col_expr(queue_piece::Column::Octets, Expr::value(piece.to_vec()))
        .filter(queue_piece::Column::Token.eq(token.0.to_vec()))
        .filter(queue_piece::Column::Number.eq(number))
        .exec(db)
        .await?;
    Ok(())
}
