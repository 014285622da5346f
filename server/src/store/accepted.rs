//! Holds all rows of an accepted message. They are stored together, before the sender gets 250.

use app::id::{ContactId, ProfileId};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait, TryInsertResult};
use time::OffsetDateTime;

use super::{
    Store, StoreError,
    activity::{self, ActivityEvent},
    alias,
    attempt::{self, Counted},
    contact::{self, KeysSeen},
    entity::{message_id, sent_reply},
    lease::Lease,
    queue::{self, NewItem},
    reminder::{self, Reminded},
    stored::Hash,
    test_code::{self, NewTestCode},
    test_message::{self, TestMessageState},
};
use crate::vault::{Token, Wrapped};

/// Rows of one accepted message.
#[derive(Clone, Default)]
pub struct Accepted {
    /// Items to be delivered.
    pub items: Vec<NewItem>,
    /// Its identifiers on both sides.
    pub ids: Vec<MessageIds>,
    /// The marks that a reply was sent on: of all that its author made, and of the message as it came.
    pub replies: Vec<ReplyMark>,
    /// Marks of the same kind that may be there already.
    pub signed_replies: Vec<ReplyMark>,
    /// Lines for the activity pages of its aliases.
    pub events: Vec<ActivityEvent>,
    /// The contacts whose mail it is.
    pub contacts: Vec<ContactId>,
    /// The contacts that the person writes to by this.
    pub answered: Vec<ContactId>,
    /// The keys that the items are sealed with. If they are removed meanwhile, nothing is accepted: nobody could answer.
    pub keys: Vec<KeysSeen>,
    /// The limits that it counts towards.
    pub counted: Vec<Counted>,
    /// An item that this one takes the place of, such as one whose failure is reported.
    pub instead_of: Option<Token>,
    /// The state of a test message, for the page of its profile.
    pub test_message: Option<TestMessageNote>,
    /// A profile of whose end the person is reminded by this.
    pub reminded: Option<Reminded>,
}

/// A line on a test message.
#[derive(Clone)]
pub enum TestMessageNote {
    /// The first of `items` is the profile's new test message, with this code inside, if any.
    Sent(ProfileId, Option<NewTestCode>),
    /// The outcome of the item that this one replaces.
    Ended(TestMessageState),
}

/// A message under its two identifiers.
#[derive(Clone)]
pub struct MessageIds {
    /// The alias that it went through.
    pub alias: i64,
    /// Hash of the identifier in the mailbox.
    pub inside: Hash,
    /// Hash of the identifier that the contact sees.
    pub outside: Hash,
    /// Both identifiers, see [`crate::vault::Purpose::MessageIds`].
    pub ids: Wrapped,
    /// The Subject, see [`crate::vault::Purpose::Subject`]; of one that the person hides only that it is of the contact.
    pub subject: Option<Wrapped>,
}

/// The mark of a reply.
#[derive(Clone, Copy)]
pub struct ReplyMark {
    /// The mailbox that it came from.
    pub mailbox: i64,
    /// A digest that no other reply has.
    pub digest: Hash,
}

impl Store {
    /// Whether a reply with this mark was sent on.
    pub async fn is_marked(&self, reply: ReplyMark) -> Result<bool, StoreError> {
        let key = (reply.mailbox, reply.digest.to_vec());
        Ok(sent_reply::Entity::find_by_id(key).one(&self.db).await?.is_some())
    }
}

impl Accepted {
    /// Whether all that it stores is rows of its own, as of an ordinary message from a contact.
    pub(super) fn is_plain(&self) -> bool {
        self.replies.is_empty()
            && self.signed_replies.is_empty()
            && self.instead_of.is_none()
            && self.test_message.is_none()
            && self.reminded.is_none()
    }
}

/// Stores all of it. After an error some of it may be stored, and is to be undone.
pub(super) async fn store(
    db: &DatabaseTransaction,
    lease: Lease,
    accepted: Accepted,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let keys_gone = contact::find_gone(db, &accepted.keys).await?;
    if !keys_gone.is_empty() {
        return Err(StoreError::Gone);
    }
    for reply in accepted.replies {
        if !mark(db, reply, now).await? {
            return Err(StoreError::Taken);
        }
    }
    for reply in accepted.signed_replies {
        mark(db, reply, now).await?;
    }
    remember(db, accepted.ids.into_iter().map(|ids| (ids, now)).collect()).await?;
    match (&accepted.test_message, accepted.items.first(), accepted.instead_of) {
        (Some(TestMessageNote::Sent(profile, code)), Some(item), _) => {
            test_message::insert(db, *profile, item.token, now).await?;
            test_code::replace(db, *profile, *code).await?;
        }
        (Some(TestMessageNote::Ended(state)), _, Some(token)) => test_message::settle(db, token, state, now).await?,
        _ => {}
    }
    queue::insert_all(db, lease, accepted.items.into_iter().map(|item| (item, now)).collect()).await?;
    for event in accepted.events {
        alias::count(db, event.alias, event.outcome, 1, now).await?;
        activity::insert(db, event, now).await?;
    }
    contact::note(db, contact::Column::LastUsedAt, accepted.contacts, now).await?;
    contact::note(db, contact::Column::AnsweredAt, accepted.answered, now).await?;
    for counted in accepted.counted {
        attempt::count(db, &counted.key, 1, counted.window, now).await?;
    }
    if let Some(token) = accepted.instead_of {
        queue::remove(db, lease, token).await?;
    }
    if let Some(reminded) = accepted.reminded {
        reminder::mark(db, reminded).await?;
    }
    Ok(())
}

/// Stores a mark. Returns `false` if it is there already.
async fn mark(db: &impl ConnectionTrait, reply: ReplyMark, now: OffsetDateTime) -> Result<bool, StoreError> {
    let row = sent_reply::ActiveModel {
        mailbox_id: Set(reply.mailbox),
        digest: Set(reply.digest.to_vec()),
        created_at: Set(now.unix_timestamp()),
    };
    let marked = sent_reply::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(db)
        .await?;
    Ok(matches!(marked, TryInsertResult::Inserted(1)))
}

/// The first pair stays: a message that comes again has the same identifiers.
pub(super) async fn remember(
    db: &impl ConnectionTrait,
    pairs: Vec<(MessageIds, OffsetDateTime)>,
) -> Result<(), StoreError> {
    if pairs.is_empty() {
        return Ok(());
    }
    let rows = pairs.into_iter().map(|(ids, now)| message_id::ActiveModel {
        alias_id: Set(ids.alias),
        inside: Set(ids.inside.to_vec()),
        outside: Set(ids.outside.to_vec()),
        ids: Set(ids.ids.0),
        subject: Set(ids.subject.map(|subject| subject.0)),
        created_at: Set(now.unix_timestamp()),
    });
    message_id::Entity::insert_many(rows)
        .on_conflict_do_nothing()
        .exec_without_returning(db)
        .await?;
    Ok(())
}
