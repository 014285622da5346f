//! Stores the jobs of several messages in one transaction, with as few statements as one message needs.

use std::collections::{BTreeMap, BTreeSet};

use app::id::AliasId;
use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use time::{Duration, OffsetDateTime};

use super::{
    StoreError,
    accepted::{self, Accepted},
    activity::{self, ActivityEvent},
    alias,
    attempt::{self, AttemptKey, Attempts},
    changes::Database,
    contact::{self, KeysSeen},
    lease::Lease,
    listen, queue,
};

/// Something to be written.
#[derive(Clone)]
pub(super) enum Job {
    /// An accepted message, at a moment.
    Accept(Box<Accepted>, OffsetDateTime),
    /// The outcome of a delivery.
    Settle(queue::Settled),
    /// Attempts of something, or none, within a window.
    Count(AttemptKey, u32, Duration, OffsetDateTime),
}

/// The outcome of a job: of [`Job::Count`] the attempts so far.
pub(super) type Outcome = Result<Option<Attempts>, StoreError>;

impl Job {
    /// The length of its messages.
    pub fn octets(&self) -> u64 {
        match self {
            Self::Accept(accepted, _) => accepted.items.iter().map(|item| item.octets).sum(),
            Self::Settle(_) | Self::Count(..) => 0,
        }
    }
}

/// The rows of ordinary messages, by table.
#[derive(Default)]
struct Rows {
    items: Vec<(queue::NewItem, OffsetDateTime)>,
    ids: Vec<(accepted::MessageIds, OffsetDateTime)>,
    events: Vec<(ActivityEvent, OffsetDateTime)>,
    contacts: contact::Uses,
    counts: BTreeMap<AttemptKey, (u32, Duration, OffsetDateTime)>,
    settled: Vec<queue::Settled>,
}

/// Why a transaction of several jobs failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum BatchError {
    /// A statement failed, maybe by what one job brought. Nothing was stored.
    #[error("a statement failed")]
    Statement(#[from] StoreError),
    /// The transaction could not begin, or its commit failed. A commit may have arrived though no answer came back.
    #[error("the transaction failed")]
    Transaction(#[source] DbErr),
}

impl From<DbErr> for BatchError {
    fn from(error: DbErr) -> Self {
        Self::Statement(error.into())
    }
}

/// Stores all jobs, and returns the result of each. A job with an error has stored nothing.
pub(super) async fn store(db: &Database, lease: Lease, jobs: Vec<Job>) -> Result<Vec<Outcome>, BatchError> {
    let transaction = db.begin(true).await.map_err(BatchError::Transaction)?;
    let keys: Vec<_> = jobs.iter().flat_map(plain_keys).collect();
    let gone = contact::find_gone(&*transaction, &keys).await?;
    let mut results: Vec<Outcome> = jobs.iter().map(|_| Ok(None)).collect();
    let mut rows = Rows::default();
    let mut counts = Vec::new();
    let mut is_unleased = false;
    for (index, (job, result)) in jobs.into_iter().zip(&mut results).enumerate() {
        if let Job::Accept(accepted, _) = &job {
            is_unleased |= accepted.items.iter().any(|item| !item.held);
        }
        match job {
            Job::Settle(settled) => rows.settle(settled),
            Job::Count(key, more, window, now) => counts.push((key, index, more, window, now)),
            Job::Accept(accepted, _) if accepted.is_plain() && accepted.keys.iter().any(|keys| gone.contains(keys)) => {
                *result = Err(StoreError::Gone);
            }
            Job::Accept(accepted, now) if accepted.is_plain() => rows.accept(*accepted, now),
            Job::Accept(accepted, now) => {
                // Its rows depend on those that are there. A failure undoes its own part alone.
                let part = transaction.begin().await?;
                match accepted::store(&part, lease, *accepted, now).await {
                    Ok(()) => part.commit().await?,
                    Err(error @ (StoreError::Taken | StoreError::Gone)) => {
                        part.rollback().await?;
                        *result = Err(error);
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
    // In the order of their keys, so that no two processes wait for each other; one by one, as each is to know its own number.
    counts.sort_unstable_by_key(|(key, index, ..)| (*key, *index));
    for (key, index, more, window, now) in counts {
        results[index] = Ok(Some(attempt::count(&*transaction, &key, more, window, now).await?));
    }
    rows.store(&transaction, lease).await?;
    if is_unleased {
        listen::announce_item(&*transaction).await?;
    }
    transaction.commit().await.map_err(BatchError::Transaction)?;
    Ok(results)
}

fn plain_keys(job: &Job) -> Vec<KeysSeen> {
    match job {
        Job::Accept(accepted, _) if accepted.is_plain() => accepted.keys.clone(),
        _ => Vec::new(),
    }
}

impl Rows {
    fn accept(&mut self, accepted: Accepted, now: OffsetDateTime) {
        self.items.extend(accepted.items.into_iter().map(|item| (item, now)));
        self.ids.extend(accepted.ids.into_iter().map(|ids| (ids, now)));
        self.events
            .extend(accepted.events.into_iter().map(|event| (event, now)));
        self.contacts.add(contact::Column::LastUsedAt, accepted.contacts, now);
        self.contacts.add(contact::Column::AnsweredAt, accepted.answered, now);
        for counted in accepted.counted {
            self.counts.entry(counted.key).or_insert((0, counted.window, now)).0 += 1;
        }
    }

    fn settle(&mut self, settled: queue::Settled) {
        self.events.extend(settled.event.map(|event| (event, settled.now)));
        self.settled.push(settled);
    }

    /// Rows that several processes change are taken in the order of their keys, so that no two wait for each other.
    async fn store(self, db: &sea_orm::DatabaseTransaction, lease: Lease) -> Result<(), StoreError> {
        self.contacts.store(db).await?;
        queue::insert_all(db, lease, self.items).await?;
        accepted::remember(db, self.ids).await?;
        let aliases: BTreeSet<i64> = self.events.iter().map(|(event, _)| event.alias.0).collect();
        let recorded = alias::find_recorded(db, aliases).await?;
        count_all(db, &self.events).await?;
        let recorded = self
            .events
            .into_iter()
            .filter(|(event, _)| recorded.contains(&event.alias));
        activity::insert_all(db, recorded.collect()).await?;
        for (key, (more, window, now)) in self.counts {
            attempt::count(db, &key, more, window, now).await?;
        }
        queue::settle_all(db, lease, self.settled).await
    }
}

/// Counts what became of several messages, with one statement for each alias and outcome.
async fn count_all(db: &impl ConnectionTrait, events: &[(ActivityEvent, OffsetDateTime)]) -> Result<(), StoreError> {
    let mut counts = BTreeMap::new();
    for (event, now) in events {
        let (more, last) = counts
            .entry((event.alias.0, activity::word(event.outcome)))
            .or_insert((0, (event.outcome, *now)));
        *more += 1;
        last.1 = last.1.max(*now);
    }
    for ((alias, _), (more, (outcome, now))) in counts {
        alias::count(db, AliasId(alias), outcome, more, now).await?;
    }
    Ok(())
}
