//! Delivers the queue's items, several at a time and a few to each domain, and records the outcome.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    ItemError, Queue, Reporter,
    backoff::next_try,
    held::{HeldItem, MOST_LEASED},
    next_look::{FEW, NextLook},
    return_path,
    under_way::UnderWay,
};

use time::OffsetDateTime;

use crate::{
    causes::{chain, one_line, without_addresses},
    config::Lanes,
    deliver::{Courier, DeliveryError},
    envelope::RequireTls,
    metrics::Metrics,
    parcel::{
        Parcel,
        item::{Context, Failed, Origin},
    },
    policy::Permits,
    refusal::Refusal,
    store::{
        StoreError,
        accepted::Accepted,
        activity::{ActivityEvent, Outcome},
        queue::{Item, Settled, State},
        test_message::TestMessageState,
    },
    traces::span,
    vault::Token,
};

/// How long deliveries in progress may take after the relay is told to stop.
const STOP: Duration = Duration::from_secs(30);
/// The longest pause between two looks for due items.
const LOOK: Duration = Duration::from_secs(5);
/// How often a lease is renewed while it lasts: one or two renewals may fail.
const RENEWALS: i32 = 3;
/// The shortest pause between two looks that nothing asked for: as long as some dozens of quick deliveries take.
const SHORTEST: Duration = Duration::from_millis(50);
/// The longest pause between two looks while more is due than this process could lease.
const LONGEST: Duration = Duration::from_secs(1);
/// How many items are leased at once. More than there is room for, because a lease costs a transaction.
const AHEAD: u64 = 100;
/// How long a renewal may take. A database that does not answer must not keep the worker from its deliveries.
const RENEWAL: Duration = Duration::from_secs(5);
/// The pause after a database error.
const AFTER_FAULT: Duration = Duration::from_secs(2);
/// The reason of an item that policy no longer lets leave unencrypted.
const NOT_IN_THE_CLEAR: &str = "mail to this mailbox does not go in the clear any more";

/// Delivers what is in the queue.
pub struct Worker {
    /// The queue.
    pub queue: Arc<Queue>,
    /// The transport that hands parcels over.
    pub courier: Arc<dyn Courier>,
    /// Decides who is told of a failure.
    pub reporter: Arc<dyn Reporter>,
    /// Grants permits to send unencrypted.
    pub permits: Permits,
    /// The operator's counters.
    pub metrics: Arc<Metrics>,
    /// How many deliveries may run at once.
    pub lanes: Lanes,
    /// The pause after the first failed try. Later pauses are longer.
    pub first_pause: Duration,
}

/// The outcome of a delivery attempt.
enum Tried {
    Delivered,
    Later(String),
    /// With its status (RFC 3463).
    Never(String, &'static str),
    Forbidden,
}

impl Worker {
    /// Delivers until it is told to stop, then gives deliveries in progress a moment to end, and gives back all others.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let queue = &self.queue;
        let dead = retry_until_stored(|| queue.store.end_leases_of_the_dead(queue.clock.now()));
        stop.run_until_cancelled(dead).await;
        let mut under_way = UnderWay::new(self.lanes);
        let mut renew = interval(Duration::try_from(queue.store.lease_time() / RENEWALS).unwrap_or(LOOK));
        renew.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut next_look = NextLook::At(Instant::now());
        loop {
            let now = Instant::now();
            let has_room = under_way.room(now).is_some() && queue.held.leased() < MOST_LEASED;
            let is_asked = has_room && queue.look.swap(false, Ordering::AcqRel);
            if is_asked || (has_room && next_look.is_due(now, queue.held.len())) {
                next_look = self.lease_due(&under_way).await.unwrap_or_else(|error| {
                    tracing::error!(%error, "the queue cannot be read");
                    NextLook::At(now + AFTER_FAULT)
                });
            }
            self.start_held(&mut under_way);
            let wake_at = next_look.moment(queue.held.len());
            let has_room = under_way.room(now).is_some() && queue.held.leased() < MOST_LEASED;
            tokio::select! {
                () = stop.cancelled() => break,
                () = under_way.wait_for_one() => {}
                () = queue.wake.notified() => {}
                () = queue.store.queue_changed() => next_look = NextLook::At(now),
                () = sleep_until(wake_at), if has_room => {}
                _ = renew.tick() => self.renew(&under_way).await,
            }
        }
        let ended = async {
            while !under_way.is_empty() {
                // At once, and again when a message was still accepted: another process need not wait for what is under way.
                self.give_back().await;
                tokio::select! {
                    () = under_way.wait_for_one() => {}
                    () = queue.wake.notified() => {}
                    _ = renew.tick() => self.renew(&under_way).await,
                }
            }
        };
        // A delivery that has not ended by then may have left already, so its lease ends by itself.
        let _ = timeout(STOP, ended).await;
        self.give_back().await;
    }

    /// Ends the leases of everything that is held.
    async fn give_back(&self) {
        let held = self.queue.held.take_all();
        let tokens: Vec<_> = held.iter().map(|held| held.item.token).collect();
        if tokens.is_empty() {
            return;
        }
        let ended = timeout(RENEWAL, self.queue.store.end_leases(&tokens, self.queue.clock.now())).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!(
                error = ?ended.map(Result::err),
                "what waits could not be given back: another process must wait for its leases to end"
            );
        }
    }

    /// Starts deliveries of held items while there is room.
    fn start_held(self: &Arc<Self>, under_way: &mut UnderWay) {
        let now = self.queue.clock.now();
        while under_way.room(Instant::now()).is_some() {
            let Some(held) = self.queue.held.take(|lane| under_way.has_lane(lane)) else {
                return;
            };
            // The lease has ended unseen, as after a long sleep of this machine: whoever leases it next delivers it.
            if held.until > now {
                self.start(held, under_way);
            }
        }
    }

    fn start(self: &Arc<Self>, held: HeldItem, under_way: &mut UnderWay) {
        let worker = Arc::clone(self);
        let (token, lane) = (held.item.token, held.lane());
        let span = span::delivery(held.item.attempts + 1, self.courier.smarthost(), held.cause.as_ref());
        let attempt = async move { worker.attempt(&held.item).await };
        under_way.start(token, lane, attempt.instrument(span));
    }

    /// Leases due items, except those of domains and accounts that have no lane, or enough held items. Returns when to look for more.
    async fn lease_due(&self, under_way: &UnderWay) -> Result<NextLook, StoreError> {
        let (store, held) = (&self.queue.store, &self.queue.held);
        let (now, mut busy) = (self.queue.clock.now(), under_way.busy());
        held.add_busy(FEW, &mut busy);
        let next = store.next_due(&busy).await?;
        if next.is_none_or(|next| next > now) {
            let pause = next.map_or(LOOK, |next| Duration::try_from(next - now).unwrap_or_default());
            let now = Instant::now();
            return Ok(match busy.is_empty() {
                true => NextLook::At(now + pause.clamp(Duration::from_millis(10), LOOK)),
                // More may be due for a domain or an account that had no lane.
                false => NextLook::WhenFewAreHeld(now + SHORTEST, now + LONGEST),
            });
        }
        let until = now + store.lease_time();
        let leased = store.lease_due(now, &busy, AHEAD).await?;
        // A lease of this process that has ended unseen was renewed by this.
        let mine: HashSet<_> = held.tokens().into_iter().collect();
        let (renewed, leased): (Vec<_>, Vec<_>) = leased.into_iter().partition(|item| mine.contains(&item.token));
        let renewed: HashSet<_> = renewed.iter().map(|item| item.token).collect();
        held.renewed(&[], &renewed, now, until);
        let mut items = Vec::new();
        for item in leased {
            let account = self.queue.account(&item).await;
            items.push(HeldItem::leased(item, account, until));
        }
        held.push(items);
        let now = Instant::now();
        Ok(NextLook::WhenFewAreHeld(now + SHORTEST, now + LONGEST))
    }

    /// Renews the leases of everything that this process has.
    async fn renew(&self, under_way: &UnderWay) {
        // Those under way first, as a renewal may be cut off: another process would deliver them once more.
        let mut tokens: Vec<_> = under_way.tokens().collect();
        tokens.extend(self.queue.held.tokens());
        let now = self.queue.clock.now();
        let renewed = match tokens.is_empty() {
            true => return,
            false => timeout(RENEWAL, self.queue.store.renew_leases(&tokens, now)).await,
        };
        match renewed {
            Ok(Ok(renewed)) => {
                let until = now + self.queue.store.lease_time();
                self.queue.held.renewed(&tokens, &renewed, now, until);
            }
            failed => {
                let error = failed.map(Result::err);
                tracing::warn!(?error, "leases could not be renewed");
                self.queue
                    .held
                    .renewed(&[], &HashSet::new(), self.queue.clock.now(), now);
            }
        }
    }

    async fn attempt(&self, item: &Item) {
        let context = match self.queue.context(item) {
            Ok(context) => context,
            Err(error) => return self.keep(item, &error).await,
        };
        let outcome = match self.hand_over(item, &context).await {
            Ok(outcome) => outcome,
            Err(ItemError::Gone) => return,
            Err(error) => return self.keep(item, &error).await,
        };
        let attempts = item.attempts + 1;
        match outcome {
            Tried::Delivered => self.record_delivery(item, &context).await,
            Tried::Later(reason) => match next_try(self.first_pause, attempts, item.created, self.queue.clock.now()) {
                Some(until) => self.put_off(item, &context, (attempts, until), reason).await,
                None => self.fail(item, context, reason, "4.4.7").await,
            },
            Tried::Never(reason, status) => self.fail(item, context, reason, status).await,
            Tried::Forbidden => self.fail(item, context, NOT_IN_THE_CLEAR.into(), "5.7.1").await,
        }
    }

    async fn put_off(&self, item: &Item, context: &Context, (attempts, until): (u32, OffsetDateTime), reason: String) {
        self.count("delayed");
        let event = activity_event(item, context, Outcome::Delayed).filter(|_| item.attempts == 0);
        let now = self.queue.clock.now();
        self.log_delay(attempts, &reason);
        self.settle(item, State::PutOff { attempts, until }, event, now).await;
        self.note_test_message(item, context, TestMessageState::PutOff(reason))
            .await;
    }

    /// Logs why a message is delayed. The answer may name addresses, and the host of a domain its contacts: so the log has
    /// answers of the one next hop of all mail only, without addresses.
    fn log_delay(&self, attempts: u32, reason: &str) {
        match self.courier.smarthost() {
            Some(host) => {
                let reason = without_addresses(reason);
                tracing::info!(attempts, host, reason, "a message is delayed");
            }
            None => tracing::info!(attempts, "a message is delayed"),
        }
        tracing::debug!(reason, "what the next hop said");
    }

    async fn hand_over(&self, item: &Item, context: &Context) -> Result<Tried, ItemError> {
        let message = self.queue.message(item).await?;
        let from = match context.origin {
            // RFC 3464 §2: a report has the null reverse-path, so that its failure is not reported.
            Origin::Report => None,
            _ => return_path::address(item.token, item.created, &self.queue.domain, &self.queue.vault),
        };
        let Some(permit) = context.permit(&self.permits).await? else {
            return Ok(Tried::Forbidden);
        };
        let parcel = Parcel::from_queue(from, context.to.clone(), message, permit).requiring_tls(context.require_tls);
        let delivered = match self.courier.deliver(&parcel).await {
            Err(DeliveryError::Insecure(_)) if context.require_tls == RequireTls::IfSupported => {
                let parcel = parcel.requiring_tls(RequireTls::No);
                self.courier.deliver(&parcel).await
            }
            delivered => delivered,
        };
        Ok(match delivered {
            Ok(()) => Tried::Delivered,
            Err(error @ DeliveryError::Later(_)) => Tried::Later(one_line(&chain(&error))),
            Err(error) => {
                let reason = one_line(&chain(&error));
                let status = context.require_tls.status_in(&reason);
                Tried::Never(reason, status.unwrap_or_else(|| error.status()))
            }
        })
    }

    async fn record_delivery(&self, item: &Item, context: &Context) {
        self.count("delivered");
        let event = activity_event(item, context, Outcome::Delivered);
        match context.origin {
            Origin::Report => retry_until_stored(|| self.remove(item.token, Accepted::default())).await,
            _ => {
                self.settle(item, State::HandedOver, event, self.queue.clock.now())
                    .await;
                let host = self.courier.next_hop(&item.domain);
                self.note_test_message(item, context, TestMessageState::HandedOver(host))
                    .await;
            }
        }
    }

    /// Stores the state of a test message, which its profile's page shows.
    async fn note_test_message(&self, item: &Item, context: &Context, state: TestMessageState) {
        if context.origin == Origin::TestMessage {
            let now = self.queue.clock.now();
            retry_until_stored(|| self.queue.store.settle_test_message(item.token, &state, now)).await;
        }
    }

    /// Gives an item up. The report is stored in the same transaction.
    async fn fail(&self, item: &Item, context: Context, reason: String, status: &'static str) {
        // The report of a reply holds it, unless its sender demanded TLS.
        let message = match (&context.origin, context.require_tls) {
            (Origin::Reply { .. }, RequireTls::No) => self.queue.message(item).await.ok(),
            _ => None,
        };
        let failed = Failed {
            to: context.to,
            origin: context.origin,
            reason,
            status,
            message,
            octets: item.octets,
            require_tls: context.require_tls,
        };
        match self.give_up(item.token, &failed).await {
            Ok(()) | Err(GiveUpError::Store(StoreError::Gone)) => {}
            Err(error) => self.keep(item, &error).await,
        }
    }

    /// Gives up an item that was handed over and came back. An unknown token is ignored. A bounce may overtake the note that
    /// its item was handed over: [`GiveUpError::Waits`] makes the sender bring it again.
    pub async fn record_bounce(&self, token: Token, reason: String) -> Result<(), GiveUpError> {
        let Some(item) = self.queue.store.find_handed_over(token).await? else {
            return match self.queue.store.is_waiting(token).await? {
                true => Err(GiveUpError::Waits),
                false => Ok(()),
            };
        };
        let context = self.queue.context(&item)?;
        let failed = Failed {
            to: context.to,
            origin: context.origin,
            status: context.require_tls.status_in(&reason).unwrap_or("5.0.0"),
            reason,
            message: None,
            octets: item.octets,
            require_tls: context.require_tls,
        };
        match self.give_up(token, &failed).await {
            // Another bounce for the same item was handled first.
            Err(GiveUpError::Store(StoreError::Gone)) => Ok(()),
            given_up => given_up,
        }
    }

    /// Replaces an item by its report.
    async fn give_up(&self, token: Token, failed: &Failed) -> Result<(), GiveUpError> {
        let report = self.reporter.report(failed).await.map_err(GiveUpError::Report)?;
        self.remove(token, report).await?;
        self.count("failed");
        tracing::warn!(status = failed.status, "a message could not be delivered");
        tracing::debug!(reason = failed.reason, "what the next hop said");
        self.queue.wake();
        Ok(())
    }

    async fn remove(&self, token: Token, report: Accepted) -> Result<(), StoreError> {
        let accepted = Accepted {
            instead_of: Some(token),
            ..report
        };
        self.queue.store.accept(accepted, self.queue.clock.now()).await
    }

    /// Counts the outcome of a try.
    fn count(&self, outcome: &'static str) {
        self.metrics.count_delivery(outcome);
        span::end_delivery(outcome);
    }

    /// Keeps an item after an internal error, to try it again. That has no end: the fault is ours, and may be mended after days.
    async fn keep(&self, item: &Item, error: &(dyn std::error::Error + Send + Sync + 'static)) {
        tracing::error!(cause = chain(error), "an item of the queue could not be dealt with");
        let now = self.queue.clock.now();
        let attempts = item.attempts + 1;
        // As if it were new: an item is not given up for this.
        let until = next_try(self.first_pause, attempts, now, now).unwrap_or(now);
        self.settle(item, State::PutOff { attempts, until }, None, now).await;
    }

    async fn settle(&self, item: &Item, state: State, event: Option<ActivityEvent>, now: OffsetDateTime) {
        let settled = Settled {
            token: item.token,
            state,
            event,
            now,
        };
        retry_until_stored(|| self.queue.store.settle(settled.clone())).await;
        if matches!(state, State::PutOff { .. }) {
            self.queue.wake();
        }
    }
}

/// Why an item could not be given up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GiveUpError {
    /// The item was not handed over yet.
    #[error("the item is still in the queue")]
    Waits,
    /// The report could not be written.
    #[error("the report could not be written ({})", .0.reason)]
    Report(Refusal),
    /// The database failed.
    #[error("the report could not be stored")]
    Store(#[from] StoreError),
    /// The item cannot be read.
    #[error("the item could not be read")]
    Item(#[from] ItemError),
}

/// The event for the activity page, which does not show reports.
fn activity_event(item: &Item, context: &Context, outcome: Outcome) -> Option<ActivityEvent> {
    match context.origin {
        Origin::Inbound { alias, .. } | Origin::Reply { alias } => Some(ActivityEvent {
            alias,
            outcome,
            octets: item.octets,
        }),
        Origin::TestMessage | Origin::Report => None,
    }
}

/// Repeats a database update until it succeeds. If the outcome of a delivery were lost, the message would be delivered
/// twice.
async fn retry_until_stored<F: Future<Output = Result<(), StoreError>>>(work: impl Fn() -> F) {
    while let Err(error) = work().await {
        if matches!(error, StoreError::Gone) {
            return;
        }
        tracing::error!(%error, "what became of a message could not be stored yet");
        sleep(AFTER_FAULT).await;
    }
}
