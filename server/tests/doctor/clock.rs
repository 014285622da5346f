//! The clock, as chrony says, and with a clock that libfaketime has set wrong.

use std::{
    fs,
    net::{SocketAddr, UdpSocket},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use crate::operator::Operator;

/// A running chronyd that leaves this machine's clock alone; it ends with this value.
pub struct TimeServer {
    pub address: SocketAddr,
    server: Child,
    _folder: TempDir,
}

impl TimeServer {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let settings = folder.path().join("chrony.conf");
        let text = format!(
            "port {}\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 3\ncmdport 0\nbindcmdaddress /\npidfile {}\n",
            address.port(),
            folder.path().join("pid").display()
        );
        fs::write(&settings, text).unwrap();
        let server = Command::new("/usr/sbin/chronyd")
            .args(["-x", "-n", "-U", "-f"])
            .arg(&settings)
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chronyd (Debian: chrony) does not start: {error}"));
        let started = Self {
            address,
            server,
            _folder: folder,
        };
        started.wait();
        started
    }

    /// Waits until it answers: a request of version 4 as a client (RFC 4330 §4).
    fn wait(&self) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut request = [0; 48];
        request[0] = 0x23;
        for _ in 0..300 {
            let _ = socket.send_to(&request, self.address);
            if socket.recv(&mut [0; 48]).is_ok() {
                return;
            }
        }
        panic!("chronyd does not answer");
    }
}

impl Drop for TimeServer {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn a_clock_that_is_wrong_is_found() {
    let time = TimeServer::start();
    let operator = Operator::new().with("TIME_SERVER", time.address);
    operator.doctor(&[]).assert("clock", "good", "the clock is right");
    for (shift, state, says) in [
        ("-45s", "warning", "seconds behind"),
        ("+45s", "warning", "seconds ahead"),
        ("+2h", "bad", "120 minutes ahead"),
    ] {
        let findings = operator.doctor_by(&["faketime", "--exclude-monotonic", "-f", shift]);
        findings.assert("clock", state, says);
    }
}

#[test]
fn a_time_server_that_is_silent_says_nothing_about_the_clock() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let operator = Operator::new().with("TIME_SERVER", silent.local_addr().unwrap());
    operator
        .doctor(&[])
        .assert("clock", "not_checked", "it does not say the time");
    let operator = operator.with("TIME_SERVER", "off");
    assert!(!format!("{:?}", operator.doctor(&[])).contains("\"clock\""));
}
