//! dnsmasq, authoritative for `.test`, asking nobody else.

use std::{
    io::Write,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// A running dnsmasq; it ends with this value.
pub struct Dns {
    pub address: SocketAddr,
    process: Child,
}

impl Dns {
    /// With some records, as arguments of dnsmasq.
    pub fn start(records: &[&str]) -> Self {
        // Another program may take the port in the moment between.
        (0..5).find_map(|_| Self::try_start(records)).expect("dnsmasq starts")
    }

    fn try_start(records: &[&str]) -> Option<Self> {
        let address = test_support::ports::free();
        let dnsmasq = ["/usr/sbin/dnsmasq", "/opt/homebrew/sbin/dnsmasq", "dnsmasq"]
            .into_iter()
            .find(|path| !path.starts_with('/') || Path::new(path).exists())
            .unwrap();
        let mut command = Command::new(dnsmasq);
        command
            .args([
                "--keep-in-foreground",
                "--no-resolv",
                "--no-hosts",
                "--conf-file=/dev/null",
                "--bind-interfaces",
            ])
            .args([
                "--listen-address=127.0.0.1",
                "--local=/test/",
                "--user=",
                "--group=",
                "--pid-file=",
            ])
            .arg(format!("--port={}", address.port()))
            .args(records)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = command
            .spawn()
            .unwrap_or_else(|error| panic!("dnsmasq (Debian: dnsmasq-base) does not start: {error}"));
        let mut dns = Self { address, process };
        for _ in 0..2400 {
            // It serves TCP as well, which tells without a query whether it is up.
            if let Ok(mut up) = std::net::TcpStream::connect(address) {
                up.flush().unwrap();
                return Some(dns);
            }
            if dns.process.try_wait().unwrap().is_some() {
                return None;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("dnsmasq did not start");
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
