//! The relay under test, with a person, an alias, an active profile and one known sender.

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    Failed, network,
    peer::{Peer, Recipient, Running, Target},
    stamped::{Plan, Stage},
};

const DOMAIN: &str = "relay.example";
const LOCAL: &str = "amber-otter-417";
const ALIAS: &str = "amber-otter-417@relay.example";

/// The longest wait for the pool of keys, or for the program's end.
const PATIENCE: Duration = Duration::from_secs(600);

/// A data folder in which everything is ready: each relay starts on a copy of it.
pub struct Template {
    folder: TempDir,
    keys: u64,
}

struct Relay {
    program: Program,
    folder: TempDir,
}

/// The relay's process.
pub struct Program {
    target: Target,
    metrics: SocketAddr,
    child: Child,
}

/// Has a person with an alias and an active profile made. Without a database it is SQLite in the folder.
pub fn add_person(folder: &Path, database: Option<&str>) -> Result<(), Failed> {
    let devices = scratch()?;
    let database = database.map(|database| format!("--database={database}"));
    let added = Command::new(beside("examples/add_person")?)
        .args(database)
        .args([folder.as_os_str(), DOMAIN.as_ref()])
        .args(["ann@example.org", LOCAL, "smime"])
        .args([devices.path().as_os_str(), "correct horse battery".as_ref()])
        .stdout(Stdio::null())
        .status()?;
    match added.success() {
        true => Ok(()),
        false => Err("add_person failed".into()),
    }
}

impl Template {
    /// Makes the person, fills the pool with so many keys, and lets one message make the sender known.
    pub fn make(keys: u64) -> Result<Self, Failed> {
        let folder = scratch()?;
        add_person(folder.path(), None)?;
        let relay = Relay::start(folder, keys)?;
        let one = Plan {
            sessions: 1,
            messages: 1,
            size: 1000,
            new_senders: false,
        };
        Stage::set(&relay.program.target)?.run(&one)?;
        relay.program.wait_for_keys(keys)?;
        let folder = relay.stop()?;
        Ok(Self { folder, keys })
    }

    /// Another of the same.
    pub fn copy(&self) -> Result<Self, Failed> {
        let folder = scratch()?;
        for entry in fs::read_dir(self.folder.path())? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                let copy = folder.path().join(entry.file_name());
                fs::copy(entry.path(), &copy)?;
                // Else the relay's first transaction would pay for it.
                File::open(copy)?.sync_all()?;
            }
        }
        Ok(Self {
            folder,
            keys: self.keys,
        })
    }

    /// The database's file.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("sealpost.db")
    }
}

impl Peer for Template {
    fn name(&self) -> &'static str {
        "Sealpost"
    }

    fn start(&self) -> Result<Box<dyn Running>, Failed> {
        let Self { folder, keys } = self.copy()?;
        Ok(Box::new(Relay::start(folder, keys)?))
    }
}

impl Relay {
    fn start(folder: TempDir, keys: u64) -> Result<Self, Failed> {
        let program = Program::start(folder.path(), network::free()?, keys, None)?;
        Ok(Self { program, folder })
    }

    /// Stops it as an operator does.
    fn stop(mut self) -> Result<TempDir, Failed> {
        self.program.stop()?;
        Ok(self.folder)
    }
}

impl Running for Relay {
    fn target(&self) -> &Target {
        &self.program.target
    }
}

impl Program {
    /// Starts the program with the settings that docs/OPERATING.md names. Only the limits differ from their defaults: one
    /// person gets all the mail here.
    pub fn start(folder: &Path, sink: SocketAddr, keys: u64, database: Option<&str>) -> Result<Self, Failed> {
        let (smtp, metrics) = (network::free()?, network::free()?);
        let log = File::create(folder.join(format!("log-{}", smtp.port())))?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let child = Command::new(beside("sealpost")?)
            .env_clear()
            .current_dir(folder)
            .env("PATH", path)
            .env("SEALPOST_DOMAIN", DOMAIN)
            .env("SEALPOST_DATA", folder)
            .envs(database.map(|database| ("SEALPOST_DATABASE_URL", database)))
            .env("SEALPOST_HTTP", "127.0.0.1:0")
            .env("SEALPOST_SMTP", smtp.to_string())
            .env("SEALPOST_METRICS", metrics.to_string())
            .env("SEALPOST_DELIVERY", format!("smtp://{sink}"))
            .env("SEALPOST_SENDER_AUTH", "off")
            .env("SEALPOST_KEY_POOL", keys.to_string())
            .env("SEALPOST_MAX_MESSAGES_PER_HOUR", "1000000000")
            .env("SEALPOST_MAX_NEW_CONTACTS_PER_CLIENT", "1000000000")
            .env("SEALPOST_MAX_NEW_CONTACTS_PER_ALIAS", "1000000000")
            .env("SEALPOST_MAX_NEW_CONTACTS_PER_ACCOUNT", "1000000000")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let program = Self {
            target: Target {
                smtp,
                sink,
                process: child.id(),
                recipient: Recipient::Alias(ALIAS),
            },
            metrics,
            child,
        };
        network::wait_for(smtp)?;
        program.wait_for_keys(keys)?;
        Ok(program)
    }

    /// Its addresses and its process.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Waits until the pool holds so many keys.
    fn wait_for_keys(&self, keys: u64) -> Result<(), Failed> {
        let start = Instant::now();
        while self.keys()? < keys {
            if start.elapsed() > PATIENCE {
                return Err("the pool of keys was not filled".into());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn keys(&self) -> Result<u64, Failed> {
        network::wait_for(self.metrics)?;
        let mut connection = TcpStream::connect(self.metrics)?;
        connection.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut page = String::new();
        connection.read_to_string(&mut page)?;
        let line = page.lines().find_map(|line| line.strip_prefix("sealpost_key_pool "));
        Ok(line.ok_or("the metrics do not tell the pool")?.trim().parse()?)
    }

    fn stop(&mut self) -> Result<(), Failed> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-s", "TERM", &id]).status()?;
        let start = Instant::now();
        while self.child.try_wait()?.is_none() {
            if start.elapsed() > PATIENCE {
                return Err("the relay does not stop".into());
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already if it was stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder on the disk, as a folder in memory would make `fsync` free.
pub fn scratch() -> Result<TempDir, Failed> {
    let disk = Path::new("/var/tmp");
    Ok(match disk.is_dir() {
        true => tempfile::tempdir_in(disk)?,
        false => tempfile::tempdir()?,
    })
}

/// A program that was built with this one.
fn beside(name: &str) -> Result<PathBuf, Failed> {
    let this = std::env::current_exe()?;
    let folder = this
        .parent()
        .and_then(Path::parent)
        .ok_or("this program has no folder")?;
    let program = folder.join(name);
    match program.exists() {
        true => Ok(program),
        false => Err(format!("{} is missing: `make bench` builds it", program.display()).into()),
    }
}
