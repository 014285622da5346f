//! Shares the processors of this machine among all work that is too heavy for the async threads.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use tokio::{
    sync::{AcquireError, Semaphore},
    task::{self, JoinError},
};

/// The largest message, in octets, whose work stays on the async thread. It takes about a millisecond. To hand it to
/// another thread and wait for the result costs a small message more than its seal, and a millisecond delays nobody.
const BRIEF: usize = 64 * 1024;

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
    /// The work on the async thread panicked.
    #[error("the work broke off")]
    Panicked,
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

    /// Waits for a processor and runs work that takes time in proportion to a message of `octets` octets. The work for a
    /// small message does not change threads, but it counts as work like any other.
    pub async fn run_for<T: Send + 'static>(
        &self,
        octets: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ProcessorsError> {
        if octets > BRIEF {
            return self.run(work).await;
        }
        let _turn = self.0.acquire().await?;
        // As on another thread, a panic ends the work and not its caller.
        catch_unwind(AssertUnwindSafe(work)).map_err(|_| ProcessorsError::Panicked)
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

    #[tokio::test]
    async fn brief_work_waits_for_a_processor_and_stays_on_its_thread() {
        let processors = Processors(Arc::new(Semaphore::new(1)));
        let here = std::thread::current().id();
        let thread = || std::thread::current().id();
        assert_eq!(processors.run_for(BRIEF, thread).await.unwrap(), here);
        assert_ne!(processors.run_for(BRIEF + 1, thread).await.unwrap(), here);
        let all = processors.all().await;
        let waits = tokio::time::timeout(Duration::from_millis(20), processors.run_for(0, thread));
        assert!(waits.await.is_err(), "no processor is free");
        drop(all);
        assert!(processors.run_for(0, thread).await.is_ok());
    }

    #[tokio::test]
    async fn a_panic_ends_the_work_only() {
        let processors = Processors(Arc::new(Semaphore::new(1)));
        for octets in [0, BRIEF + 1] {
            let broken = processors.run_for(octets, || panic!("on purpose")).await;
            assert!(broken.is_err(), "{octets}");
            assert_eq!(processors.0.available_permits(), 1, "{octets}");
        }
    }
}
