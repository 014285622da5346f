//! Single measurements: how much a server takes and hands on, how long it needs, and what that costs.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    Failed,
    external::{Sink, send},
    peer::Peer,
    process,
    stamped::{Plan, Stage, Stamp, percentile},
};

/// Messages sent before anything is counted: connections are open then, and caches filled.
const WARM: u64 = 100;

/// A size and a number of sessions.
#[derive(Clone, Copy)]
pub struct Load {
    /// Octets of a message.
    pub size: usize,
    /// Sessions at a time.
    pub sessions: usize,
}

/// The rates and the cost of a server under load.
pub struct Throughput {
    /// Messages with 250, for each second.
    pub accepted: f64,
    /// Messages that the next hop has, for each second.
    pub delivered: f64,
    /// Processor time of a message.
    pub processor: Option<Duration>,
    /// Most memory, in KiB.
    pub peak: Option<u64>,
}

/// The middle, and what one of a hundred exceeds.
#[derive(Clone, Copy)]
pub struct Spread {
    /// p50.
    pub middle: Duration,
    /// p99.
    pub high: Duration,
}

/// How long a message takes, from the sender's connection on.
pub struct Latency {
    /// Until 250.
    pub accepted: Spread,
    /// Until the next hop has it.
    pub delivered: Spread,
}

/// How long one measurement runs.
#[derive(Clone, Copy)]
pub struct Extent {
    /// About so long.
    pub time: Duration,
    /// No more messages than this.
    pub most: u64,
}

impl Extent {
    /// Messages for this time, if that many took `spent`.
    pub fn messages(self, sent: u64, spent: Duration) -> u64 {
        let each = spent.as_secs_f64() / sent as f64;
        let messages = (self.time.as_secs_f64() / each) as u64;
        messages.clamp(20, self.most)
    }
}

/// Under `smtp-source`, delivering to `smtp-sink`.
pub fn throughput(peer: &dyn Peer, load: Load, extent: Extent) -> Result<Throughput, Failed> {
    let running = peer.start()?;
    let target = running.target();
    let mut sink = Sink::start(target.sink)?;
    let Load { size, sessions } = load;
    let warm = WARM.min(extent.most);
    let start = Instant::now();
    send(target, warm, size, sessions)?;
    let end = sink.wait_for(warm)?;
    let messages = extent.messages(warm, end - start);
    process::forget_peak(target.process);
    let before = process::processor_time(target.process);
    let start = Instant::now();
    let accepted = send(target, messages, size, sessions)?;
    let delivered = sink.wait_for(warm + messages)? - start;
    let spent = process::processor_time(target.process).zip(before);
    Ok(Throughput {
        accepted: messages as f64 / accepted.as_secs_f64(),
        delivered: messages as f64 / delivered.as_secs_f64(),
        processor: spent.map(|(after, before)| after.saturating_sub(before).div_f64(messages as f64)),
        peak: process::peak_memory(target.process),
    })
}

/// With stamped messages, each session sending its next when the one before was taken.
pub fn latency(peer: &dyn Peer, load: Load, extent: Extent) -> Result<Latency, Failed> {
    let running = peer.start()?;
    let plan = |messages: u64| Plan {
        sessions: load.sessions,
        messages: messages as usize,
        size: load.size,
        new_senders: false,
    };
    let warm = WARM.min(extent.most);
    let stage = Stage::set(running.target())?;
    let start = Instant::now();
    stage.run(&plan(warm))?;
    let messages = extent.messages(warm, start.elapsed());
    Latency::of(stage.run(&plan(messages))?)
}

/// The first message of each of so many new senders, and as many messages of the known one, one after the other.
pub fn senders(peer: &dyn Peer, messages: u64) -> Result<(Latency, Latency), Failed> {
    let running = peer.start()?;
    let stage = Stage::set(running.target())?;
    let plan = |new_senders: bool| Plan {
        sessions: 1,
        messages: messages as usize,
        size: 5 << 10,
        new_senders,
    };
    stage.run(&plan(false))?;
    let known = Latency::of(stage.run(&plan(false))?)?;
    let new = Latency::of(stage.run(&plan(true))?)?;
    Ok((known, new))
}

/// Memory in KiB: of a relay that waits, and what one message of this size adds at most.
pub fn memory(peer: &dyn Peer, size: usize) -> Result<Option<(u64, u64)>, Failed> {
    let running = peer.start()?;
    let target = running.target();
    sleep(Duration::from_secs(2));
    let Some(idle) = process::memory(target.process) else {
        return Ok(None);
    };
    process::forget_peak(target.process);
    let one = Plan {
        sessions: 1,
        messages: 1,
        size,
        new_senders: false,
    };
    Stage::set(target)?.run(&one)?;
    let peak = process::peak_memory(target.process);
    Ok(peak.map(|peak| (idle, peak.saturating_sub(idle))))
}

impl Latency {
    fn of(stamps: Vec<Stamp>) -> Result<Self, Failed> {
        Ok(Self {
            accepted: Spread::of(stamps.iter().map(|stamp| stamp.accepted).collect())?,
            delivered: Spread::of(stamps.iter().map(|stamp| stamp.delivered).collect())?,
        })
    }
}

impl Spread {
    fn of(mut values: Vec<Duration>) -> Result<Self, Failed> {
        let middle = percentile(&mut values, 50).ok_or("nothing was measured")?;
        let high = percentile(&mut values, 99).ok_or("nothing was measured")?;
        Ok(Self { middle, high })
    }
}
