//! Measures the relay over real sockets, beside Postfix with an OpenSSL filter, and writes docs/PERFORMANCE.md: `make bench`.

#![allow(clippy::print_stdout, reason = "a program that reports")]

mod external;
mod fill;
mod measure;
mod network;
mod peer;
mod plot;
mod postfix;
mod process;
mod relay;
mod report;
mod several;
mod stamped;
mod steps;

use std::{error::Error, fs, path::PathBuf, rc::Rc, time::Duration};

use clap::Parser;

use self::{
    measure::{Extent, Load},
    peer::Peer,
    postfix::Postfix,
    relay::Template,
    report::{Report, Row},
};

/// Why something could not be measured.
type Failed = Box<dyn Error + Send + Sync>;

const SIZES: [usize; 2] = [5 << 10, 50 << 10];
const SESSIONS: [usize; 3] = [1, 10, 100];
/// Keys that are kept ready: the relay's default.
const KEYS: u64 = 16;
const KEYS_BRIEFLY: u64 = 4;
/// Keys for the measurement of new senders.
const NEW_SENDERS: u64 = 200;
/// So many relays on one PostgreSQL.
const RELAYS: [usize; 2] = [1, 3];
/// A message of the largest size that providers commonly take, in MiB.
const LARGE: usize = 40;

#[derive(Parser)]
struct Arguments {
    /// Measures only parts whose name contains this text, and writes no file.
    #[arg(long)]
    only: Option<String>,
    /// Seconds of one measurement.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// A few messages of each kind, without Postfix as a peer; checks that the report has all rows.
    #[arg(long)]
    brief: bool,
    /// The folder of the report.
    #[arg(long, default_value = "docs")]
    output: PathBuf,
}

struct Bench {
    arguments: Arguments,
    extent: Extent,
    report: Report,
    /// Made when it is first needed: it takes some seconds.
    template: Option<Rc<Template>>,
}

fn main() -> Result<(), Failed> {
    let arguments = Arguments::parse();
    let extent = Extent {
        time: Duration::from_secs(arguments.seconds),
        most: if arguments.brief { 20 } else { 100_000 },
    };
    let mut bench = Bench {
        arguments,
        extent,
        report: Report {
            busy: process::busy(Duration::from_secs(1)),
            ..Report::default()
        },
        template: None,
    };
    bench.loads()?;
    bench.senders()?;
    bench.databases()?;
    bench.memory()?;
    bench.several()?;
    bench.finish()
}

impl Bench {
    fn wants(&self, name: &str) -> bool {
        self.arguments
            .only
            .as_ref()
            .is_none_or(|only| name.contains(only.as_str()))
    }

    fn template(&mut self) -> Result<Rc<Template>, Failed> {
        let template = match self.template.take() {
            Some(template) => template,
            None => Rc::new(Template::make(if self.arguments.brief { KEYS_BRIEFLY } else { KEYS })?),
        };
        Ok(Rc::clone(self.template.insert(template)))
    }

    fn loads(&mut self) -> Result<(), Failed> {
        let brief = self.arguments.brief;
        let loads: Vec<Load> = SIZES
            .into_iter()
            .flat_map(|size| SESSIONS.map(|sessions| Load { size, sessions }))
            .filter(|load| !brief || (load.sessions, load.size) == (10, SIZES[0]))
            .collect();
        let names = |kind: &str| -> Vec<Load> {
            let wanted = loads.iter().filter(|load| self.wants(&format!("{kind} {load}")));
            wanted.copied().collect()
        };
        let (of_relay, of_postfix) = (names("relay"), names("postfix"));
        if !of_relay.is_empty() {
            let template = self.template()?;
            self.rows(&*template, &of_relay)?;
        }
        if of_postfix.is_empty() || brief {
            return Ok(());
        }
        match Postfix::prepare()? {
            Some([back, over]) => {
                self.rows(&back, &of_postfix)?;
                let of_over: Vec<_> = of_postfix.into_iter().filter(|load| load.sessions == 10).collect();
                self.rows(&over, &of_over)
            }
            None => {
                println!("Postfix is not measured: it is not installed, or this is not root.");
                Ok(())
            }
        }
    }

    fn rows(&mut self, peer: &dyn Peer, loads: &[Load]) -> Result<(), Failed> {
        for load in loads {
            println!("{}, {load} …", peer.name());
            let row = Row {
                peer: peer.name(),
                load: *load,
                throughput: measure::throughput(peer, *load, self.extent)?,
                latency: measure::latency(peer, *load, self.extent)?,
            };
            self.report.rows.push(row);
        }
        Ok(())
    }

    fn senders(&mut self) -> Result<(), Failed> {
        if !self.wants("senders") {
            return Ok(());
        }
        println!("New senders …");
        let measured = match self.arguments.brief {
            true => measure::senders(&*self.template()?, KEYS_BRIEFLY)?,
            // The pool must not run dry: it is slower to fill than to empty.
            false => measure::senders(&Template::make(NEW_SENDERS)?, NEW_SENDERS * 3 / 4)?,
        };
        self.report.senders = Some(measured);
        Ok(())
    }

    fn databases(&mut self) -> Result<(), Failed> {
        if !self.wants("database") || self.arguments.brief {
            return Ok(());
        }
        println!("A full database …");
        let load = Load {
            size: SIZES[0],
            sessions: 10,
        };
        let template = self.template()?;
        let empty = measure::throughput(&*template, load, self.extent)?;
        let template = template.copy()?;
        fill::fill(&template.database())?;
        let full = measure::throughput(&template, load, self.extent)?;
        self.report.databases = Some((empty, full));
        Ok(())
    }

    fn memory(&mut self) -> Result<(), Failed> {
        if !self.wants("memory") {
            return Ok(());
        }
        println!("Memory …");
        let size = if self.arguments.brief { 1 } else { LARGE };
        let measured = measure::memory(&*self.template()?, size << 20)?;
        self.report.memory = measured.map(|(idle, added)| (idle, added, size));
        Ok(())
    }

    fn several(&mut self) -> Result<(), Failed> {
        if !self.wants("several") {
            return Ok(());
        }
        let brief = self.arguments.brief;
        let keys = if brief { KEYS_BRIEFLY } else { KEYS };
        for size in SIZES.into_iter().take(if brief { 1 } else { SIZES.len() }) {
            let load = Load { size, sessions: 10 };
            for relays in RELAYS.into_iter().skip(usize::from(brief)) {
                println!("On PostgreSQL, {relays} relays, {load} …");
                let together = several::measure(relays, keys, load, self.extent)?;
                self.report.together.push((load, together));
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), Failed> {
        if self.wants("steps") {
            self.report.steps = steps::read()?;
        }
        if self.arguments.only.is_some() {
            print!("{}", self.report.tables()?);
            return Ok(());
        }
        fs::create_dir_all(&self.arguments.output)?;
        let (plot, file) = ("performance.svg", self.arguments.output.join("PERFORMANCE.md"));
        plot::draw(&self.arguments.output.join(plot), &self.report.rows)?;
        let text = self.report.text(&machine(), plot)?;
        fs::write(&file, &text)?;
        print!("{text}");
        if self.arguments.brief {
            self.report.check(&text)?;
        }
        Ok(())
    }
}

/// Of what kind it is, without its name.
fn machine() -> String {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{processors} processors, {} on {}",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}
