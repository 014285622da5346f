//! rspamd, in a folder of its own.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::ports::free;

/// How long rspamd may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running rspamd, with rules that look at the Subject; it ends with this value.
pub struct Rspamd {
    /// Where it listens.
    pub address: SocketAddr,
    server: Child,
    _folder: TempDir,
}

impl Rspamd {
    /// Starts one, and waits until it answers.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Its workers may be of another user than this test.
        let place = folder.path().display();
        let address = free();
        let settings = format!(
            r#"
            options {{ filters = "regexp"; tempdir = "{place}"; pidfile = "{place}/pid"; dns {{ nameserver = ["127.0.0.1:1"]; }} }}
            logging {{ type = "console"; level = "error"; }}
            actions {{ reject = 15; add_header = 6; greylist = 4; }}
            worker "normal" {{ bind_socket = "{address}"; count = 1; }}
            regexp {{
              CERTAIN = {{ re = 'Subject=/certain/'; score = 20.0; }}
              LIKELY = {{ re = 'Subject=/likely/'; score = 7.25; }}
              UNKNOWN = {{ re = 'Subject=/unknown/'; score = 5.0; }}
            }}
            "#
        );
        let file = folder.path().join("rspamd.conf");
        fs::write(&file, settings).unwrap();
        let server = Command::new("rspamd")
            .args(["--no-fork", "--insecure", "--config"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let rspamd = Self {
            address,
            server,
            _folder: folder,
        };
        let end = Instant::now() + PATIENCE;
        while !rspamd.answers() {
            assert!(Instant::now() < end, "rspamd does not start");
            thread::sleep(Duration::from_millis(200));
        }
        rspamd
    }

    fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.address) else {
            return false;
        };
        let mut said = String::new();
        let asked = stream.write_all(b"GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n");
        asked.and_then(|()| stream.read_to_string(&mut said)).is_ok() && said.contains("pong")
    }
}

impl Drop for Rspamd {
    fn drop(&mut self) {
        // Its workers end with it if it is asked to end.
        let _ = Command::new("kill").arg(self.server.id().to_string()).status();
        let _ = self.server.wait();
    }
}
