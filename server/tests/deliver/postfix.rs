//! Postfix, in folders of its own, as the mail host of a domain. It accepts what it is given and throws it away.

use std::{
    fmt::Write,
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::Path,
    process::Command,
    time::Duration,
};

use tempfile::TempDir;
use test_support::pebble::free;

use super::authority::Pair;

/// How Postfix speaks TLS at one address.
pub enum Tls<'a> {
    /// It does not offer it.
    None,
    /// It takes no message without it.
    Demanded(&'a Pair),
}

/// A running Postfix; it ends with this value.
pub struct Postfix {
    pub port: u16,
    folder: TempDir,
}

impl Postfix {
    /// Listens at these addresses of the loopback network, all on one port. Postfix starts only as root: elsewhere, `None`.
    pub fn start(hosts: &[(&str, Tls<'_>)]) -> Option<Self> {
        if !is_root() {
            eprintln!("Postfix starts only as root: this test is left out");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["conf", "queue", "data"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let (user, group) = id_of("postfix");
        chown(folder.path().join("data"), Some(user), Some(group)).unwrap();
        let port = free().port();
        let path = folder.path().display();
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {path}/queue\ndata_directory = {path}/data\n\
             command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\n\
             setgid_group = postdrop\nmyhostname = peer.test\nmynetworks = 127.0.0.0/8\nmydestination =\nlocal_recipient_maps =\n\
             inet_protocols = ipv4\nalias_maps =\nalias_database =\n\
             smtpd_relay_restrictions = permit_mynetworks, reject\n\
             smtpd_recipient_restrictions = check_recipient_access static:DISCARD\n\
             maillog_file = {path}/log\nmaillog_file_prefixes = {path}\n"
        );
        fs::write(folder.path().join("conf/main.cf"), main).unwrap();
        let mut master = String::from(
            "postlog unix-dgram n - n - 1 postlogd\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n\
             rewrite unix - - n - - trivial-rewrite\nanvil unix - - n - 1 anvil\nproxymap unix - - n - - proxymap\ntlsmgr unix - - n 1000? 1 tlsmgr\n",
        );
        for (number, (ip, tls)) in hosts.iter().enumerate() {
            writeln!(master, "{ip}:{port} inet n - n - - smtpd").unwrap();
            match tls {
                Tls::None => writeln!(master, "  -o smtpd_tls_security_level=none").unwrap(),
                Tls::Demanded(pair) => {
                    let file = folder.path().join(format!("{number}.pem"));
                    // Postfix wants the key first in a file of both.
                    fs::write(&file, format!("{}{}", pair.key, pair.chain)).unwrap();
                    let file = file.display();
                    writeln!(master, "  -o smtpd_tls_security_level=encrypt").unwrap();
                    writeln!(master, "  -o smtpd_tls_chain_files={file}").unwrap();
                }
            }
        }
        fs::write(folder.path().join("conf/master.cf"), master).unwrap();
        let postfix = Self { port, folder };
        postfix.command("start");
        let (first, _) = &hosts[0];
        for _ in 0..600 {
            if std::net::TcpStream::connect(format!("{first}:{port}")).is_ok() {
                return Some(postfix);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("Postfix did not start: {}", postfix.log());
    }

    /// How many messages were taken and thrown away.
    pub fn taken(&self) -> usize {
        self.log().matches("NOQUEUE: discard: RCPT").count()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn command(&self, word: &str) {
        let done = Command::new("/usr/sbin/postfix")
            .arg("-c")
            .arg(self.folder.path().join("conf"))
            .arg(word)
            .output()
            .unwrap_or_else(|error| panic!("Postfix (Debian: postfix) does not start: {error}"));
        assert!(done.status.success() || word == "stop", "{done:?}");
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.command("stop");
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|of| of.uid() == 0) && Path::new("/usr/sbin/postfix").exists()
}

/// The numbers of a user and its group.
fn id_of(user: &str) -> (u32, u32) {
    let passwd = fs::read_to_string("/etc/passwd").unwrap();
    let line = passwd.lines().find(|line| line.split(':').next() == Some(user));
    let mut fields = line.unwrap().split(':').skip(2).map(|field| field.parse().unwrap());
    (fields.next().unwrap(), fields.next().unwrap())
}
