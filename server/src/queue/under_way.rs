//! Tracks the deliveries in progress, and whether another one may start.

use std::{collections::HashMap, time::Duration};

use tokio::{
    task::{Id, JoinError, JoinSet},
    time::Instant,
};

use super::held::Lane;
use crate::{config::Lanes, store::queue::Busy, vault::Token};

/// After this time a delivery is slow, and its lane counts as free. Otherwise a few slow hosts would block all other mail.
const SLOW: Duration = Duration::from_secs(60);
/// The most deliveries in progress, slow ones included, as a multiple of the lanes. Each may hold a whole message in
/// memory.
const MOST: usize = 2;
/// The part of the lanes that the mail of one account may take, as its divisor. One account could else hold all of them with
/// answers to hosts that never finish.
const SHARE: usize = 4;

/// The deliveries in progress.
pub(super) struct UnderWay {
    lanes: Lanes,
    tasks: JoinSet<()>,
    attempts: HashMap<Id, Attempt>,
}

struct Attempt {
    token: Token,
    lane: Lane,
    since: Instant,
}

impl UnderWay {
    pub fn new(lanes: Lanes) -> Self {
        Self {
            lanes,
            tasks: JoinSet::new(),
            attempts: HashMap::new(),
        }
    }

    /// How many more deliveries may start now; `None` if none.
    pub fn room(&self, now: Instant) -> Option<u64> {
        let is_quick = |each: &&Attempt| now.saturating_duration_since(each.since) < SLOW;
        let quick = self.attempts.values().filter(is_quick).count();
        let free = self.lanes.total.saturating_sub(quick);
        let below_most = (MOST * self.lanes.total).saturating_sub(self.attempts.len());
        let room = free.min(below_most);
        (room > 0).then_some(room as u64)
    }

    /// Whether another delivery to a domain, of an account's mail, may start. Slow deliveries count here, because the domain is
    /// what makes them slow, and the account's mail what goes there.
    pub fn has_lane(&self, lane: &Lane) -> bool {
        self.takes_domain(&lane.domain) && self.takes_account(lane)
    }

    fn takes_domain(&self, domain: &str) -> bool {
        let to_domain = self.attempts.values().filter(|each| each.lane.domain == domain);
        to_domain.count() < self.lanes.per_domain
    }

    fn takes_account(&self, lane: &Lane) -> bool {
        let of_account = self.attempts.values().filter(|each| each.lane.account == lane.account);
        of_account.count() < self.lanes.per_domain.max(self.lanes.total / SHARE)
    }

    /// The items and domains for which nothing more may start.
    pub fn busy(&self) -> Busy {
        let lanes = || self.attempts.values().map(|each| &each.lane);
        let full = || lanes().filter(|lane| !self.takes_account(lane));
        Busy {
            tokens: self.tokens().collect(),
            domains: lanes()
                .map(|lane| &lane.domain)
                .filter(|domain| !self.takes_domain(domain))
                .cloned()
                .collect(),
            accounts: full().filter_map(|lane| lane.account).collect(),
            others: full().any(|lane| lane.account.is_none()),
        }
    }

    /// The items that are being delivered.
    pub fn tokens(&self) -> impl Iterator<Item = Token> {
        self.attempts.values().map(|each| each.token)
    }

    pub fn start(&mut self, token: Token, lane: Lane, work: impl Future<Output = ()> + Send + 'static) {
        let id = self.tasks.spawn(work).id();
        let since = Instant::now();
        self.attempts.insert(id, Attempt { token, lane, since });
    }

    /// Waits until one delivery ends. Waits for ever if there is none.
    pub async fn wait_for_one(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(ended) => self.finish(ended),
            None => std::future::pending().await,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    fn finish(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(fault) => {
                tracing::error!(panicked = fault.is_panic(), "a delivery ended early");
                fault.id()
            }
        };
        self.attempts.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, future::pending};

    use app::id::AccountId;

    use super::*;

    /// Each number is an account.
    fn lane(domain: &str, account: u8) -> Lane {
        Lane {
            domain: domain.into(),
            account: Some(AccountId(account.into())),
        }
    }

    fn start(under_way: &mut UnderWay, number: u8) {
        let lane = lane(&format!("{}.example", number / 2), number);
        under_way.start(Token([number; 16]), lane, pending());
    }

    #[tokio::test]
    async fn one_account_does_not_take_all_lanes() {
        let mut under_way = UnderWay::new(Lanes {
            total: 12,
            per_domain: 2,
        });
        for number in 0..3 {
            let lane = lane(&format!("{number}.example"), 7);
            assert!(under_way.has_lane(&lane));
            under_way.start(Token([number; 16]), lane, pending());
        }
        assert!(!under_way.has_lane(&lane("another.example", 7)));
        assert!(under_way.has_lane(&lane("another.example", 8)));
        let busy = under_way.busy();
        assert_eq!((busy.accounts, busy.others), ([AccountId(7)].into(), false));
        for number in 3..6 {
            let lane = Lane {
                account: None,
                ..lane(&format!("{number}.example"), 0)
            };
            under_way.start(Token([number; 16]), lane, pending());
        }
        assert!(under_way.busy().others);
    }

    #[tokio::test]
    async fn slow_deliveries_give_their_lanes_back_but_not_their_domains() {
        let mut under_way = UnderWay::new(Lanes {
            total: 4,
            per_domain: 2,
        });
        (0..4).for_each(|number| start(&mut under_way, number));
        let (now, later) = (Instant::now(), Instant::now() + SLOW);
        assert_eq!(under_way.room(now), None);
        assert_eq!(under_way.room(later), Some(4));
        assert!(!under_way.has_lane(&lane("0.example", 99)) && under_way.has_lane(&lane("9.example", 99)));
        assert_eq!(under_way.busy().domains.len(), 2);
        (4..8).for_each(|number| start(&mut under_way, number));
        assert_eq!(under_way.room(later + SLOW), None, "not without end");
    }

    #[tokio::test]
    async fn what_is_under_way_is_not_started_again_until_it_ends() {
        let lanes = Lanes {
            total: 4,
            per_domain: 2,
        };
        let mut under_way = UnderWay::new(lanes);
        start(&mut under_way, 7);
        under_way.start(Token([8; 16]), lane("8.example", 8), async {});
        let tokens = [7, 8].map(|number| Token([number; 16]));
        assert_eq!(under_way.tokens().collect::<HashSet<_>>(), HashSet::from(tokens));
        under_way.wait_for_one().await;
        assert_eq!(under_way.tokens().collect::<Vec<_>>(), [tokens[0]]);
        assert_eq!(under_way.room(Instant::now()), Some(3));
    }
}
