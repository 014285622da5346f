//! Commits together what several messages write, so that one fsync serves them all.
//!
//! While a transaction is being committed, the jobs of other messages queue up; the next transaction takes all of them. Nobody
//! waits for company. A job that fails is left out of the others' transaction ([`super::batch`]); if the transaction itself
//! fails, each job gets one of its own, so that nobody suffers from what another one brought.

use tokio::sync::{mpsc, oneshot};

use time::{Duration, OffsetDateTime};

use super::{
    Store, StoreError,
    accepted::Accepted,
    attempt::{AttemptKey, Attempts},
    batch::{self, Job, Outcome},
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
            while let Some(first) = waiting.recv().await {
                commit(&db, lease, gather(first, &mut waiting)).await;
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

/// The first job, and those that wait behind it.
fn gather(first: Waiting, waiting: &mut mpsc::Receiver<Waiting>) -> Vec<Waiting> {
    let mut octets = first.job.octets();
    let mut batch = vec![first];
    while batch.len() < MOST_JOBS && octets < MOST_OCTETS {
        let Ok(next) = waiting.try_recv() else { break };
        octets += next.job.octets();
        batch.push(next);
    }
    batch
}

async fn commit(db: &Database, lease: Lease, batch: Vec<Waiting>) {
    let (jobs, answers): (Vec<_>, Vec<_>) = batch.into_iter().map(|each| (each.job, each.answer)).unzip();
    if jobs.len() > 1 {
        match batch::store(db, lease, jobs.clone()).await {
            Ok(results) => return reply(answers, results),
            Err(error) => tracing::debug!(%error, jobs = jobs.len(), "a transaction of several messages failed"),
        }
    }
    for (job, answer) in jobs.into_iter().zip(answers) {
        let result = batch::store(db, lease, vec![job]).await;
        reply(vec![answer], result.unwrap_or_else(|error| vec![Err(error)]));
    }
}

fn reply(answers: Vec<oneshot::Sender<Outcome>>, results: Vec<Outcome>) {
    for (answer, result) in answers.into_iter().zip(results) {
        // The caller may have gone.
        let _ = answer.send(result);
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
