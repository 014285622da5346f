//! Limits how many messages an account gets, and how many replies it sends, within an hour. The count is in the database
//! under a keyed hash.

use std::sync::Arc;

use app::id::MailboxId;
use time::{Duration, OffsetDateTime};

use crate::{
    refusal::Refusal,
    smtp_reply::{self, SmtpReply},
    store::{Store, attempt::AttemptKey},
    vault::Vault,
};

/// The window, which starts with its first message.
const WINDOW: Duration = Duration::hours(1);

/// The limit, with what is needed to count.
pub struct Quota {
    store: Store,
    vault: Arc<Vault>,
    most: u32,
    label: &'static str,
    over: SmtpReply,
}

impl Quota {
    /// Permits each account `most` messages an hour, then refuses with [`smtp_reply::OVER_QUOTA`].
    pub fn of_messages(store: Store, vault: Arc<Vault>, most: u32) -> Self {
        Self {
            store,
            vault,
            most,
            label: "messages",
            over: smtp_reply::OVER_QUOTA,
        }
    }

    /// Permits each account `most` replies an hour, then refuses with [`smtp_reply::TOO_MANY_REPLIES`].
    pub fn of_replies(store: Store, vault: Arc<Vault>, most: u32) -> Self {
        Self {
            store,
            vault,
            most,
            label: "replies",
            over: smtp_reply::TOO_MANY_REPLIES,
        }
    }

    /// Refuses if a mailbox's account has used up its limit. Counts nothing.
    pub async fn has_room(&self, mailbox: MailboxId, now: OffsetDateTime) -> Result<(), Refusal> {
        let key = self.key(mailbox).await?;
        let had = self.store.attempts(&key, now).await?;
        self.judge(had.is_none_or(|had| had.count < self.most))
    }

    /// Counts one message. Refuses if it is over the limit.
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
