//! Limits how often a client names unknown recipients, over all of its sessions. A client that guesses addresses is
//! answered more and more slowly, then put off. A mailing list with some stale addresses is not affected.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::{
    config::Networks,
    network::{client, network},
};

/// A client that stops guessing is forgotten after this time at the latest.
const WINDOW: Duration = Duration::from_secs(60 * 60);
/// From this part of the limit on, answers are slow.
const SLOW_FROM: Duration = Duration::from_secs(15 * 60);
/// Most clients, and most networks, that are remembered. Each takes about 50 octets.
const MOST_REMEMBERED: usize = 20_000;

/// How the next recipient of a client is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At once.
    Normal,
    /// After a pause, for known and unknown recipients alike. Otherwise the time would tell them apart.
    Slow(Duration),
    /// With a temporary refusal.
    Later,
}

/// Counts the refused recipients of one receiver.
pub struct RefusedRecipients {
    slowest: Duration,
    unlimited: Networks,
    counts: Mutex<Counts>,
}

struct Counts {
    /// Counts by IPv4 address or IPv6 /64.
    clients: Debts,
    /// Counts by IPv4 /24 or IPv6 /48.
    networks: Debts,
}

/// A leaky bucket for each key, stored as the moment when it is empty. Each refusal moves that moment by an equal part of
/// [`WINDOW`].
struct Debts {
    each: Option<Duration>,
    until: HashMap<IpAddr, Instant>,
}

impl RefusedRecipients {
    /// Permits so many refusals an hour `per_client` and `per_network`. `slowest` is the longest pause before an answer.
    pub fn new((per_client, per_network): (u32, u32), slowest: Duration, unlimited: Networks) -> Self {
        Self {
            slowest,
            unlimited,
            counts: Mutex::new(Counts {
                clients: Debts::of(per_client),
                networks: Debts::of(per_network),
            }),
        }
    }

    /// Decides how the next recipient of a client is answered, before it is looked up.
    pub fn pace(&self, ip: IpAddr, now: Instant) -> Pace {
        // It does not answer for its neighbours.
        if self.unlimited.include(ip) {
            return Pace::Normal;
        }
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (client, network) = (client(ip), network(ip));
        if counts.clients.is_full(client, now) || counts.networks.is_full(network, now) {
            return Pace::Later;
        }
        match counts.clients.owed(client, now).max(counts.networks.owed(network, now)) {
            owed if owed > SLOW_FROM => {
                let part = (owed - SLOW_FROM).div_duration_f64(WINDOW - SLOW_FROM);
                Pace::Slow(self.slowest.mul_f64(part))
            }
            _ => Pace::Normal,
        }
    }

    /// Counts an unknown recipient. Unlimited clients are not counted and so never slowed down.
    pub fn count(&self, ip: IpAddr, now: Instant) {
        if self.unlimited.include(ip) {
            return;
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.clients.add(client(ip), now);
        counts.networks.add(network(ip), now);
    }
}

impl Debts {
    /// Permits so many refusals in a [`WINDOW`]; 0 counts nothing.
    fn of(most: u32) -> Self {
        Self {
            each: WINDOW.checked_div(most),
            until: HashMap::new(),
        }
    }

    fn owed(&self, key: IpAddr, now: Instant) -> Duration {
        let until = self.until.get(&key);
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// Whether one more refusal would be over the limit.
    fn is_full(&self, key: IpAddr, now: Instant) -> bool {
        self.each.is_some_and(|each| self.owed(key, now) + each > WINDOW)
    }

    fn add(&mut self, key: IpAddr, now: Instant) {
        let Some(each) = self.each else { return };
        if self.until.len() >= MOST_REMEMBERED && !self.until.contains_key(&key) {
            self.forget_half(now);
        }
        let until = self.until.entry(key).or_insert(now);
        *until = (*until).max(now) + each;
    }

    /// Forgets all keys whose buckets are empty, and of a full table the half that owes least. An attacker who uses many
    /// networks to push others out so loses its own entries first. Removing half spreads the cost over many additions.
    fn forget_half(&mut self, now: Instant) {
        self.until.retain(|_, until| *until > now);
        if self.until.len() < MOST_REMEMBERED {
            return;
        }
        let mut moments: Vec<_> = self.until.values().copied().collect();
        let (_, &mut middle, _) = moments.select_nth_unstable(MOST_REMEMBERED / 2);
        self.until.retain(|_, until| *until > middle);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    const CLIENT: [u8; 4] = [192, 0, 2, 1];

    fn refused(per_client: u32, per_network: u32) -> RefusedRecipients {
        let bounds = (per_client, per_network);
        RefusedRecipients::new(bounds, Duration::from_secs(9), Networks::this_machine())
    }

    fn guess(refused: &RefusedRecipients, ip: impl Into<IpAddr>, times: u32, now: Instant) {
        let ip = ip.into();
        (0..times).for_each(|_| refused.count(ip, now));
    }

    #[test]
    fn a_client_is_slowed_down_then_put_off_and_forgiven_little_by_little() {
        let (refused, now) = (refused(8, 100), Instant::now());
        let paces: Vec<_> = (0..9)
            .map(|_| {
                let pace = refused.pace(CLIENT.into(), now);
                guess(&refused, CLIENT, 1, now);
                pace
            })
            .collect();
        assert_eq!(paces[..3], [Pace::Normal; 3]);
        let slow = |seconds: f64| Pace::Slow(Duration::from_secs_f64(seconds));
        assert_eq!(paces[3..8], [slow(1.5), slow(3.0), slow(4.5), slow(6.0), slow(7.5)]);
        assert_eq!(paces[8], Pace::Later);
        assert_eq!(refused.pace([192, 0, 2, 2].into(), now), Pace::Normal, "a neighbour");
        // Nine refusals are recorded with a limit of eight an hour.
        let after = |minutes: f64| refused.pace(CLIENT.into(), now + Duration::from_secs_f64(60.0 * minutes));
        assert_eq!(after(14.9), Pace::Later);
        assert!(matches!(after(15.1), Pace::Slow(_)));
        assert_eq!(after(53.0), Pace::Normal);
    }

    #[test]
    fn an_unlimited_client_does_not_pay_for_its_neighbours() {
        let networks: Networks = "192.0.2.9".parse().unwrap();
        let refused = RefusedRecipients::new((8, 8), Duration::from_secs(9), networks);
        let now = Instant::now();
        guess(&refused, CLIENT, 9, now);
        assert_eq!(refused.pace(CLIENT.into(), now), Pace::Later);
        assert_eq!(refused.pace([192, 0, 2, 8].into(), now), Pace::Later);
        assert_eq!(refused.pace([192, 0, 2, 9].into(), now), Pace::Normal);
    }

    #[test]
    fn a_network_is_counted_as_a_whole() {
        let (refused, now) = (refused(100, 40), Instant::now());
        for host in 0..40 {
            guess(&refused, [198, 51, 100, host], 1, now);
            guess(
                &refused,
                Ipv6Addr::new(0x2001, 0xdb8, 1, host.into(), 0, 0, 0, 1),
                1,
                now,
            );
        }
        let later = |ip: &str| refused.pace(ip.parse().unwrap(), now) == Pace::Later;
        assert!(later("198.51.100.200") && later("2001:db8:1:ffff::1"));
        assert!(!later("198.51.101.1") && !later("2001:db8:2::1"));
    }

    #[test]
    fn an_ipv6_customer_is_one_client() {
        let (refused, now) = (refused(10, 0), Instant::now());
        for host in 0..10 {
            guess(&refused, Ipv6Addr::new(0x2001, 0xdb8, 1, 1, 0, 0, 0, host), 1, now);
        }
        let pace = |ip: &str| refused.pace(ip.parse().unwrap(), now);
        assert_eq!(pace("2001:db8:1:1:ffff::1"), Pace::Later);
        assert_eq!(pace("2001:db8:1:2::1"), Pace::Normal);
    }

    #[test]
    fn nothing_is_counted_without_a_bound() {
        let (refused, now) = (refused(0, 0), Instant::now());
        guess(&refused, CLIENT, 10_000, now);
        assert_eq!(refused.pace(CLIENT.into(), now), Pace::Normal);
    }

    #[test]
    fn the_table_is_bounded_and_keeps_those_who_guess_most() {
        let (refused, now) = (refused(10, 0), Instant::now());
        guess(&refused, CLIENT, 10, now);
        for host in 0..3 * u32::try_from(MOST_REMEMBERED).unwrap() {
            guess(&refused, Ipv4Addr::from_bits(0x0a00_0000 + host), 1, now);
        }
        assert!(refused.counts.lock().unwrap().clients.until.len() <= MOST_REMEMBERED);
        assert_eq!(refused.pace(CLIENT.into(), now), Pace::Later);
    }
}
