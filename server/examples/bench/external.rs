//! Postfix's own load generator and sink, `smtp-source` and `smtp-sink`.

use std::{
    io::Read,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use rustix::process::geteuid;

use crate::{
    Failed, network,
    peer::Target,
    stamped::{KNOWN, MARK_OF_NONE},
};

/// The longest time in which no further message arrives.
const SILENCE: Duration = Duration::from_secs(90);

/// A running `smtp-sink`, which counts.
pub struct Sink {
    child: Child,
    counts: Receiver<(u64, Instant)>,
    seen: u64,
}

impl Sink {
    /// Starts it.
    pub fn start(address: SocketAddr) -> Result<Self, Failed> {
        let mut command = program("smtp-sink");
        if geteuid().is_root() {
            command.args(["-u", "nobody"]);
        }
        let mut child = command
            .args(["-c", &address.to_string(), "1000"])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = child.stdout.take().ok_or("smtp-sink has no output")?;
        let (sender, counts) = channel();
        thread::spawn(move || {
            let (mut text, mut chunk) = (String::new(), [0; 4096]);
            while let Ok(length @ 1..) = output.read(&mut chunk) {
                text.push_str(&String::from_utf8_lossy(&chunk[..length]));
                // Each count ends with a carriage return; the last of a chunk may be cut.
                let Some((whole, rest)) = text.rsplit_once('\r') else {
                    continue;
                };
                let last = whole.rsplit("mesg=").next().and_then(|count| count.trim().parse().ok());
                let rest = rest.to_owned();
                if last.is_some_and(|count: u64| sender.send((count, Instant::now())).is_err()) {
                    return;
                }
                text = rest;
            }
        });
        network::wait_for(address)?;
        Ok(Self { child, counts, seen: 0 })
    }

    /// Waits until so many have arrived in all; gives the moment.
    pub fn wait_for(&mut self, messages: u64) -> Result<Instant, Failed> {
        if self.seen >= messages {
            return Ok(Instant::now());
        }
        loop {
            let (count, at) = self
                .counts
                .recv_timeout(SILENCE)
                .map_err(|_| format!("{} of {messages} messages arrived", self.seen))?;
            self.seen = count;
            if count >= messages {
                return Ok(at);
            }
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends messages over so many sessions at a time, each over a connection of its own; gives the time until all were taken.
pub fn send(target: &Target, messages: u64, size: usize, sessions: usize) -> Result<Duration, Failed> {
    let start = Instant::now();
    let status = program("smtp-source")
        .args(["-s", &sessions.to_string(), "-m", &messages.to_string()])
        .args(["-l", &size.to_string(), "-M", "sender.example", "-f", KNOWN])
        .args(["-t", &target.recipient(MARK_OF_NONE), &target.smtp.to_string()])
        .status()?;
    match status.success() {
        true => Ok(start.elapsed()),
        false => Err("smtp-source was refused".into()),
    }
}

fn program(name: &str) -> Command {
    Command::new(path(name))
}

/// The path of a program. Debian keeps programs of administrators outside of other people's `PATH`.
pub fn path(name: &str) -> String {
    let places = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"];
    let mut paths = places.iter().map(|place| format!("{place}/{name}"));
    let found = paths.find(|path| Path::new(path).exists());
    found.unwrap_or_else(|| name.to_owned())
}
