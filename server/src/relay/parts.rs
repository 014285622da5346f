//! Runs the relay's parts, and looks after them: none ends without a word.

use std::{any::Any, future::Future, time::Duration};

use tokio::{task::JoinError, time::sleep};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The pause before a part that panicked is started anew. It leaves room for mail if the part panics each time.
const PAUSE: Duration = Duration::from_secs(10);

/// The parts that run until the relay stops.
pub(super) struct Parts {
    stop: CancellationToken,
    broken: CancellationToken,
    tasks: TaskTracker,
    pause: Duration,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            stop: CancellationToken::new(),
            broken: CancellationToken::new(),
            tasks: TaskTracker::new(),
            pause: PAUSE,
        }
    }
}

impl Parts {
    /// Runs a part. If it panics, this is logged, and the part is started anew after a pause.
    pub(super) fn keep<F, T>(&self, part: &'static str, start: F)
    where
        F: Fn(CancellationToken) -> T + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let (stop, pause) = (self.stop.clone(), self.pause);
        self.tasks.spawn(async move {
            while let Err(error) = tokio::spawn(start(stop.clone())).await {
                let Some(panic) = words(error) else { return };
                tracing::error!(
                    part,
                    panic,
                    "a part of the relay panicked, and is started anew after a pause"
                );
                if stop.run_until_cancelled(sleep(pause)).await.is_none() {
                    return;
                }
            }
        });
    }

    /// Runs a part that cannot be started anew, because its listener is lost with it. If it panics, this is logged, and
    /// [`broken`](Self::broken) says so: the whole relay has to be.
    pub(super) fn listen<T>(&self, part: &'static str, start: impl FnOnce(CancellationToken) -> T)
    where
        T: Future<Output = ()> + Send + 'static,
    {
        let broken = self.broken.clone();
        let running = tokio::spawn(start(self.stop.clone()));
        self.tasks.spawn(async move {
            if let Err(error) = running.await
                && let Some(panic) = words(error)
            {
                tracing::error!(
                    part,
                    panic,
                    "a part of the relay panicked, and nobody listens at its address any more"
                );
                broken.cancel();
            }
        });
    }

    /// Cancelled by a part that finds out that the whole relay has to stop.
    pub(super) fn breaker(&self) -> CancellationToken {
        self.broken.clone()
    }

    /// Waits until a part ended that cannot be started anew.
    pub(super) async fn broken(&self) {
        self.broken.cancelled().await;
    }

    /// Tells all parts to stop, and waits for them.
    pub(super) async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Says why a task panicked; `None` if it only ended with the runtime.
fn words(error: JoinError) -> Option<String> {
    let panic: Box<dyn Any + Send> = error.try_into_panic().ok()?;
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    Some(text.unwrap_or_else(|| "without words".into()))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use tokio::time::timeout;

    use super::*;

    /// Enough for everything but a pause.
    const SOON: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn a_part_that_panics_is_started_anew_after_a_pause() {
        let pause = Duration::from_millis(100);
        let parts = Parts {
            pause,
            ..Parts::default()
        };
        let starts = Arc::new(AtomicU32::new(0));
        let (counted, runs) = (Arc::clone(&starts), CancellationToken::new());
        let (running, started) = (runs.clone(), tokio::time::Instant::now());
        parts.keep("clockwork", move |stop| {
            let (start, running) = (counted.fetch_add(1, Ordering::SeqCst), running.clone());
            async move {
                assert!(start >= 2, "a spring broke");
                running.cancel();
                stop.cancelled().await;
            }
        });
        timeout(SOON, runs.cancelled()).await.unwrap();
        assert!(started.elapsed() >= 2 * pause);
        assert_eq!(starts.load(Ordering::SeqCst), 3);
        assert!(!parts.broken.is_cancelled());
        timeout(SOON, parts.stop()).await.unwrap();
    }

    #[tokio::test]
    async fn a_stop_ends_the_pause_and_starts_nothing() {
        let parts = Parts::default();
        let starts = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&starts);
        parts.keep("clockwork", move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            async { panic!("{}", "a spring broke") }
        });
        timeout(SOON, parts.stop()).await.unwrap();
        assert_eq!(starts.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_listener_that_panics_breaks_the_relay_and_one_that_ends_does_not() {
        let parts = Parts::default();
        parts.listen("door", |_| async {});
        tokio::task::yield_now().await;
        assert!(!parts.broken.is_cancelled());
        parts.listen("window", |_| async { panic!("glass") });
        timeout(SOON, parts.broken()).await.unwrap();
        timeout(SOON, parts.stop()).await.unwrap();
    }
}
