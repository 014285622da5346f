//! The program itself, as the operator starts it.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use crate::{
    queue::HANG,
    support::home::{MASTER, database},
};

/// A running relay; killed with this value.
pub struct Program {
    child: Child,
    said: Receiver<SocketAddr>,
}

impl Program {
    /// Starts it over a folder that a [`crate::support::home::Home`] has made.
    pub fn start(data: &Path, delivery: &str) -> Self {
        Self::start_as(Command::new(env!("CARGO_BIN_EXE_sealpost")), data, delivery)
    }

    /// The same through another command.
    pub fn start_as(command: Command, data: &Path, delivery: &str) -> Self {
        Self::start_with(command, data, delivery, &[])
    }

    /// The same with settings of its own.
    pub fn start_with(mut command: Command, data: &Path, delivery: &str, settings: &[(&str, &str)]) -> Self {
        let path = std::env::var_os("PATH").unwrap();
        let mut child = command
            .env_clear()
            .current_dir(data)
            .env("PATH", path)
            .env("SEALPOST_DOMAIN", "relay.example")
            .env("SEALPOST_DATA", data)
            .env("SEALPOST_DATABASE_URL", database(data))
            .env("SEALPOST_MASTER_KEY", MASTER)
            .env("SEALPOST_HTTP", "127.0.0.1:0")
            .env("SEALPOST_SMTP", "127.0.0.1:0")
            .env("SEALPOST_SENDER_AUTH", "off")
            .env("SEALPOST_DELIVERY", delivery)
            .env("SEALPOST_DELIVERIES", "8")
            .env("SEALPOST_RETRY_SECONDS", "1")
            .env("SEALPOST_KEY_POOL", "2")
            .env("RUST_LOG", "off")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, said) = channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let address = line.trim().strip_prefix("SMTP").map(str::trim);
                if let Some(address) = address.and_then(|address| address.parse().ok()) {
                    // Nobody listens where the program was killed in the meantime.
                    let _ = sender.send(address);
                }
            }
        });
        Self { child, said }
    }

    /// Where it takes mail, once it does; nothing where it does not within this time.
    pub fn smtp_within(&self, time: Duration) -> Option<SocketAddr> {
        self.said.recv_timeout(time).ok()
    }

    pub fn smtp(&self) -> SocketAddr {
        self.smtp_within(HANG).expect("the program starts")
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM.
    pub fn terminate(self) -> ExitStatus {
        self.signal("TERM")
    }

    /// Sends a signal that ends it.
    pub fn signal(self, name: &str) -> ExitStatus {
        self.send(name);
        self.wait()
    }

    /// Waits until it ends by itself.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Sends a signal.
    pub fn send(&self, name: &str) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(told.success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
