//! Several relays on one PostgreSQL, with load on each.

use std::{
    thread,
    time::{Duration, Instant},
};

use test_support::postgres::Postgres;

use crate::{
    Failed,
    external::{Sink, send},
    measure::{Extent, Load},
    network, process,
    relay::{Program, add_person, scratch},
};

/// Messages that each relay gets before anything is counted.
const WARM: u64 = 100;

/// The rates and the cost of several relays together.
pub struct Together {
    /// How many.
    pub relays: usize,
    /// Messages with 250, for each second.
    pub accepted: f64,
    /// Messages that the next hop has, for each second.
    pub delivered: f64,
    /// Processor time of a message: of the relays, and of PostgreSQL.
    pub processor: Option<(Duration, Duration)>,
}

/// Measures so many relays, each with this load.
pub fn measure(relays: usize, keys: u64, load: Load, extent: Extent) -> Result<Together, Failed> {
    let server = Postgres::start_durable(scratch()?);
    let (database, folder, sink) = (server.database(), scratch()?, network::free()?);
    add_person(folder.path(), Some(&database))?;
    let programs: Vec<_> = (0..relays)
        .map(|_| Program::start(folder.path(), sink, keys, Some(&database)))
        .collect::<Result<_, _>>()?;
    let mut sink = Sink::start(sink)?;
    let each = |messages: u64| -> Result<Duration, Failed> {
        let start = Instant::now();
        thread::scope(|scope| {
            let sending: Vec<_> = programs
                .iter()
                .map(|program| scope.spawn(|| send(program.target(), messages, load.size, load.sessions)))
                .collect();
            sending.into_iter().try_for_each(|one| match one.join() {
                Ok(sent) => sent.map(drop),
                Err(_) => Err("a sender panicked".into()),
            })
        })?;
        Ok(start.elapsed())
    };
    let warm = WARM.min(extent.most);
    let count = relays as u64;
    let start = Instant::now();
    each(warm)?;
    let end = sink.wait_for(warm * count)?;
    let messages = extent.messages(warm, end - start);
    let spent = || {
        let mut relays = programs
            .iter()
            .map(|program| process::processor_time(program.target().process));
        let relays = relays.try_fold(Duration::ZERO, |sum, time| Some(sum + time?));
        relays.zip(process::processor_time(server.process()))
    };
    let before = spent();
    let start = Instant::now();
    let accepted = each(messages)?;
    let all = messages * count;
    let delivered = sink.wait_for(warm * count + all)? - start;
    let of_each = |after: Duration, before: Duration| after.saturating_sub(before).div_f64(all as f64);
    Ok(Together {
        relays,
        accepted: all as f64 / accepted.as_secs_f64(),
        delivered: all as f64 / delivered.as_secs_f64(),
        processor: spent()
            .zip(before)
            .map(|(after, before)| (of_each(after.0, before.0), of_each(after.1, before.1))),
    })
}
