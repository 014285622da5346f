//! Runs the operator's command that prints the master key, within limits.

use std::{
    fmt,
    io::{self, Read},
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

use super::{VaultError, master::MAX_FILE};

/// How long the command may take. A service on the network answers within seconds, and a start of the relay waits for it.
const MOST_TIME: Duration = Duration::from_secs(30);

/// How often it is looked whether the command has ended.
const LOOK: Duration = Duration::from_millis(20);

/// Most octets of the error output that are shown.
const MOST_SAID: usize = 2000;

/// A program and its arguments. No shell reads them.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyCommand {
    program: String,
    arguments: Vec<String>,
    most_time: Duration,
}

/// Why a command line cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a program and its arguments, with a shell's quotes")]
pub struct KeyCommandError;

/// Why the command gave no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// It cannot be started.
    #[error("it cannot be run")]
    Start(#[source] io::Error),
    /// It took too long, and was killed.
    #[error("it did not end within {} seconds", .0.as_secs())]
    Time(Duration),
    /// It printed more than a key.
    #[error("it printed more than {MAX_FILE} octets")]
    Length,
    /// It printed something that is no text.
    #[error("it printed something that is no text")]
    NoText,
    /// It said that it failed.
    #[error("{status}, and said: {said}")]
    Failed {
        /// How it ended.
        status: ExitStatus,
        /// The beginning of its error output.
        said: String,
    },
}

impl KeyCommand {
    /// Parses a command line. Quotes are a shell's. Variables and patterns mean nothing.
    ///
    /// # Errors
    /// A quote is not closed, or there is no program.
    pub fn parse(text: &str) -> Result<Self, KeyCommandError> {
        let mut words = shell_words::split(text).map_err(|_| KeyCommandError)?.into_iter();
        Ok(Self {
            program: words.next().filter(|word| !word.is_empty()).ok_or(KeyCommandError)?,
            arguments: words.collect(),
            most_time: MOST_TIME,
        })
    }

    /// Gives the command another time.
    #[must_use]
    pub fn within(mut self, most_time: Duration) -> Self {
        self.most_time = most_time;
        self
    }

    pub(super) fn run(&self) -> Result<Zeroizing<String>, VaultError> {
        let failed = |source| VaultError::Command {
            program: self.program.clone(),
            source,
        };
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Its children are killed with it.
            .process_group(0)
            .spawn()
            .map_err(|error| failed(CommandError::Start(error)))?;
        let printed = self.wait(&mut child);
        if printed.is_err() {
            end(&mut child);
        }
        let text = printed.and_then(|bytes| {
            let text = std::str::from_utf8(&bytes).map_err(|_| CommandError::NoText)?;
            Ok(Zeroizing::new(text.to_owned()))
        });
        text.map_err(failed)
    }

    fn wait(&self, child: &mut Child) -> Result<Zeroizing<Vec<u8>>, CommandError> {
        let ends = Instant::now() + self.most_time;
        let printed = child.stdout.take().map(|from| read(from, MAX_FILE + 1));
        let said = child.stderr.take().map(|from| read_beginning(from, MOST_SAID));
        let late = || CommandError::Time(self.most_time);
        let printed = until(printed, ends).ok_or_else(late)?;
        if printed.len() > MAX_FILE {
            return Err(CommandError::Length);
        }
        let status = loop {
            match child.try_wait().map_err(CommandError::Start)? {
                Some(status) => break status,
                None if Instant::now() > ends => return Err(late()),
                None => thread::sleep(LOOK),
            }
        };
        if !status.success() {
            let said = until(said, ends).unwrap_or_default();
            let said = String::from_utf8_lossy(&said).trim().replace(char::is_control, " ");
            return Err(CommandError::Failed { status, said });
        }
        Ok(printed)
    }
}

impl fmt::Debug for KeyCommand {
    /// Arguments may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCommand")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

/// Reads on a thread of its own, as a pipe has no time limit. The pipe is closed at `most` octets, so that nobody writes for ever.
fn read(from: impl Read + Send + 'static, most: usize) -> Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(most));
        // Octets that were read before an error are judged by length and form.
        let _ = from.take(most as u64).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

/// The same, and reads the rest, so that nobody fails for saying much.
fn read_beginning(mut from: impl Read + Send + 'static, most: usize) -> Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(most));
        let _ = from.by_ref().take(most as u64).read_to_end(&mut bytes);
        let _ = io::copy(&mut from, &mut io::sink());
        let _ = sender.send(bytes);
    });
    receiver
}

fn until(from: Option<Receiver<Zeroizing<Vec<u8>>>>, ends: Instant) -> Option<Zeroizing<Vec<u8>>> {
    let left = ends.saturating_duration_since(Instant::now());
    from?.recv_timeout(left).ok()
}

/// Kills the command and all that it started.
fn end(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        // It may have ended in between.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.wait();
}
