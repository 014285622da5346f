//! A throw-away PostgreSQL, reached through a socket in its own folder and gone with the value.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use tempfile::TempDir;

/// A running server, which several databases share.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    databases: AtomicU32,
    options: &'static str,
}

/// For tests: nobody needs its data after a crash of the machine.
const QUICK: &str = "-c fsync=off";

impl Postgres {
    /// As user `postgres` if the tests run as root, which the server refuses.
    pub fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), QUICK)
    }

    /// With the settings that PostgreSQL comes with, `fsync` among them, and its data in that folder.
    pub fn start_durable(folder: TempDir) -> Self {
        Self::start_in(folder, "")
    }

    fn start_in(folder: TempDir, options: &'static str) -> Self {
        let server = Self {
            folder,
            programs: programs(),
            databases: AtomicU32::new(0),
            options,
        };
        let folder = server.folder.path().display().to_string();
        if is_root() {
            succeed(Command::new("chown").arg("postgres").arg(&folder));
        }
        let data = format!("{folder}/data");
        succeed(
            server
                .program("initdb")
                .args(["-D", &data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8"]),
        );
        server.start_again();
        server
    }

    /// The address of a new, empty database.
    pub fn database(&self) -> String {
        self.database_named(&format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed)))
    }

    /// The same, under a name that no other has.
    pub fn database_named(&self, name: &str) -> String {
        let folder = self.folder.path().display().to_string();
        succeed(self.program("createdb").args(["-h", &folder, "-U", "postgres", name]));
        format!("postgres://postgres@localhost/{name}?host={folder}")
    }

    /// The folder of its socket.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The process that all others of the server descend from.
    pub fn process(&self) -> u32 {
        let file = self.folder.path().join("data/postmaster.pid");
        let text = std::fs::read_to_string(file).unwrap();
        text.lines().next().unwrap().parse().unwrap()
    }

    /// Starts it, the first time or after [`Postgres::stop`].
    pub fn start_again(&self) {
        let folder = self.folder.path().display();
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={folder} {}",
            self.options
        );
        let (data, log) = (format!("{folder}/data"), format!("{folder}/log"));
        succeed(
            self.program("pg_ctl")
                .args(["start", "-w", "-D", &data, "-l", &log, "-o", &options]),
        );
    }

    /// Stops it as a crash would.
    pub fn stop(&self) {
        let data = format!("{}/data", self.folder.path().display());
        succeed(
            self.program("pg_ctl")
                .args(["stop", "-w", "-m", "immediate", "-D", &data]),
        );
    }

    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(path);
                command
            }
            false => Command::new(path),
        };
        command.current_dir("/");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let folders = versions.flatten().map(|version| version.path().join("bin"));
    let mut found: Vec<_> = folders.filter(|folder| folder.join("initdb").exists()).collect();
    found.sort();
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    };
    found
        .pop()
        .or_else(on_path)
        .expect("PostgreSQL's server programs are missing: install the package `postgresql`")
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    Path::new("/proc/self")
        .metadata()
        .is_ok_and(|process| process.uid() == 0)
}

fn succeed(command: &mut Command) {
    // Not through pipes: the server that pg_ctl leaves behind would keep them open.
    let log = tempfile::NamedTempFile::new().unwrap();
    let status = command
        .stdout(log.reopen().unwrap())
        .stderr(log.reopen().unwrap())
        .status()
        .unwrap();
    let text = std::fs::read_to_string(log.path()).unwrap();
    assert!(status.success(), "{command:?}: {text}");
}
