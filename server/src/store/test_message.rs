//! Stores when each profile's last test message was sent, and its outcome. Only the queue has the content.

use app::{
    address::EmailAddress,
    api::test_message::TestMessageView,
    id::{MailboxId, ProfileId},
    profile::ProfileState,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use time::OffsetDateTime;

pub use app::api::test_message::TestMessageState;

use super::{
    AccountId, Store, StoreError,
    entity::{profile, test_message},
    route::ActiveProfile,
    stored::{mailboxes_of, read_state, read_time},
};
use crate::vault::Token;

/// Most characters that are stored of a reason or of a host name.
const LONGEST_DETAIL: usize = 300;

/// The route of a test message.
pub struct TestMessageRoute {
    /// The mailbox.
    pub mailbox: MailboxId,
    /// Its address, verified.
    pub address: EmailAddress,
    /// The profile that seals it, active or not.
    pub profile: ActiveProfile,
}

impl Store {
    /// Returns the route for a test message of one of the account's complete profiles.
    pub async fn test_message_route(
        &self,
        account: AccountId,
        id: ProfileId,
    ) -> Result<Option<TestMessageRoute>, StoreError> {
        let row = profile::Entity::find_by_id(id.0)
            .filter(profile::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        if read_state(&row.state)? == ProfileState::Issued {
            return Ok(None);
        }
        let Some((mailbox, address)) = self.verified_mailbox(row.mailbox_id).await? else {
            return Ok(None);
        };
        Ok(Some(TestMessageRoute {
            mailbox: MailboxId(mailbox.id),
            profile: ActiveProfile::of(row, address.clone())?,
            address,
        }))
    }

    /// Returns the state of a profile's last test message at `now`.
    pub async fn test_message(
        &self,
        account: AccountId,
        id: ProfileId,
        now: OffsetDateTime,
    ) -> Result<Option<TestMessageView>, StoreError> {
        let own = profile::Entity::find_by_id(id.0)
            .filter(profile::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .one(&self.db)
            .await?;
        if own.is_none() {
            return Ok(None);
        }
        let row = test_message::Entity::find_by_id(id.0).one(&self.db).await?;
        row.map(|row| {
            Ok(TestMessageView {
                state: read_state_of_test(&row.state, row.detail)?,
                at: read_time(row.at)?,
                now,
            })
        })
        .transpose()
    }

    /// Records the outcome of the test message in this queue item. Does nothing if a later one has replaced it.
    pub async fn settle_test_message(
        &self,
        token: Token,
        state: &TestMessageState,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        settle(&self.db, token, state, now).await
    }
}

/// Stores a new test message instead of the profile's last one.
pub(super) async fn insert(
    db: &impl ConnectionTrait,
    profile: ProfileId,
    token: Token,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let (state, detail) = state_words(&TestMessageState::Queued);
    let row = test_message::ActiveModel {
        profile_id: Set(profile.0),
        token: Set(token.0.to_vec()),
        state: Set(state.to_owned()),
        detail: Set(detail),
        at: Set(now.unix_timestamp()),
    };
    let replace = OnConflict::column(test_message::Column::ProfileId)
        .update_columns([
            test_message::Column::Token,
            test_message::Column::State,
            test_message::Column::Detail,
            test_message::Column::At,
        ])
        .to_owned();
    test_message::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

pub(super) async fn settle(
    db: &impl ConnectionTrait,
    token: Token,
    state: &TestMessageState,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let (state, detail) = state_words(state);
    test_message::Entity::update_many()
        .col_expr(test_message::Column::State, Expr::value(state))
        .col_expr(test_message::Column::Detail, Expr::value(detail))
        .col_expr(test_message::Column::At, Expr::value(now.unix_timestamp()))
        .filter(test_message::Column::Token.eq(token.0.to_vec()))
        .exec(db)
        .await?;
    Ok(())
}

fn state_words(state: &TestMessageState) -> (&'static str, String) {
    let cut = |text: &str| text.chars().take(LONGEST_DETAIL).collect();
    match state {
        TestMessageState::Queued => ("queued", String::new()),
        TestMessageState::HandedOver(host) => ("handed_over", cut(host)),
        TestMessageState::PutOff(reason) => ("put_off", cut(reason)),
        TestMessageState::Failed(reason) => ("failed", cut(reason)),
    }
}

fn read_state_of_test(state: &str, detail: String) -> Result<TestMessageState, StoreError> {
    match state {
        "queued" => Ok(TestMessageState::Queued),
        "handed_over" => Ok(TestMessageState::HandedOver(detail)),
        "put_off" => Ok(TestMessageState::PutOff(detail)),
        "failed" => Ok(TestMessageState::Failed(detail)),
        _ => Err(StoreError::Damaged("test message")),
    }
}
