//! Commits together what several messages write, so that one fsync serves them all.
//!
//! While a transaction is being committed, the jobs of other messages queue up; the next transaction takes all of them. Nobody
//! waits for company. A job that fails is left out of the others' transaction ([`super::batch`]); if a statement of all fails, each
//! job gets a transaction of its own, so that nobody suffers from what another one brought. If the database itself fails, all are
//! told at once.
//!
//! A message whose sender was already told 451, or is gone, is not stored: it comes again.

use sea_orm::DbErr;
use time::{Duration, OffsetDateTime};
use tokio::sync::{mpsc, oneshot};

use super::{
    Store, StoreError,
    accepted::Accepted,
    attempt::{AttemptKey, Attempts},
    batch::{self, BatchError, Job, Outcome},
    changes::Database,
    lease::Lease,
    queue::Settled,
};

/// The most jobs in one transaction. A row of the queue binds ten values, and SQLite takes 32,766 in a statement.
const MOST_JOBS: usize = 256;

/// A transaction takes no more jobs when its messages have so many octets, because all others wait until it is written.
const MOST_OCTETS: u64 = 4 << 20;

/// The most jobs that wait for their transaction. Whoever comes then waits in front.
const MOST_WAITING: usize = 1024;

struct Waiting {
    job: Job,
    answer: oneshot::Sender<Outcome>,
}

/// Takes jobs. Clones share one queue.
#[derive(Clone)]
pub(super) struct Writer(mpsc::Sender<Waiting>);

impl Writer {
    /// Starts the task that writes. It ends when the last clone is dropped.
    pub fn start(db: Database, lease: Lease) -> Self {
        let (sender, mut waiting) = mpsc::channel(MOST_WAITING);
        tokio::spawn(async move {
            let mut next = None;
            while let Some(first) = receive(next.take(), &mut waiting).await {
                let batch;
                (batch, next) = gather(first, &mut waiting);
                commit(&db, lease, batch).await;
            }
        });
        Self(sender)
    }

    /// Writes a job. It lasts when this returns `Ok`.
    pub async fn write(&self, job: Job) -> Outcome {
        let (answer, answered) = oneshot::channel();
        let sent = self.0.send(Waiting { job, answer }).await;
        sent.map_err(|_| StoreError::Stopped)?;
        answered.await.map_err(|_| StoreError::Stopped)?
    }
}

async fn receive(next: Option<Waiting>, waiting: &mut mpsc::Receiver<Waiting>) -> Option<Waiting> {
    match next {
        Some(next) => Some(next),
        None => waiting.recv().await,
    }
}

/// The first job and those that wait behind it, and the one that is too long to go with them.
fn gather(first: Waiting, waiting: &mut mpsc::Receiver<Waiting>) -> (Vec<Waiting>, Option<Waiting>) {
    let mut octets = first.job.octets();
    let mut batch = vec![first];
    while batch.len() < MOST_JOBS {
        let Ok(next) = waiting.try_recv() else { break };
        octets += next.job.octets();
        if octets > MOST_OCTETS {
            return (batch, Some(next));
        }
        batch.push(next);
    }
    (batch, None)
}

impl Waiting {
    /// Whether it is still to be stored.
    fn is_wanted(&self) -> bool {
        match self.job {
            Job::Accept(..) => !self.answer.is_closed(),
            Job::Settle(_) | Job::Count(..) => true,
        }
    }
}

async fn commit(db: &Database, lease: Lease, mut batch: Vec<Waiting>) {
    batch.retain(Waiting::is_wanted);
    if batch.len() > 1 {
        let jobs = batch.iter().map(|each| each.job.clone()).collect();
        match batch::store(db, lease, jobs).await {
            Ok(results) => {
                return batch
                    .into_iter()
                    .zip(results)
                    .for_each(|(each, result)| reply(each.answer, result));
            }
            Err(BatchError::Transaction(error)) => return refuse(batch, &error),
            Err(BatchError::Statement(error)) => {
                tracing::debug!(%error, jobs = batch.len(), "a transaction of several messages failed");
            }
        }
    }
    let mut batch = batch.into_iter();
    while let Some(Waiting { job, answer }) = batch.by_ref().find(Waiting::is_wanted) {
        let (result, fault) = match batch::store(db, lease, vec![job]).await {
            Ok(mut results) => (results.pop().unwrap_or(Err(StoreError::Stopped)), None),
            Err(BatchError::Statement(error)) => (Err(error), None),
            Err(BatchError::Transaction(error)) => (Err(error.clone().into()), Some(error)),
        };
        reply(answer, result);
        if let Some(error) = fault {
            return refuse(batch, &error);
        }
    }
}

fn reply(answer: oneshot::Sender<Outcome>, result: Outcome) {
    // The caller may have gone.
    let _ = answer.send(result);
}

/// Tells all that the database failed. To try each alone would make it wait as long as the first one waited.
fn refuse(batch: impl IntoIterator<Item = Waiting>, error: &DbErr) {
    for each in batch {
        reply(each.answer, Err(error.clone().into()));
    }
}

impl Store {
    /// Stores all of it, durably. [`StoreError::Taken`], and nothing stored, for a reply that was sent on before;
    /// [`StoreError::Gone`], and nothing stored, if the item whose place it takes is not there any more, if keys that it is
    /// sealed with were removed, or if the profile needs no reminder any more.
    pub async fn accept(&self, accepted: Accepted, now: OffsetDateTime) -> Result<(), StoreError> {
        self.writer.write(Job::Accept(Box::new(accepted), now)).await.map(drop)
    }

    /// Stores the outcome of a delivery.
    pub async fn settle(&self, settled: Settled) -> Result<(), StoreError> {
        self.writer.write(Job::Settle(settled)).await.map(drop)
    }

    /// Counts one attempt. Attempts at the same time are all counted, in one transaction.
    pub async fn count_attempt(
        &self,
        key: &AttemptKey,
        window: Duration,
        now: OffsetDateTime,
    ) -> Result<Attempts, StoreError> {
        self.count_attempts(key, 1, window, now).await
    }

    /// The same for several at once.
    pub async fn count_attempts(
        &self,
        key: &AttemptKey,
        more: u32,
        window: Duration,
        now: OffsetDateTime,
    ) -> Result<Attempts, StoreError> {
        let counted = self.writer.write(Job::Count(*key, more, window, now)).await?;
        counted.ok_or(StoreError::Damaged("counter"))
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::EntityTrait;
    use sea_orm::{ConnectionTrait, PaginatorTrait};

    use super::*;
    use crate::{
        store::{entity::queue, queue::NewItem},
        vault::{Locked, Token},
    };

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn message(token: u8) -> Accepted {
        Accepted {
            items: vec![NewItem {
                token: Token([token; 16]),
                domain: "example.org".into(),
                context: Locked::from_stored(Vec::new()),
                message: Locked::from_stored(Vec::new()),
                octets: 0,
                mailbox: None,
                held: false,
            }],
            ..Accepted::default()
        }
    }

    async fn stored(store: &Store) -> u64 {
        queue::Entity::find().count(&store.db).await.unwrap()
    }

    /// Has messages put while another transaction is written, so that the next one takes both; gives their outcomes.
    async fn both(store: &Store) -> (Result<(), StoreError>, Result<(), StoreError>) {
        // The first job is taken before this one's turn ends, and the others wait behind it.
        let turn = store.write().await.unwrap();
        let key = [0; 16];
        let first = store.count_attempt(&key, Duration::HOUR, NOW);
        let later = async {
            tokio::task::yield_now().await;
            let both = async { tokio::join!(store.accept(message(1), NOW), store.accept(message(2), NOW)) };
            let end = async {
                tokio::task::yield_now().await;
                turn.rollback().await.unwrap();
            };
            tokio::join!(both, end).0
        };
        let (first, both) = tokio::join!(first, later);
        first.unwrap();
        both
    }

    #[tokio::test]
    async fn a_message_whose_sender_has_gone_is_not_stored() {
        let store = Store::connect("sqlite::memory:").await.unwrap();
        let turn = store.write().await.unwrap();
        let key = [0; 16];
        let mut before = Box::pin(store.count_attempt(&key, Duration::HOUR, NOW));
        assert!(futures::poll!(before.as_mut()).is_pending());
        tokio::task::yield_now().await;
        let mut gone = Box::pin(store.accept(message(1), NOW));
        assert!(futures::poll!(gone.as_mut()).is_pending());
        drop(gone);
        turn.rollback().await.unwrap();
        before.await.unwrap();
        store.accept(message(2), NOW).await.unwrap();
        assert_eq!(stored(&store).await, 1);
    }

    #[tokio::test]
    async fn what_one_message_brought_is_no_other_ones_harm() {
        let store = Store::connect("sqlite::memory:").await.unwrap();
        let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON queue WHEN NEW.token = x'01010101010101010101010101010101' \
                      BEGIN SELECT RAISE(ABORT, 'refused'); END";
        store.db.execute_unprepared(refuse).await.unwrap();
        let (one, other) = both(&store).await;
        assert!(matches!(one, Err(StoreError::Database(_))), "{one:?}");
        other.unwrap();
        assert_eq!(stored(&store).await, 1);
    }

    #[tokio::test]
    async fn after_a_commit_without_an_answer_nothing_is_repeated() {
        let store = Store::connect("sqlite::memory:").await.unwrap();
        // A constraint that is only looked at when the transaction commits.
        for statement in [
            "CREATE TABLE late (owner BLOB REFERENCES queue (token) DEFERRABLE INITIALLY DEFERRED)",
            "CREATE TRIGGER late AFTER INSERT ON queue WHEN NEW.token = x'01010101010101010101010101010101' \
             BEGIN INSERT INTO late VALUES (x'00'); END",
        ] {
            store.db.execute_unprepared(statement).await.unwrap();
        }
        let (one, other) = both(&store).await;
        assert!(matches!(one, Err(StoreError::Database(_))), "{one:?}");
        assert!(matches!(other, Err(StoreError::Database(_))), "{other:?}");
        assert_eq!(stored(&store).await, 0);
    }
}
