//! The peer: Postfix with a content filter that signs and encrypts with OpenSSL, in a folder of its own.
//!
//! Two forms. As Postfix documents filters (FILTER_README), the filter hands each message back and Postfix delivers it. In the
//! other, the filter hands it to the next hop itself and Postfix takes it off its queue afterwards: one pass through the queue,
//! the least that a filter can have. Neither makes contact certificates or DKIM signatures.

use std::{
    fs, io,
    net::SocketAddr,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    rc::Rc,
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::geteuid;
use tempfile::TempDir;

use crate::{
    Failed, external, network,
    peer::{Peer, Recipient, Running, Target},
    relay::scratch,
};

const DOMAIN: &str = "postfix.example";

/// Filters at a time. More than there are processors, as each waits for the disk and the next hop in between.
const FILTERS: usize = 10;

/// The services of `master.cf` beside the receiver and the filter: name, type, unprivileged, wake-up, limit, program.
const SERVICES: &str = "\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";

/// Keys and certificates; each start writes the rest anew.
pub struct Postfix {
    keys: Rc<TempDir>,
    form: Form,
}

/// The server that the filter hands its result to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Postfix.
    Back,
    /// The next hop.
    Over,
}

struct Instance {
    target: Target,
    folder: TempDir,
}

impl Postfix {
    /// Makes the keys of sender and recipient. `None` if Postfix cannot be run: it is not installed, or this is not root,
    /// which its master must be.
    pub fn prepare() -> Result<Option<[Self; 2]>, Failed> {
        if !geteuid().is_root() || !Path::new("/usr/sbin/postfix").exists() {
            return Ok(None);
        }
        let keys = Rc::new(scratch()?);
        for name in ["signer", "reader"] {
            let file = |kind: &str| keys.path().join(format!("{name}.{kind}"));
            let made = Command::new("openssl")
                .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"])
                .args(["-subj", &format!("/CN={name}"), "-keyout"])
                .arg(file("key"))
                .arg("-out")
                .arg(file("pem"))
                .stderr(Stdio::null())
                .status()?;
            if !made.success() {
                return Err("openssl made no certificate".into());
            }
            // The filter runs as nobody; nothing is secret here.
            readable(&file("key"), 0o644)?;
        }
        readable(keys.path(), 0o755)?;
        Ok(Some([Form::Back, Form::Over].map(|form| Self {
            keys: Rc::clone(&keys),
            form,
        })))
    }

    /// The filter: no file in between, and a failure puts the message off.
    fn filter(&self, next: SocketAddr) -> String {
        let keys = self.keys.path().display();
        format!(
            "#!/bin/sh\n\
             openssl cms -sign -md sha256 -signer {keys}/signer.pem -inkey {keys}/signer.key |\n  \
             openssl cms -encrypt -aes256 -from \"$1\" -to \"$2\" -subject sealed {keys}/reader.pem |\n  \
             {source} -F /dev/stdin -M {DOMAIN} -f \"$1\" -t \"$2\" {next} || exit 75\n",
            source = external::path("smtp-source"),
        )
    }

    fn write(&self, folder: &Path, target: &Target) -> Result<(), Failed> {
        let (settings, queue, state) = (folder.join("conf"), folder.join("queue"), folder.join("state"));
        for made in [&settings, &queue, &state] {
            fs::create_dir(made)?;
        }
        let (user, group) = postfix_user()?;
        chown(&state, Some(user), Some(group))?;
        let filter = folder.join("filter");
        let back = network::free()?;
        let next = if self.form == Form::Back { back } else { target.sink };
        fs::write(&filter, self.filter(next))?;
        readable(&filter, 0o755)?;
        readable(folder, 0o755)?;
        let main = format!(
            "compatibility_level = 3.6\n\
             queue_directory = {queue}\ndata_directory = {state}\n\
             maillog_file_prefixes = {folder}\nmaillog_file = {folder}/log\n\
             myhostname = {DOMAIN}\nmydestination =\nrelay_domains = {DOMAIN}\n\
             inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\n\
             smtpd_recipient_restrictions = permit_mynetworks, reject\nsmtpd_peername_lookup = no\n\
             smtpd_client_connection_count_limit = 0\ndefault_process_limit = 200\n\
             alias_maps =\nalias_database =\nlocal_recipient_maps =\nrelay_recipient_maps =\n\
             seal_destination_recipient_limit = 1\nseal_destination_concurrency_limit = {FILTERS}\n\
             relay_transport = smtp:[{host}]:{port}\nminimal_backoff_time = 5s\nqueue_run_delay = 5s\n",
            host = target.sink.ip(),
            port = target.sink.port(),
            queue = queue.display(),
            state = state.display(),
            folder = folder.display(),
        );
        fs::write(settings.join("main.cf"), main)?;
        let master = format!(
            "{smtp} inet n - n - - smtpd -o content_filter=seal:\n{back} inet n - n - - smtpd\n{SERVICES}\
             seal unix - n n - {FILTERS} pipe flags=Rq user=nobody argv={filter} ${{sender}} ${{recipient}}\n",
            smtp = target.smtp,
            filter = filter.display(),
        );
        fs::write(settings.join("master.cf"), master)?;
        Ok(())
    }
}

impl Peer for Postfix {
    fn name(&self) -> &'static str {
        match self.form {
            Form::Back => "Postfix",
            Form::Over => "Postfix, one pass",
        }
    }

    fn start(&self) -> Result<Box<dyn Running>, Failed> {
        let folder = scratch()?;
        let mut target = Target {
            smtp: network::free()?,
            sink: network::free()?,
            process: 0,
            recipient: Recipient::Tagged("ann", DOMAIN),
        };
        self.write(folder.path(), &target)?;
        let mut instance = Instance {
            target: target.clone(),
            folder,
        };
        if !instance.command("start")? {
            return Err("postfix does not start".into());
        }
        network::wait_for(target.smtp)?;
        let id = fs::read_to_string(instance.folder.path().join("queue/pid/master.pid"))?;
        target.process = id.trim().parse()?;
        instance.target = target;
        Ok(Box::new(instance))
    }
}

impl Instance {
    fn command(&self, word: &str) -> io::Result<bool> {
        let settings = self.folder.path().join("conf");
        let status = Command::new("/usr/sbin/postfix")
            .arg("-c")
            .arg(settings)
            .arg(word)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        Ok(status.success())
    }
}

impl Running for Instance {
    fn target(&self) -> &Target {
        &self.target
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // The folder goes next, so its processes must have ended; `postfix stop` waits for them.
        let _ = self.command("stop");
        let pid: PathBuf = format!("/proc/{}", self.target.process).into();
        let start = Instant::now();
        while pid.exists() && start.elapsed() < Duration::from_secs(10) {
            sleep(Duration::from_millis(50));
        }
    }
}

fn readable(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

fn postfix_user() -> Result<(u32, u32), Failed> {
    let users = fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find_map(|line| line.strip_prefix("postfix:"));
    let mut ids = line.ok_or("there is no user postfix")?.split(':').skip(1);
    let mut next = || ids.next().ok_or("the user postfix has no number");
    Ok((next()?.parse()?, next()?.parse()?))
}
