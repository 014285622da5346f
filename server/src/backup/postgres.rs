//! PostgreSQL's own programs dump and restore. `pg_dump` reads one snapshot, and knows every type, sequence and index of the server's
//! version; what is restored does not depend on this program's idea of the schema.
//!
//! The parts of the database's address go to the programs in their environment, as a command line is seen by every user.

use std::{
    io::{self, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    thread::{self, JoinHandle},
};

use percent_encoding::percent_decode_str;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{BackupError, archive};
use crate::{
    store::copy::{KEY_CHECK_TABLE, QUEUE_TABLES},
    vault::Wrapped,
};

const DUMP: &str = "pg_dump";
const RESTORE: &str = "pg_restore";

/// Most octets of what a program says about an error.
const MOST_SAID: usize = 4096;

/// Most octets of the list of a dump's contents. One has about 20,000.
const MOST_LISTED: usize = 4 << 20;

/// Dumps a database into a writer.
pub(super) fn dump(url: &str, server: u32, into: &mut dyn Write, stop: &CancellationToken) -> Result<(), BackupError> {
    require(DUMP, server)?;
    let mut command = program(DUMP, Some(url));
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--no-password"]);
    let (mut running, stdin) = Running::start(DUMP, &mut command)?;
    drop(stdin);
    let mut output = running
        .child
        .stdout
        .take()
        .ok_or_else(|| missing(DUMP, io::Error::other("it has no output")))?;
    archive::copy(&mut output, into, stop)?;
    running.finish()
}

/// Restores a dump, in one transaction. The rows of what `list` leaves out are not restored.
pub(super) struct Restoring {
    running: Running,
    stdin: ChildStdin,
    output: JoinHandle<Vec<u8>>,
}

impl Restoring {
    /// Starts, with a file that lists what to restore.
    pub fn start(url: &str, server: u32, list: &std::path::Path) -> Result<Self, BackupError> {
        require(RESTORE, server)?;
        let mut command = program(RESTORE, Some(url));
        command
            .args([
                "--single-transaction",
                "--exit-on-error",
                "--no-owner",
                "--no-privileges",
            ])
            // An address that says nothing: all of it is in the environment.
            .args(["--no-password", "--dbname=postgresql://", "--use-list"])
            .arg(list);
        let (mut running, stdin) = Running::start(RESTORE, &mut command)?;
        let output = collect(running.child.stdout.take(), MOST_SAID);
        Ok(Self { running, stdin, output })
    }

    /// Feeds it. If this fails the transaction is rolled back.
    pub fn feed(&mut self, from: &mut dyn Read, stop: &CancellationToken) -> Result<(), BackupError> {
        match archive::copy(from, &mut self.stdin, stop) {
            // It ended, and says why.
            Err(BackupError::Write(_)) => Err(self.running.failed()),
            copied => copied.map(drop),
        }
    }

    /// Waits for its commit.
    pub fn finish(mut self) -> Result<(), BackupError> {
        drop(self.stdin);
        self.running.finish()?;
        let _ = self.output.join();
        Ok(())
    }
}

/// Reads a dump without any server: its list of contents, and the value by which its master key is recognised.
pub(super) struct Reading {
    list: Fed,
    key_check: Fed,
}

/// The outcome of reading.
pub(super) struct Contents {
    /// The list, as `pg_restore --use-list` takes it.
    pub list: String,
    /// The value by which the master key is recognised.
    pub key_check: Option<Wrapped>,
}

/// A program that reads the dump.
struct Fed {
    running: Running,
    /// `None` when it has read enough.
    stdin: Option<ChildStdin>,
    output: JoinHandle<Vec<u8>>,
}

impl Fed {
    fn start(arguments: &[&str], most: usize) -> Result<Self, BackupError> {
        let (mut running, stdin) = Running::start(RESTORE, program(RESTORE, None).args(arguments))?;
        let output = collect(running.child.stdout.take(), most);
        let stdin = Some(stdin);
        Ok(Self { running, stdin, output })
    }

    fn feed(&mut self, bytes: &[u8]) {
        let written = self.stdin.as_mut().map(|stdin| stdin.write_all(bytes));
        if let Some(Err(_)) = written {
            // It has read what it needs, or failed, as its end will tell.
            self.stdin = None;
        }
    }

    fn finish(mut self) -> Result<String, BackupError> {
        self.stdin = None;
        self.running.finish()?;
        let output = self.output.join().unwrap_or_default();
        String::from_utf8(output).map_err(|_| BackupError::Damaged("the dump of the database"))
    }
}

impl Reading {
    /// Starts.
    pub fn start() -> Result<Self, BackupError> {
        let table = format!("--table={KEY_CHECK_TABLE}");
        Ok(Self {
            list: Fed::start(&["--list"], MOST_LISTED)?,
            key_check: Fed::start(&["--data-only", &table, "--file=-"], MOST_LISTED)?,
        })
    }

    /// Returns what was read.
    pub fn finish(self) -> Result<Contents, BackupError> {
        let list = self.list.finish()?;
        let key_check = key_check(&self.key_check.finish()?)?;
        Ok(Contents { list, key_check })
    }
}

impl Write for Reading {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.list.feed(bytes);
        self.key_check.feed(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Finds the value in the rows of its table, which are in the text form of COPY.
fn key_check(rows: &str) -> Result<Option<Wrapped>, BackupError> {
    let mut lines = rows.lines().skip_while(|line| !line.starts_with("COPY "));
    let Some(row) = lines.nth(1).filter(|row| *row != "\\.") else {
        return Ok(None);
    };
    let value = row.split('\t').find_map(|field| field.strip_prefix("\\\\x"));
    let bytes = value.and_then(|digits| hex::decode(digits).ok());
    match bytes {
        Some(bytes) => Ok(Some(Wrapped(bytes))),
        None => Err(BackupError::Damaged("the dump of the database")),
    }
}

/// Takes the rows of the queue out of a list.
pub(super) fn without_queue(list: &str) -> String {
    let is_kept = |line: &&str| {
        let words: Vec<_> = line.split_whitespace().collect();
        // "3412; 0 16402 TABLE DATA public queue postgres"
        let name = words
            .windows(4)
            .find_map(|words| (words[..2] == ["TABLE", "DATA"]).then_some(words[3]));
        !name.is_some_and(|name| QUEUE_TABLES.contains(&name))
    };
    list.lines().filter(is_kept).map(|line| format!("{line}\n")).collect()
}

/// Fails if the program is missing, or older than the server.
fn require(name: &'static str, server: u32) -> Result<(), BackupError> {
    let output = program(name, None)
        .arg("--version")
        .output()
        .map_err(|error| missing(name, error))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match major(&text) {
        Some(own) if own >= server => Ok(()),
        Some(own) => Err(BackupError::OldProgram {
            program: name,
            program_version: own,
            server,
        }),
        None => Err(BackupError::Program {
            program: name,
            said: text,
        }),
    }
}

/// The major version: "pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)".
fn major(text: &str) -> Option<u32> {
    let version = text.split(") ").nth(1)?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn missing(name: &'static str, error: io::Error) -> BackupError {
    match error.kind() {
        io::ErrorKind::NotFound => BackupError::NoProgram(name),
        _ => BackupError::Program {
            program: name,
            said: error.to_string(),
        },
    }
}

fn program(name: &str, url: Option<&str>) -> Command {
    let mut command = Command::new(name);
    // Texts of errors, and of versions, as this module reads them.
    command.env("LC_ALL", "C");
    if let Some(url) = url.and_then(|url| Url::parse(url).ok()) {
        command.envs(environment(&url));
    }
    command
}

/// The address of a database, as the variables of PostgreSQL's programs. The names are those that the relay's driver reads.
fn environment(url: &Url) -> Vec<(&'static str, String)> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut said = vec![
        // A URL has brackets around an IPv6 address.
        (
            "PGHOST",
            decoded(url.host_str().unwrap_or_default().trim_matches(['[', ']'])),
        ),
        ("PGPORT", url.port().map_or_else(String::new, |port| port.to_string())),
        ("PGUSER", decoded(url.username())),
        ("PGPASSWORD", decoded(url.password().unwrap_or_default())),
        ("PGDATABASE", decoded(url.path().trim_start_matches('/'))),
    ];
    // The value by which a master key is recognised is read from the dump in this form.
    let mut options = "-c bytea_output=hex".to_owned();
    for (key, value) in url.query_pairs() {
        let name = match &*key {
            "host" | "hostaddr" => "PGHOST",
            "port" => "PGPORT",
            "dbname" => "PGDATABASE",
            "user" => "PGUSER",
            "password" => "PGPASSWORD",
            "sslmode" | "ssl-mode" => "PGSSLMODE",
            "sslrootcert" | "ssl-root-cert" | "ssl-ca" => "PGSSLROOTCERT",
            "sslcert" | "ssl-cert" => "PGSSLCERT",
            "sslkey" | "ssl-key" => "PGSSLKEY",
            "options" => {
                options = format!("{options} {value}");
                continue;
            }
            _ => continue,
        };
        said.push((name, value.into_owned()));
    }
    said.push(("PGOPTIONS", options));
    said.retain(|(_, value)| !value.is_empty());
    said
}

/// A program at work. It is killed if this is dropped.
struct Running {
    name: &'static str,
    child: Child,
    said: Option<JoinHandle<Vec<u8>>>,
}

impl Running {
    fn start(name: &'static str, command: &mut Command) -> Result<(Self, ChildStdin), BackupError> {
        let started = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = started.map_err(|error| missing(name, error))?;
        let stdin = child
            .stdin
            .take()
            .ok_or_else(|| missing(name, io::Error::other("it has no input")))?;
        let said = Some(collect(child.stderr.take(), MOST_SAID));
        Ok((Self { name, child, said }, stdin))
    }

    fn finish(&mut self) -> Result<(), BackupError> {
        match self.child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(self.failed()),
            Err(error) => Err(missing(self.name, error)),
        }
    }

    /// Ends it, and returns what it said.
    fn failed(&mut self) -> BackupError {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let said = self.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        BackupError::Program {
            program: self.name,
            said: said.lines().map(str::trim).collect::<Vec<_>>().join("; "),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, mostly.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads what a program writes, on a thread of its own, so that it never waits. What is beyond the bound is dropped.
fn collect(from: Option<impl Read + Send + 'static>, most: usize) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut from) = from {
            let _ = from.by_ref().take(most as u64).read_to_end(&mut kept);
            let _ = io::copy(&mut from, &mut io::sink());
        }
        kept
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_variables() {
        let url = Url::parse("postgres://ann:p%40ss@db.example:5433/post?sslmode=require&options=-c%20x%3D1").unwrap();
        assert_eq!(
            environment(&url),
            [
                ("PGHOST", "db.example".to_owned()),
                ("PGPORT", "5433".into()),
                ("PGUSER", "ann".into()),
                ("PGPASSWORD", "p@ss".into()),
                ("PGDATABASE", "post".into()),
                ("PGSSLMODE", "require".into()),
                ("PGOPTIONS", "-c bytea_output=hex -c x=1".into()),
            ]
        );
        // A later variable of the same name is the one that counts.
        let socket = Url::parse("postgres://postgres@localhost/test0?host=/run/postgresql").unwrap();
        let hosts: Vec<_> = environment(&socket)
            .into_iter()
            .filter(|(name, _)| *name == "PGHOST")
            .collect();
        assert_eq!(hosts.last().unwrap().1, "/run/postgresql");
        let version_6 = Url::parse("postgres://ann@[::1]:5432/post").unwrap();
        assert_eq!(environment(&version_6)[0], ("PGHOST", "::1".to_owned()));
    }

    #[test]
    fn the_version_is_read() {
        for (text, expected) in [
            ("pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n", Some(15)),
            ("pg_dump (PostgreSQL) 18beta1\n", Some(18)),
            ("pg_dump: broken\n", None),
        ] {
            assert_eq!(major(text), expected, "{text}");
        }
    }

    #[test]
    fn only_the_rows_of_the_queue_are_left_out() {
        let list = "; Archive\n3412; 0 16402 TABLE DATA public queue postgres\n215; 1259 2 TABLE public queue postgres\n\
                    3413; 0 9 TABLE DATA public queue_piece postgres\n3414; 0 9 TABLE DATA public aliases queue\n";
        assert_eq!(
            without_queue(list),
            "; Archive\n215; 1259 2 TABLE public queue postgres\n3414; 0 9 TABLE DATA public aliases queue\n"
        );
    }

    #[test]
    fn the_key_check_is_read_from_its_row() {
        let rows = "SET x = 1;\nCOPY public.key_check (id, wrapped) FROM stdin;\n1\t\\\\x00ff\n\\.\n";
        assert_eq!(key_check(rows).unwrap().unwrap().0, [0, 255]);
        let none = "COPY public.key_check (id, wrapped) FROM stdin;\n\\.\n";
        assert!(key_check(none).unwrap().is_none());
        assert!(key_check("COPY public.key_check (id, wrapped) FROM stdin;\n1\tx\n").is_err());
    }
}
