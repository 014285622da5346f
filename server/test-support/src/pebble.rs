//! Let's Encrypt's own test CA, Pebble, on loopback. It forgets everything when it ends.

use std::{
    fs,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::ports::free;

/// What a CA looks up and where it knocks.
#[derive(Clone)]
pub struct Settings {
    /// The DNS server that it asks.
    pub dns: SocketAddr,
    /// Where it goes for HTTP-01, in the place of port 80.
    pub http_port: u16,
    /// Where it goes for TLS-ALPN-01, in the place of port 443.
    pub tls_port: u16,
    /// The name that it refuses.
    pub blocked: &'static str,
}

/// Where a CA will be. The certificate of its directory is the same each time that it starts.
pub struct Place {
    folder: TempDir,
    directory: SocketAddr,
    management: SocketAddr,
}

/// A running CA; it ends with this value.
pub struct Pebble {
    server: Child,
}

impl Place {
    /// With a certificate for the directory, from OpenSSL.
    #[allow(clippy::new_without_default, reason = "it runs a program and writes files")]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("names"), "subjectAltName=IP:127.0.0.1\n").unwrap();
        let new_key = "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        openssl(
            folder.path(),
            &format!(
                "{new_key} -x509 -keyout ca.key -out ca.pem -days 2 -subj /CN=directory -addext basicConstraints=critical,CA:TRUE"
            ),
        );
        openssl(
            folder.path(),
            &format!("{new_key} -keyout directory.key -out request.pem -subj /CN=pebble"),
        );
        openssl(
            folder.path(),
            "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -days 1 -extfile names -out directory.pem",
        );
        Self {
            folder,
            directory: free(),
            management: free(),
        }
    }

    /// The URL of the directory.
    pub fn url(&self) -> String {
        format!("https://{}/dir", self.directory)
    }

    /// The root that the directory's TLS is checked against.
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Starts the CA, with a new root and without accounts.
    pub fn start(&self, settings: &Settings) -> Pebble {
        let Settings {
            dns,
            http_port,
            tls_port,
            blocked,
        } = settings;
        let (directory, management) = (self.directory, self.management);
        let text = format!(
            "{{\"pebble\": {{\"listenAddress\": \"{directory}\", \"managementListenAddress\": \"{management}\", \
             \"certificate\": \"directory.pem\", \"privateKey\": \"directory.key\", \"httpPort\": {http_port}, \
             \"tlsPort\": {tls_port}, \"domainBlocklist\": [\"{blocked}\"], \
             \"certificateValidityPeriod\": {} }}}}",
            90 * 24 * 60 * 60
        );
        fs::write(self.folder.path().join("pebble.json"), text).unwrap();
        let server = Command::new("pebble")
            .current_dir(self.folder.path())
            .args(["-config", "pebble.json", "-dnsserver", &dns.to_string()])
            // No pauses before it proves a name, and no name is proved without a question.
            .env("PEBBLE_VA_NOSLEEP", "1")
            .env("PEBBLE_AUTHZREUSE", "0")
            .env("PEBBLE_WFE_NONCEREJECT", "0")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut pebble = Pebble { server };
        let started = Instant::now();
        while [directory, management]
            .iter()
            .any(|address| TcpStream::connect(address).is_err())
        {
            assert!(pebble.server.try_wait().unwrap().is_none(), "pebble ended");
            assert!(started.elapsed() < Duration::from_secs(120), "pebble does not start");
            thread::sleep(Duration::from_millis(20));
        }
        pebble
    }

    /// The root of what the running CA issues, as a file.
    pub fn root(&self) -> PathBuf {
        let root = self.folder.path().join("root.pem");
        let status = Command::new("curl")
            .args(["--silent", "--fail", "--noproxy", "*", "--cacert"])
            .arg(self.ca())
            .arg("--output")
            .arg(&root)
            .arg(format!("https://{}/roots/0", self.management))
            .status()
            .unwrap();
        assert!(status.success());
        root
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(arguments.split(' '))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
