//! Postfix, in folders of its own. It starts only as root.

use std::{
    fmt::Write,
    fs,
    net::TcpStream,
    os::unix::fs::{PermissionsExt, chown},
    path::Path,
    process::Command,
    time::Duration,
};

use tempfile::TempDir;

use crate::{ports::free, privilege};

/// The settings of a Postfix besides those that every one has here.
#[derive(Default)]
pub struct Setup {
    /// Lines of `main.cf`.
    pub main: String,
    /// Lines of `master.cf`, without what receives mail.
    pub services: String,
    /// The addresses that it listens at, all on one port, and the options there.
    pub listeners: Vec<(String, Vec<String>)>,
}

/// A running Postfix; it ends with this value.
pub struct Postfix {
    /// It listens there, at each of its addresses.
    pub port: u16,
    folder: TempDir,
}

impl Postfix {
    /// Starts one. `set_up` gets its folder. `None` where tests that need root are left out.
    pub fn start(set_up: impl FnOnce(&Path) -> Setup) -> Option<Self> {
        if !privilege::is_root("Postfix") {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["conf", "queue", "data"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let (user, group) = id_of("postfix");
        chown(folder.path().join("data"), Some(user), Some(group)).unwrap();
        let setup = set_up(folder.path());
        let port = free().port();
        let path = folder.path().display();
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {path}/queue\ndata_directory = {path}/data\n\
             command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\n\
             setgid_group = postdrop\nmydestination =\nlocal_recipient_maps =\ninet_protocols = ipv4\nalias_maps =\n\
             alias_database =\nmaillog_file = {path}/log\nmaillog_file_prefixes = {path}\n{}",
            setup.main
        );
        fs::write(folder.path().join("conf/main.cf"), main).unwrap();
        let mut master = String::from(
            "postlog unix-dgram n - n - 1 postlogd\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n\
             rewrite unix - - n - - trivial-rewrite\nanvil unix - - n - 1 anvil\nproxymap unix - - n - - proxymap\n\
             tlsmgr unix - - n 1000? 1 tlsmgr\n",
        );
        master.push_str(&setup.services);
        for (ip, options) in &setup.listeners {
            writeln!(master, "{ip}:{port} inet n - n - - smtpd").unwrap();
            for option in options {
                writeln!(master, "  -o {option}").unwrap();
            }
        }
        fs::write(folder.path().join("conf/master.cf"), master).unwrap();
        let postfix = Self { port, folder };
        postfix.command("start");
        let (first, _) = &setup.listeners[0];
        for _ in 0..600 {
            if TcpStream::connect(format!("{first}:{port}")).is_ok() {
                return Some(postfix);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("Postfix did not start: {}", postfix.log());
    }

    /// All that it has logged.
    pub fn log(&self) -> String {
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

/// The numbers of a user and its group.
fn id_of(user: &str) -> (u32, u32) {
    let passwd = fs::read_to_string("/etc/passwd").unwrap();
    let line = passwd.lines().find(|line| line.split(':').next() == Some(user));
    let mut fields = line.unwrap().split(':').skip(2).map(|field| field.parse().unwrap());
    (fields.next().unwrap(), fields.next().unwrap())
}
