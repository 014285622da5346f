//! Who has to make room for whom.

use super::*;

const MOST: ConnectionLimits = ConnectionLimits {
    total: 100,
    per_client: 4,
    per_network: 8,
};

/// Places, and the time.
struct Door {
    slots: Arc<Slots>,
    counts: ConnectionCounts,
    now: Instant,
}

impl Door {
    fn new(most: ConnectionLimits) -> Self {
        let counts = ConnectionCounts::default();
        Self {
            slots: Slots::new(most, Duration::from_secs(300), counts.clone()),
            counts,
            now: Instant::now(),
        }
    }

    fn total(total: usize) -> Self {
        Self::new(ConnectionLimits { total, ..MOST })
    }

    fn wait(&mut self, millis: u64) {
        self.now += Duration::from_millis(millis);
    }

    fn take(&self, party: &str) -> Result<Slot, Full> {
        self.slots.take(Some(party.parse().unwrap()), self.now)
    }

    fn anybody(&self) -> Result<Slot, Full> {
        self.slots.take(None, self.now)
    }

    fn fill<'a>(&self, parties: impl IntoIterator<Item = &'a str>) -> Vec<Slot> {
        parties
            .into_iter()
            .map(|party| self.take(party).ok().unwrap())
            .collect()
    }
}

fn dismissed(slots: &[Slot]) -> Vec<usize> {
    let all = slots.iter().enumerate();
    let gone = all.filter(|(_, slot)| slot.standing.is_dismissed());
    gone.map(|(number, _)| number).collect()
}

#[test]
fn places_come_back_and_nobody_is_remembered() {
    let door = Door::new(MOST);
    let taken = door.fill(["192.0.2.1", "192.0.2.1", "2001:db8::1", "2001:db8::2"]);
    assert_eq!(door.counts.open.get(), 4);
    drop(taken);
    assert_eq!((door.counts.open.get(), door.counts.dismissed.get()), (0, 0));
    let taken = door.slots.lock();
    assert!(taken.connections.is_empty() && taken.clients.is_empty() && taken.networks.is_empty());
}

#[test]
fn a_full_share_makes_room_itself_once_one_of_it_rests() {
    let clients = |parties: &[&'static str]| parties.repeat(4);
    let networks = |parties: &[&'static str]| parties.repeat(2);
    for (share, next, other, full) in [
        (clients(&["192.0.2.1"]), "192.0.2.1", "192.0.2.2", Full::Client),
        (
            clients(&["2001:db8::1"]),
            "2001:db8::ffff",
            "2001:db8:0:1::1",
            Full::Client,
        ),
        (
            networks(&["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]),
            "192.0.2.5",
            "192.0.3.1",
            Full::Network,
        ),
        (
            networks(&["2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1"]),
            "2001:db8:0:4::1",
            "2001:db8:1::1",
            Full::Network,
        ),
    ] {
        let mut door = Door::new(MOST);
        let mut held = Vec::new();
        for party in share {
            held.extend(door.fill([party]));
            door.wait(100);
        }
        held[0].standing.step(door.now);
        assert_eq!(door.take(next).err(), Some(full), "each has made progress just now");
        assert!(door.take(other).is_ok());
        door.wait(5000);
        let _next = door.take(next).ok().unwrap();
        assert_eq!(dismissed(&held), [1], "the one that rests longest");
        assert_eq!((door.counts.dismissed.get(), door.counts.refused.get()), (1, 1));
    }
}

#[test]
fn without_a_party_only_the_total_counts() {
    let door = Door::total(20);
    let held: Vec<_> = (0..20).map(|_| door.anybody().ok().unwrap()).collect();
    assert_eq!(door.anybody().err(), Some(Full::Total));
    assert_eq!((dismissed(&held).len(), door.counts.refused.get()), (0, 1));
}

#[test]
fn who_does_nothing_for_longest_goes_first() {
    let mut door = Door::total(3);
    let mut held = door.fill(["192.0.2.1"]);
    door.wait(1_000);
    held.extend(door.fill(["198.51.100.1"]));
    door.wait(1_000);
    held.extend(door.fill(["203.0.113.1"]));
    door.wait(1_000);
    held[0].standing.step(door.now);
    let _next = door.take("10.0.0.1").ok().unwrap();
    assert_eq!(dismissed(&held), [1]);
}

#[test]
fn who_makes_progress_or_is_worked_for_never_goes() {
    let mut door = Door::total(2);
    let held = door.fill(["192.0.2.1", "198.51.100.1"]);
    held[0].standing.work();
    for _ in 0..60 {
        door.wait(1_000);
        held[1].standing.pass(2 << 10, Duration::from_secs(15), door.now);
        assert_eq!(door.take("10.0.0.1").err(), Some(Full::Total));
    }
    assert_eq!(door.counts.refused.get(), 60);
    door.wait(30_000);
    assert!(door.take("10.0.0.1").is_ok());
    assert_eq!(dismissed(&held), [1], "its octets do not count for ever");
}

#[test]
fn a_crowd_displaces_itself() {
    let mut door = Door::total(5);
    let mut held = door.fill(["192.0.2.1"]);
    door.wait(1_000);
    held.extend(door.fill(["198.51.100.1", "198.51.100.1", "198.51.100.2", "198.51.100.3"]));
    door.wait(500);
    let next = door.take("198.51.100.4").ok().unwrap();
    assert_eq!(dismissed(&held).len(), 1);
    let first = dismissed(&held)[0];
    assert!(first == 1 || first == 2, "two from one address: {first}");
    drop(next);
}

#[test]
fn who_has_handed_mail_over_is_waited_for() {
    let mut door = Door::total(2);
    let held = door.fill(["192.0.2.1", "198.51.100.1"]);
    held[0].standing.value(16);
    door.wait(8_000);
    held[1].standing.step(door.now);
    door.wait(1_000);
    let _next = door.take("10.0.0.1").ok().unwrap();
    assert_eq!(dismissed(&held), [1], "nine seconds of a good sender against one");
}

#[test]
fn the_idle_limit_shrinks_with_the_places() {
    let mut door = Door::total(100);
    assert_eq!(door.slots.idle_limit(49), None);
    let at = |open| door.slots.idle_limit(open).unwrap().as_secs();
    assert_eq!((at(50), at(75), at(100), at(101)), (300, 155, 10, 10));
    let held: Vec<_> = (0..90).map(|_| door.anybody().ok().unwrap()).collect();
    for slot in &held[30..] {
        slot.standing.work();
    }
    door.wait(60_000);
    let _next = door.anybody().ok().unwrap();
    assert_eq!(door.counts.dismissed.get(), 0, "68 seconds at this fill");
    door.wait(10_000);
    let _other = door.anybody().ok().unwrap();
    assert_eq!(dismissed(&held).len(), 30);
}

#[test]
fn a_proxy_takes_places_for_the_clients_that_it_asks_for() {
    let door = Door::new(MOST);
    let proxied: Vec<_> = (0..20).map(|_| Arc::new(door.anybody().ok().unwrap())).collect();
    let (ann, bob) = ("192.0.2.1".parse().unwrap(), "198.51.100.1".parse().unwrap());
    let mut served: Vec<_> = (0..4).map(|n| proxied[n].serve(ann, door.now).ok().unwrap()).collect();
    assert_eq!(proxied[4].serve(ann, door.now).err(), Some(Full::Client));
    assert!(
        proxied[5].serve(bob, door.now).is_ok(),
        "another client of the same proxy"
    );
    served.pop();
    assert!(proxied[4].serve(ann, door.now).is_ok(), "an answer has ended");
    drop(served);
    drop(proxied);
    assert_eq!(door.counts.open.get(), 0);
    assert!(door.slots.lock().clients.is_empty());
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "slot {}", self.id)
    }
}

impl std::fmt::Debug for Served {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
