//! Shares the processors of this machine among all work that is too heavy for the async threads.

use std::sync::Arc;

use tokio::{
    sync::{AcquireError, Semaphore},
    task::{self, JoinError},
};

/// Runs CPU-bound work on blocking threads, no more at once than there are processors. Clones share the processors.
#[derive(Clone)]
pub struct Processors(Arc<Semaphore>);

/// Why work was not completed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessorsError {
    /// The relay is stopping.
    #[error("no more work is taken")]
    Stopped(#[from] AcquireError),
    /// The work panicked.
    #[error("the work broke off")]
    Broke(#[from] JoinError),
}

impl Processors {
    /// Uses all processors of this machine.
    pub fn of_this_machine() -> Self {
        Self(Arc::new(Semaphore::new(
            std::thread::available_parallelism().map_or(1, usize::from),
        )))
    }

    /// Waits for a processor and runs the work. The processor stays taken until the work is done, even if nobody waits for
    /// it any more, because a thread cannot be stopped from outside.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ProcessorsError> {
        let turn = Arc::clone(&self.0).acquire_owned().await?;
        let running = task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        Ok(running.await?)
    }
}

#[cfg(test)]
impl Processors {
    /// Takes all processors, so that a test sees what needs one.
    pub(crate) async fn all(&self) -> tokio::sync::OwnedSemaphorePermit {
        let all = u32::try_from(self.0.available_permits()).unwrap();
        Arc::clone(&self.0).acquire_many_owned(all).await.unwrap()
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    #[tokio::test]
    async fn a_processor_is_taken_until_its_work_is_done() {
        let processors = Processors(Arc::new(Semaphore::new(1)));
        let (begin, begun) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let work = move || begin.send(()).is_ok() && ended.recv().is_ok();
        let abandoned = tokio::time::timeout(Duration::from_millis(20), processors.run(work));
        assert!(abandoned.await.is_err());
        begun.recv().unwrap();
        assert_eq!(processors.0.available_permits(), 0, "the work still runs");
        end.send(()).unwrap();
        assert_eq!(processors.run(|| 1).await.unwrap(), 1);
    }
}
