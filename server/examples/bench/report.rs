//! Writes what was measured as tables.

use std::{fmt::Write, time::Duration};

use crate::{
    fill::{ALIASES, CONTACTS},
    measure::{Latency, Load, Spread, Throughput},
    several::Together,
    steps::Step,
};

/// One server under one load.
pub struct Row {
    /// The server.
    pub peer: &'static str,
    /// Size and sessions.
    pub load: Load,
    /// How much.
    pub throughput: Throughput,
    /// How long.
    pub latency: Latency,
}

/// All that was measured; what was not asked for is missing.
#[derive(Default)]
pub struct Report {
    /// The share of the processors that other work had before the run.
    pub busy: Option<f64>,
    /// Single steps.
    pub steps: Vec<Step>,
    /// Servers under load.
    pub rows: Vec<Row>,
    /// A known sender, and new ones.
    pub senders: Option<(Latency, Latency)>,
    /// An empty database, and a full one.
    pub databases: Option<(Throughput, Throughput)>,
    /// KiB of a relay that waits, KiB that a large message adds, and its MiB.
    pub memory: Option<(u64, u64, usize)>,
    /// Relays on one PostgreSQL, each under this load.
    pub together: Vec<(Load, Together)>,
}

const HEAD: &str = "\
# Performance

`make bench` writes this file; nothing here is a promise, and no test compares a time with a limit. Compare rows of one run only.
";

const HOW: &str = "\
## How it is measured

- Release builds, SQLite (or PostgreSQL, where a table says so) on a disk with `fsync`, loopback. Sender, relay and next hop share the processors.
- The relay has its documented settings; only its limits for one person are out of the way. Sender checks are off, as there is no
  DNS. The profile is S/MIME, the sender is known.
- Throughput: Postfix's `smtp-source` sends, each message over a connection of its own, and `smtp-sink` takes what is delivered.
  Processor time is that of the server and everything that it starts.
- Latency: a sender and a next hop that stamp each message. The time begins when the sender connects. Each session sends its next
  message when the one before was taken.
- Postfix: `smtpd`, the queue, a content filter that signs and encrypts with `openssl cms` and hands the message back, as Postfix
  documents it, and delivery to the same next hop. In the rows of one pass, the filter hands over to the next hop itself, which
  is less than a relay must do. Neither makes contact certificates or DKIM signatures (`server/examples/bench/postfix.rs`).
- A lower bound is what a step cannot do without: its signatures, ciphers and hashes over the same bytes, by AWS-LC. Of
  stripping it is one search and one copy. Steps and bounds are in processor time, which other work does not change.

One part only, without writing this file: `make bench ONLY='relay 5 KB, 10 '`, or `senders`, `database`, `memory`, `several`, `postfix`,
`steps`
(the times that `cargo bench --bench formats` has kept).
";

/// The share of other work that a reader need not know of.
const QUIET: f64 = 0.1;

impl Row {
    /// Size and sessions in words.
    pub fn load(&self) -> String {
        self.load.to_string()
    }
}

impl std::fmt::Display for Load {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sessions = if self.sessions == 1 { "session" } else { "sessions" };
        write!(f, "{} KB, {} {sessions}", self.size >> 10, self.sessions)
    }
}

impl Report {
    /// The whole file, in Markdown.
    pub fn text(&self, machine: &str, plot: &str) -> Result<String, std::fmt::Error> {
        let mut text = format!("{HEAD}\nThe machine of this run: {machine}.");
        if let Some(busy) = self.busy.filter(|busy| *busy > QUIET) {
            write!(text, " Other work had {:.0} % of it when the run began.", busy * 100.0)?;
        }
        text.push_str("\n\n");
        if !self.rows.is_empty() {
            writeln!(text, "## Under load\n\n![delivered messages per second]({plot})\n")?;
            self.write_rows(&mut text)?;
        }
        if !self.steps.is_empty() {
            self.write_steps(&mut text)?;
        }
        self.write_others(&mut text)?;
        text.push_str(HOW);
        Ok(text)
    }

    /// The tables alone.
    pub fn tables(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        if !self.rows.is_empty() {
            self.write_rows(&mut text)?;
        }
        if !self.steps.is_empty() {
            self.write_steps(&mut text)?;
        }
        self.write_others(&mut text)?;
        Ok(text)
    }

    /// Fails if a part is missing from a full report.
    pub fn check(&self, text: &str) -> Result<(), String> {
        let memory = cfg!(target_os = "linux").then_some("## Memory");
        let wanted = [
            "| Sealpost | 5 KB, 10 sessions |",
            "| known |",
            "| new |",
            "| 3 | 5 KB, 10 sessions |",
        ]
        .into_iter()
        .chain(memory);
        match wanted.into_iter().find(|row| !text.contains(row)) {
            Some(row) => Err(format!("the report has no {row}")),
            None => Ok(()),
        }
    }

    fn write_rows(&self, text: &mut String) -> std::fmt::Result {
        text.push_str(
            "| server | load | accepted/s | delivered/s | times Postfix | processor time of a message | peak memory |\n\
             | --- | --- | --- | --- | --- | --- | --- |\n",
        );
        for row in &self.rows {
            let Throughput {
                accepted,
                delivered,
                processor,
                peak,
            } = &row.throughput;
            let peer = self
                .rows
                .iter()
                .find(|other| other.peer == "Postfix" && !is_peer(row) && other.load() == row.load());
            let times = peer.map(|peer| format!("{:.1}", delivered / peer.throughput.delivered));
            writeln!(
                text,
                "| {} | {} | {accepted:.0} | {delivered:.0} | {} | {} | {} |",
                row.peer,
                row.load(),
                times.as_deref().unwrap_or("–"),
                processor.map_or("–".into(), milliseconds),
                // Postfix is many processes that come and go; its master alone says nothing.
                peak.filter(|_| !is_peer(row)).map_or("–".into(), mebibytes),
            )?;
        }
        text.push_str(
            "\n| server | load | 250: p50 | p99 | delivery: p50 | p99 |\n| --- | --- | --- | --- | --- | --- |\n",
        );
        for row in &self.rows {
            let spreads = spreads(&row.latency);
            writeln!(text, "| {} | {} | {spreads} |", row.peer, row.load())?;
        }
        text.push('\n');
        Ok(())
    }

    fn write_steps(&self, text: &mut String) -> std::fmt::Result {
        text.push_str("## Single steps\n\n| step | time | lower bound | ratio |\n| --- | --- | --- | --- |\n");
        for step in &self.steps {
            let (time, bound) = (microseconds(step.time), microseconds(step.bound));
            writeln!(text, "| {} | {time} | {bound} | {:.2} |", step.name, step.ratio())?;
        }
        text.push('\n');
        Ok(())
    }

    fn write_others(&self, text: &mut String) -> std::fmt::Result {
        if let Some((known, new)) = &self.senders {
            let ratio = new.accepted.high.as_secs_f64() / known.accepted.high.as_secs_f64();
            write!(
                text,
                "## The first message of a new sender\n\n5 KB, one session, the pool of keys full.\n\n\
                 | sender | 250: p50 | p99 | delivery: p50 | p99 |\n| --- | --- | --- | --- | --- |\n\
                 | known | {} |\n| new | {} |\n\nThe ratio of p99 to 250 is {ratio:.2}.\n\n",
                spreads(known),
                spreads(new)
            )?;
        }
        if let Some((empty, full)) = &self.databases {
            let time = |throughput: &Throughput| throughput.processor.map_or("–".into(), milliseconds);
            write!(
                text,
                "## A full database\n\n5 KB, 10 sessions.\n\n\
                 | database | accepted/s | delivered/s | processor time of a message |\n| --- | --- | --- | --- |\n\
                 | one person | {:.0} | {:.0} | {} |\n\
                 | {ALIASES} aliases, {CONTACTS} contacts | {:.0} | {:.0} | {} |\n\n\
                 The ratio of the time of a message is {:.2}.\n\n",
                empty.accepted,
                empty.delivered,
                time(empty),
                full.accepted,
                full.delivered,
                time(full),
                empty.delivered / full.delivered,
            )?;
        }
        if let Some((idle, added, size)) = self.memory {
            let times = added as f64 / 1024.0 / size as f64;
            write!(
                text,
                "## Memory\n\nA relay that waits has {}. One message of {size} MiB adds {} at most: {times:.2} times its size.\n\n",
                mebibytes(idle),
                mebibytes(added),
            )?;
        }
        if !self.together.is_empty() {
            self.write_together(text)?;
        }
        Ok(())
    }

    fn write_together(&self, text: &mut String) -> std::fmt::Result {
        text.push_str(
            "## Several relays on one PostgreSQL\n\nAll on this machine, each relay with senders of its own. [SCALING.md](SCALING.md) \
             draws the conclusions.\n\n\
             | relays | load of each | accepted/s | delivered/s | processor time of a message: relays | PostgreSQL |\n\
             | --- | --- | --- | --- | --- | --- |\n",
        );
        for (load, together) in &self.together {
            let Together {
                relays,
                accepted,
                delivered,
                processor,
            } = together;
            let [of_relays, of_postgres] = processor.map_or(["–".into(), "–".into()], |(one, other)| {
                [one, other].map(milliseconds)
            });
            writeln!(
                text,
                "| {relays} | {load} | {accepted:.0} | {delivered:.0} | {of_relays} | {of_postgres} |"
            )?;
        }
        text.push('\n');
        Ok(())
    }
}

fn is_peer(row: &Row) -> bool {
    row.peer != "Sealpost"
}

fn spreads(latency: &Latency) -> String {
    let Latency { accepted, delivered } = latency;
    let one = |Spread { middle, high }: &Spread| format!("{} | {}", milliseconds(*middle), milliseconds(*high));
    format!("{} | {}", one(accepted), one(delivered))
}

fn milliseconds(time: Duration) -> String {
    let value = time.as_secs_f64() * 1e3;
    let digits = if value < 100.0 { 1 } else { 0 };
    format!("{value:.digits$} ms")
}

fn microseconds(time: Duration) -> String {
    let value = time.as_secs_f64() * 1e6;
    let digits = if value < 100.0 { 1 } else { 0 };
    format!("{value:.digits$} µs")
}

fn mebibytes(kib: u64) -> String {
    format!("{} MiB", kib.div_ceil(1024))
}
