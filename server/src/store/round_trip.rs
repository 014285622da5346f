//! Stores who is on the way to the sign-in provider and back. Only the hash of the browser's token is stored, and each
//! trip ends once.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError, entity::round_trip, invitation::InvitationHash, session::TokenHash, stored::read_time,
};

/// Most trips at the same time. Everybody can begin one, each lasts some minutes, and a relay has fewer people than this. Beyond,
/// those that end first are forgotten, so that nobody can keep others from signing in.
const MOST: u64 = 10_000;

/// The purpose for which a person goes to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TripPurpose {
    /// To sign in, or up.
    SignIn,
    /// To confirm a sensitive step in a session.
    Confirm,
    /// To link the account of a session with an identity there.
    Link,
}

impl TripPurpose {
    const ALL: [Self; 3] = [Self::SignIn, Self::Confirm, Self::Link];

    /// The word in the database and in forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Confirm => "confirm",
            Self::Link => "link",
        }
    }

    /// Returns the purpose of a word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.word() == word)
    }
}

/// A trip to the provider and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundTrip {
    /// Its purpose.
    pub purpose: TripPurpose,
    /// Whose session it began in. `None` for signing in.
    pub account: Option<AccountId>,
    /// The page that follows, or an empty text.
    pub next: String,
    /// The invitation with which a new account may be made.
    pub invitation: Option<InvitationHash>,
    /// When it began.
    pub started: OffsetDateTime,
}

impl Store {
    /// Begins a trip of the browser with this token, which ends at `expires`.
    pub async fn begin_round_trip(
        &self,
        token: TokenHash,
        trip: RoundTrip,
        expires: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let transaction = self.write_quietly().await?;
        round_trip::Entity::delete_many()
            .filter(round_trip::Column::ExpiresAt.lte(trip.started.unix_timestamp()))
            .exec(&transaction)
            .await?;
        let open = round_trip::Entity::find().count(&transaction).await?;
        if open >= MOST {
            let first: Option<Vec<u8>> = round_trip::Entity::find()
                .select_only()
                .column(round_trip::Column::TokenHash)
                .order_by_asc(round_trip::Column::ExpiresAt)
                .into_tuple()
                .one(&transaction)
                .await?;
            if let Some(first) = first {
                round_trip::Entity::delete_by_id(first).exec(&transaction).await?;
            }
        }
        let row = round_trip::ActiveModel {
            token_hash: Set(token.0.to_vec()),
            purpose: Set(trip.purpose.word().to_owned()),
            account_id: Set(trip.account.map(|account| account.0)),
            next_page: Set(trip.next),
            invitation_hash: Set(trip.invitation.map(Vec::from)),
            started_at: Set(trip.started.unix_timestamp()),
            expires_at: Set(expires.unix_timestamp()),
        };
        round_trip::Entity::insert(row)
            .exec_without_returning(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Ends the trip of the browser with this token. Returns `None` if there is none, or if it has ended already.
    pub async fn end_round_trip(&self, token: TokenHash, now: OffsetDateTime) -> Result<Option<RoundTrip>, StoreError> {
        let row = round_trip::Entity::find_by_id(token.0.to_vec())
            .filter(round_trip::Column::ExpiresAt.gt(now.unix_timestamp()))
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        // Of several answers at the same moment, one deletes it.
        let ended = round_trip::Entity::delete_by_id(token.0.to_vec())
            .exec(&self.db)
            .await?;
        if ended.rows_affected == 0 {
            return Ok(None);
        }
        Ok(Some(RoundTrip {
            purpose: TripPurpose::read(&row.purpose).ok_or(StoreError::Damaged("purpose"))?,
            account: row.account_id.map(AccountId),
            next: row.next_page,
            invitation: row
                .invitation_hash
                .map(|hash| hash.try_into().map_err(|_| StoreError::Damaged("invitation")))
                .transpose()?,
            started: read_time(row.started_at)?,
        }))
    }
}
