//! The operator of one relay: its folder, its settings, and what `sealpost doctor` says about it.

use std::{
    collections::BTreeMap,
    fmt, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use tempfile::TempDir;
use test_support::dns::Dns;

/// The settings of a relay, in a folder of its own.
pub struct Operator {
    pub folder: TempDir,
    /// The CA that its commands trust, in place of the system's.
    pub trusted: Option<PathBuf>,
    _dns: Dns,
    settings: BTreeMap<String, String>,
}

/// What the doctor said.
pub struct Findings {
    pub code: Option<i32>,
    findings: Vec<serde_json::Value>,
}

/// A running relay; killed with this value.
pub struct Running(Child);

impl Operator {
    /// A relay with a real domain, that delivers straight to its recipients' hosts. Its resolver answers, and knows nothing.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let dns = Dns::start(&[]);
        let resolver = dns.address.to_string();
        let settings = [
            ("DOMAIN", "relay.example.org"),
            ("MX_HOST", "mail.example.org"),
            ("PUBLIC_URL", "https://web.example.org"),
            ("SIGN_UP", "invite"),
            ("DELIVERY", "mx"),
            ("HTTP", "127.0.0.1:0"),
            ("SMTP", "127.0.0.1:0"),
            ("KEY_POOL", "1"),
            ("DATA", data.to_str().unwrap()),
            ("DNS", &resolver),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            folder,
            trusted: None,
            _dns: dns,
            settings: settings.into(),
        }
    }

    /// The same with a setting.
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.set(name, value);
        self
    }

    pub fn set(&mut self, name: &str, value: impl fmt::Display) {
        self.settings.insert(name.to_owned(), value.to_string());
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Runs a command of the program.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Runs the doctor, and reads what it says.
    pub fn doctor(&self, arguments: &[&str]) -> Findings {
        read(&self.run(&[&["doctor", "--json"], arguments].concat()))
    }

    /// The same by another program, which runs it.
    pub fn doctor_by(&self, program: &[&str]) -> Findings {
        let relay = self.command();
        let mut command = Command::new(program[0]);
        command
            .args(&program[1..])
            .arg(relay.get_program())
            .args(["doctor", "--json"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .current_dir(self.folder.path());
        command.envs(relay.get_envs().filter_map(|(name, value)| Some((name, value?))));
        read(&command.output().unwrap())
    }

    /// Starts the relay, and waits until it runs.
    pub fn start(&self) -> Running {
        let mut child = self.command().stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        assert!(
            lines.any(|line| line.contains("Ctrl-C stops it")),
            "the relay does not start"
        );
        Running(child)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealpost"));
        command
            .env_clear()
            .current_dir(self.folder.path())
            .env("RUST_LOG", "off");
        command.envs(self.trusted.iter().map(|file| ("SSL_CERT_FILE", file)));
        let variables = self.settings.iter();
        command.envs(variables.map(|(name, value)| (format!("SEALPOST_{name}"), value)));
        command
    }

    /// All files of the folder: path, content and mode. SQLite's shared memory has only its name here, as each reader writes
    /// its place there.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.folder.path(), &mut files);
        files
    }
}

fn read(output: &Output) -> Findings {
    let said = String::from_utf8_lossy(&output.stdout);
    let report: serde_json::Value = serde_json::from_str(&said)
        .unwrap_or_else(|error| panic!("{error}: {said}{}", String::from_utf8_lossy(&output.stderr)));
    Findings {
        code: output.status.code(),
        findings: report["findings"].as_array().unwrap().clone(),
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        }
        let is_content = path.is_file() && path.extension().is_none_or(|extension| extension != "db-shm");
        let content = if is_content {
            fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        files.insert(path, content);
    }
}

impl Findings {
    /// Fails unless a finding of this check has this state, says this, and says what to do.
    #[track_caller]
    pub fn assert(&self, check: &str, state: &str, says: &str) {
        let mut found = self.findings.iter().filter(|finding| finding["check"] == check);
        let is_it = |finding: &serde_json::Value| {
            let text = |field: &str| finding[field].as_str().unwrap().to_owned();
            let is_complete = state != "bad" || (!text("means").is_empty() && !text("action").is_empty());
            text("state") == state && text("found").contains(says) && is_complete
        };
        assert!(
            found.any(is_it),
            "no {state} finding of {check} says {says:?}: {self:?}"
        );
    }

    /// The checks that are not good, with their states.
    pub fn not_good(&self) -> Vec<(&str, &str)> {
        let words = self
            .findings
            .iter()
            .map(|finding| (finding["check"].as_str().unwrap(), finding["state"].as_str().unwrap()));
        words.filter(|(_, state)| *state != "good").collect()
    }
}

impl fmt::Debug for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
