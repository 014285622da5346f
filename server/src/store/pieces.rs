//! Stores long messages of the queue in pieces.
//!
//! A database driver holds each value that it writes or reads several times. A row with a whole message would also be written
//! again at each change, for example when its lease is renewed.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::{StoreError, entity::queue_piece};
use crate::vault::{Locked, Token};

/// The octets of a piece, and of the longest message that is stored in its row.
pub(super) const PIECE: usize = 256 << 10;

/// Stores the pieces of an item that has a row.
pub(super) async fn insert(db: &impl ConnectionTrait, token: Token, message: &Locked) -> Result<(), StoreError> {
    for (number, piece) in (0..).zip(message.as_bytes().chunks(PIECE)) {
        let row = queue_piece::ActiveModel {
            token: Set(token.0.to_vec()),
            number: Set(number),
            octets: Set(piece.to_vec()),
        };
        queue_piece::Entity::insert(row).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Reads a message. Returns `None` if it has no pieces, or if they are removed meanwhile.
pub(super) async fn read(db: &impl ConnectionTrait, token: Token) -> Result<Option<Locked>, StoreError> {
    let of_item = || queue_piece::Entity::find().filter(queue_piece::Column::Token.eq(token.0.to_vec()));
    let pieces = of_item().count(db).await?;
    let mut message = Vec::with_capacity(usize::try_from(pieces).unwrap_or_default().saturating_mul(PIECE));
    for number in 0..pieces {
        let piece: Option<Vec<u8>> = of_item()
            .filter(queue_piece::Column::Number.eq(i64::try_from(number).unwrap_or(i64::MAX)))
            .select_only()
            .column(queue_piece::Column::Octets)
            .into_tuple()
            .one(db)
            .await?;
        let Some(piece) = piece else { return Ok(None) };
        message.extend_from_slice(&piece);
    }
    Ok((pieces > 0).then(|| Locked::from_stored(message)))
}

/// Removes the pieces of items whose rows stay.
pub(super) async fn remove(db: &impl ConnectionTrait, tokens: Vec<Vec<u8>>) -> Result<(), StoreError> {
    queue_piece::Entity::delete_many()
        .filter(queue_piece::Column::Token.is_in(tokens))
        .exec(db)
        .await?;
    Ok(())
}
