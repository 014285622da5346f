//! How many messages an hour an account may get through all of its aliases, and how many replies it may send. Counted in the
//! database, by keyed hash.

use std::sync::Arc;

use app::id::MailboxId;
use time::{Duration, OffsetDateTime};

use crate::{
    refusal::Refusal,
    smtp_reply::{self, SmtpReply},
    store::{Store, attempt::AttemptKey},
    vault::Vault,
};

/// In which messages are counted, from the first of them on.
const WINDOW: Duration = Duration::hours(1);

/// The bound, with what it takes to count.
pub struct Quota {
    store: Store,
    vault: Arc<Vault>,
    most: u32,
    label: &'static str,
    over: SmtpReply,
}

impl Quota {
    /// At most `most` messages an hour to each account, or [`smtp_reply::OVER_QUOTA`].
    pub fn of_messages(store: Store, vault: Arc<Vault>, most: u32) -> Self {
        Self {
            store,
            vault,
            most,
            label: "messages",
            over: smtp_reply::OVER_QUOTA,
        }
    }

    /// At most `most` replies an hour from each account, or [`smtp_reply::TOO_MANY_REPLIES`].
    pub fn of_replies(store: Store, vault: Arc<Vault>, most: u32) -> Self {
        Self {
            store,
            vault,
            most,
            label: "replies",
            over: smtp_reply::TOO_MANY_REPLIES,
        }
    }

    /// A refusal where the account of a mailbox has had as many as it may.
    pub async fn has_room(&self, mailbox: MailboxId, now: OffsetDateTime) -> Result<(), Refusal> {
        let key = self.key(mailbox).await?;
        let had = self.store.attempts(&key, now).await?;
        self.judge(had.is_none_or(|had| had.count < self.most))
    }

    /// Counts one; a refusal where it is one too many.
    pub async fn take(&self, mailbox: MailboxId, now: OffsetDateTime) -> Result<(), Refusal> {
        let key = self.key(mailbox).await?;
        let had = self.store.count_attempt(&key, WINDOW, now).await;
        self.judge(had?.count <= self.most)
    }

    async fn key(&self, mailbox: MailboxId) -> Result<AttemptKey, Refusal> {
        let account = self.store.account_of(mailbox).await?;
        let account = account.ok_or_else(|| Refusal::new(smtp_reply::NO_SUCH_ALIAS, "no_such_alias"))?;
        Ok(self.vault.pseudonym(self.label, &account.0.to_be_bytes()))
    }

    fn judge(&self, has_room: bool) -> Result<(), Refusal> {
        match has_room {
            true => Ok(()),
            false => Err(Refusal::new(self.over, "over_quota")),
        }
    }
}
