//! NSD, serving zones that ldns has signed: the root, and the domains `secure` (signed), `insecure` (not signed) and `expired` (its
//! signatures are too old).

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    str::FromStr,
    time::Duration,
};

use hickory_proto::dnssec::TrustAnchors;
use tempfile::TempDir;
use test_support::ports::free;

/// The start of each zone.
const HEAD: &str = "$TTL 60\n@ SOA ns.secure. x.secure. 1 60 60 60 60\n@ NS ns.secure.\n";

/// The records of the zones, without their heads.
#[derive(Clone, Copy, Default)]
pub struct Records<'a> {
    pub secure: &'a str,
    pub insecure: &'a str,
    pub expired: &'a str,
    /// Replacements in `secure` after it was signed.
    pub forged: Option<(&'a str, &'a str)>,
}

/// A running NSD; it ends with this value.
pub struct Zones {
    pub address: SocketAddr,
    root_key: String,
    folder: TempDir,
    process: Child,
}

impl Zones {
    pub fn start(records: Records<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (secure, expired) = (key(folder.path(), "secure"), key(folder.path(), "expired"));
        let root = key(folder.path(), ".");
        let ns = "ns A 127.0.0.1\n";
        sign(
            folder.path(),
            "secure",
            &format!("{ns}{}", records.secure),
            &secure,
            &[],
        );
        sign(
            folder.path(),
            "expired",
            records.expired,
            &expired,
            &["-i", "20200101", "-e", "20200201"],
        );
        let delegations = ["secure", "insecure", "expired"].map(|name| format!("{name} NS ns.secure.\n"));
        let signers = [&secure, &expired].map(|key| read(folder.path(), &format!("{key}.ds")));
        let glue = "ns.secure. A 127.0.0.1\n";
        let of_root = format!("{}{}{glue}", delegations.concat(), signers.concat());
        sign(folder.path(), ".", &of_root, &root, &[]);
        fs::write(
            folder.path().join("insecure.zone"),
            format!("$ORIGIN insecure.\n{HEAD}{}", records.insecure),
        )
        .unwrap();
        if let Some((from, to)) = records.forged {
            let signed = read(folder.path(), "secure.zone");
            assert!(signed.contains(from), "{signed}");
            fs::write(folder.path().join("secure.zone"), signed.replace(from, to)).unwrap();
        }
        let address = free();
        let process = serve(folder.path(), address, &[".", "secure", "insecure", "expired"]);
        Self {
            address,
            root_key: read(folder.path(), &format!("{root}.key")),
            folder,
            process,
        }
    }

    /// The key of the root zone, as a resolver is given it.
    pub fn anchors(&self) -> TrustAnchors {
        TrustAnchors::from_str(self.root_key.split(';').next().unwrap()).unwrap()
    }

    /// From now on serves zones without any signature, as an attacker would.
    pub fn strip(&mut self, records: Records<'_>) {
        self.stop();
        for (name, records) in [("secure", records.secure), (".", "secure NS ns.secure.\n")] {
            let text = format!("$ORIGIN {}\n{HEAD}{records}", origin(name));
            fs::write(self.folder.path().join(file(name)), text).unwrap();
        }
        self.process = serve(self.folder.path(), self.address, &[".", "secure"]);
    }

    fn stop(&mut self) {
        let pid = self.process.id().to_string();
        // The process that answers is a child of this one, and ends with it on SIGTERM.
        let _ = Command::new("kill").arg(pid).status();
        let _ = self.process.wait();
    }
}

impl Drop for Zones {
    fn drop(&mut self) {
        self.stop();
    }
}

fn origin(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.'))
}

fn file(name: &str) -> String {
    format!("{}.zone", name.replace('.', "root"))
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// Makes a key of a zone. Returns the name of its files.
fn key(folder: &Path, zone: &str) -> String {
    let made = Command::new("ldns-keygen")
        .args(["-a", "ECDSAP256SHA256", "-k", zone])
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("ldns-keygen (Debian: ldnsutils) does not start: {error}"));
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

fn sign(folder: &Path, name: &str, records: &str, key: &str, options: &[&str]) {
    let plain = format!("{name}.plain");
    fs::write(
        folder.join(&plain),
        format!("$ORIGIN {}\n{HEAD}{records}", origin(name)),
    )
    .unwrap();
    let signed = Command::new("ldns-signzone")
        .args(options)
        .args(["-f", &file(name), &plain, key])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(signed.status.success(), "{signed:?}");
}

fn serve(folder: &Path, address: SocketAddr, zones: &[&str]) -> Child {
    let path = folder.display();
    let mut config = format!(
        "server:\n ip-address: {}@{}\n username: \"\"\n chroot: \"\"\n zonesdir: \"{path}\"\n database: \"\"\n pidfile: \"\"\n \
         xfrdfile: \"\"\n zonelistfile: \"{path}/zone.list\"\n xfrdir: \"{path}\"\n server-count: 1\n logfile: \"{path}/log\"\n\
         remote-control:\n control-enable: no\n",
        address.ip(),
        address.port()
    );
    for zone in zones {
        config += &format!("zone:\n name: \"{}\"\n zonefile: \"{}\"\n", origin(zone), file(zone));
    }
    fs::write(folder.join("nsd.conf"), config).unwrap();
    let nsd = if Path::new("/usr/sbin/nsd").exists() {
        "/usr/sbin/nsd"
    } else {
        "nsd"
    };
    let mut process = Command::new(nsd)
        .args(["-d", "-c"])
        .arg(folder.join("nsd.conf"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("nsd (Debian: nsd) does not start: {error}"));
    for _ in 0..2400 {
        // It serves TCP as well, which tells without a query whether it is up.
        if std::net::TcpStream::connect(address).is_ok() {
            return process;
        }
        if let Some(status) = process.try_wait().unwrap() {
            panic!("nsd ended with {status}: {}", read(folder, "log"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nsd did not start");
}
