//! `sealpost setup`, as an operator meets it: with flags, and at a terminal, which util-linux's `script` makes.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use test_support::{
    dns::{Dns, Record},
    ports::free,
    provider::{Mood, Provider},
};

use crate::support::home::Home;

const FLAGS: [&str; 12] = [
    "--domain",
    "relay.example.org",
    "--host",
    "mail.example.org",
    "--administrator",
    "Ann@example.net",
    "--delivery",
    "smtp://127.0.0.1:9?tls=none",
    "--https",
    "proxy",
    "--sign-up",
    "closed",
];

/// A machine with a settings file that an operator has looked at.
struct Machine {
    folder: TempDir,
    smtp: SocketAddr,
    dns: Dns,
}

impl Machine {
    fn new() -> Self {
        let (dns, smtp, folder) = (Dns::start(&[]), free(), tempfile::tempdir().unwrap());
        let data = folder.path().join("data");
        let text = format!(
            "# Mine.\n#domain = \"a.example\"\n\nsmtp = \"{smtp}\"\nhttp = \"{}\"\n#delivery_user = \"me\"\nkey_pool = 1   # few\n\
             data = \"{}\"\ndns = \"{}\"\n",
            free(),
            data.display(),
            dns.address
        );
        let machine = Self { folder, smtp, dns };
        fs::write(machine.file(), text).unwrap();
        machine
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("sealpost.toml")
    }

    fn settings(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("SEALPOST_CONFIG", self.file());
        command
    }

    /// Runs a command of the program, with nobody to ask. Returns whether it succeeded, and what it said.
    fn run(&self, arguments: &[&str]) -> (bool, String) {
        let ended = self
            .command(Path::new(env!("CARGO_BIN_EXE_sealpost")))
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = [ended.stdout, ended.stderr].concat();
        (ended.status.success(), String::from_utf8(said).unwrap())
    }

    fn setup(&self, flags: &[&str]) -> (bool, String) {
        self.run(&[&["setup"], flags].concat())
    }

    /// Sits down at a terminal.
    fn at_terminal(&self, flags: &[&str]) -> Terminal {
        let words = [&[env!("CARGO_BIN_EXE_sealpost"), "setup"], flags].concat();
        let mut child = self
            .command(Path::new("script"))
            .env("TERM", "xterm")
            .args(["--quiet", "--return", "--command", &words.join(" "), "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut screen = child.stdout.take().unwrap();
        let shown = Arc::<Mutex<String>>::default();
        let to = Arc::clone(&shown);
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                to.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Terminal {
            child,
            reader,
            shown,
            seen: 0,
        }
    }
}

/// A running relay; killed with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// A terminal with the program in it.
struct Terminal {
    child: Child,
    reader: thread::JoinHandle<()>,
    shown: Arc<Mutex<String>>,
    seen: usize,
}

impl Terminal {
    /// Waits for a text behind what was seen before, and types a line.
    #[track_caller]
    fn answer(&mut self, text: &str, line: &str) {
        self.see(text);
        let keyboard = self.child.stdin.as_mut().unwrap();
        keyboard.write_all(format!("{line}\r").as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    #[track_caller]
    fn see(&mut self, text: &str) {
        let began = Instant::now();
        loop {
            let shown = self.shown.lock().unwrap().clone();
            if let Some(at) = shown[self.seen..].find(text) {
                self.seen += at + text.len();
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "never {text:?}: {shown}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn end(mut self) -> (bool, String) {
        let ended = self.child.wait().unwrap();
        self.reader.join().unwrap();
        (ended.success(), self.shown.lock().unwrap().clone())
    }
}

/// The code that was printed for a password.
fn code(said: &str) -> &str {
    let is_code = |line: &&str| line.len() == 14 && line.split('-').all(|part| part.len() == 4);
    said.lines()
        .map(str::trim)
        .find(is_code)
        .unwrap_or_else(|| panic!("no code: {said}"))
}

fn post(relay: SocketAddr, function: &str, form: &str) -> String {
    let mut connection = TcpStream::connect(relay).unwrap();
    let request = format!(
        "POST /api/{function} HTTP/1.1\r\nHost: mail.example.org\r\nSec-Fetch-Site: same-origin\r\n\
         Accept: application/json\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n{form}",
        form.len()
    );
    connection.write_all(request.as_bytes()).unwrap();
    std::io::read_to_string(connection).unwrap()
}

#[test]
fn with_flags_a_relay_is_set_up_whose_administrator_signs_in_with_the_printed_code() {
    let machine = Machine::new();
    let before = machine.settings();
    let (done, said) = machine.setup(&[&FLAGS[..], &["--yes"]].concat());
    assert!(done, "{said}");
    let now = machine.settings();
    let added =
        "delivery = \"smtp://127.0.0.1:9?tls=none\"\ntrusted_proxies = \"127.0.0.1, ::1\"\nsign_up = \"closed\"\n";
    let expected = before.replace("#domain = \"a.example\"", "domain = \"relay.example.org\"")
        + "mx_host = \"mail.example.org\"\npublic_url = \"https://mail.example.org\"\n"
        + added;
    assert_eq!(now, expected);
    for text in [
        "relay.example.org. MX 10 mail.example.org.",
        "BAD          MX relay.example.org",
        "https://mail.example.org/forgot/code",
        "Start the relay",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }

    let mut relay = Running(
        machine
            .command(Path::new(env!("CARGO_BIN_EXE_sealpost")))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut lines = BufReader::new(relay.0.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    assert!(lines.any(|line| line.contains("Ctrl-C stops it")));
    let http = before.split("http = \"").nth(1).unwrap().split('"').next().unwrap();
    let http = http.parse().unwrap();
    let form = |code: &str| format!("email=ann%40example.net&code={code}&second=&password=correct+horse+battery+heron");
    let wrong = post(http, "reset_password", &form("aaaa-aaaa-aaaa"));
    assert!(wrong.contains("wrong_reset"), "{wrong}");
    let right = post(http, "reset_password", &form(code(&said)));
    assert!(right.starts_with("HTTP/1.1 200"), "{right}");
    let again = post(http, "reset_password", &form(code(&said)));
    assert!(again.contains("wrong_reset"), "{again}");
    let signed_in = post(
        http,
        "sign_in",
        "email=ann%40example.net&password=correct+horse+battery+heron",
    );
    assert!(
        signed_in.starts_with("HTTP/1.1 200") && signed_in.contains("sealpost_session="),
        "{signed_in}"
    );
    drop(relay);

    let (_, shown) = machine.run(&["account", "show", "ann@example.net"]);
    assert!(shown.contains("Role            administrator"), "{shown}");
    let (_, log) = machine.run(&["log"]);
    let words: Vec<_> = log.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(words, ["reset_code_printed", "administrator_added", "account_created"]);
    assert!(!log.contains(code(&said)));

    let (done, said) = machine.setup(&["--administrator", "ann@example.net"]);
    assert!(
        done && said.contains("stays as it is") && said.contains("sign in as ann@example.net"),
        "{said}"
    );
    assert_eq!(machine.settings(), now, "a second run changes nothing");
    let (_, log) = machine.run(&["log"]);
    assert_eq!(log.lines().count(), 3, "{log}");
}

#[test]
fn behind_a_proxy_a_certificate_for_mail_alone_stays() {
    let machine = Machine::new();
    let (done, said) = machine.setup(&[&FLAGS[..], &["--yes"]].concat());
    assert!(done, "{said}");
    let settings = machine.settings() + "acme = \"on\"\n";
    fs::write(machine.file(), &settings).unwrap();
    let (done, said) = machine.setup(&["--administrator", "ann@example.net"]);
    assert!(done && said.contains("stays as it is"), "{said}");
    assert_eq!(machine.settings(), settings);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_domain_that_certificates_name_does_not_change() {
    let home = Home::new().await;
    home.activate().await;
    let machine = Machine::new();
    let before = format!(
        "{}domain = \"relay.example\"\ndatabase_url = \"{}\"\n",
        machine.settings(),
        home.database()
    );
    fs::write(machine.file(), &before).unwrap();
    let (done, said) = machine.setup(&[&FLAGS[..], &["--yes"]].concat());
    assert!(!done && said.contains("the domain stays relay.example: "), "{said}");
    assert!(said.contains("sealpost domain add relay.example.org"), "{said}");
    assert_eq!(machine.settings(), before);

    // As `sealpost doctor` says, after somebody has changed it by hand.
    fs::write(machine.file(), before.replace("relay.example\"", "Other.example.\"")).unwrap();
    let back = [
        &["--domain", "relay.example"],
        &FLAGS[2..],
        &["--yes", "--check-dns", "no"],
    ]
    .concat();
    let (done, said) = machine.setup(&back);
    assert!(done, "{said}");
    assert!(machine.settings().contains("domain = \"relay.example\""));

    let broken = before.replace(&home.database(), "sqlite:///nowhere/else?mode=broken");
    fs::write(machine.file(), &broken).unwrap();
    let (done, said) = machine.setup(&[&FLAGS[..], &["--yes"]].concat());
    assert!(!done && said.contains("the database does not tell"), "{said}");
}

#[test]
fn without_a_terminal_each_missing_or_bad_answer_is_named_and_nothing_is_written() {
    let machine = Machine::new();
    let before = machine.settings();
    for (flags, says) in [
        (
            &[][..],
            "these answers are missing: --domain, --administrator, --delivery, --https",
        ),
        (&["--domain", "relay"], "--domain: is not a name in the public DNS"),
        (
            &[
                "--domain",
                "relay.example.org",
                "--administrator",
                "x@relay.example.org",
            ],
            "--administrator: x@relay.example.org is under the domain of this relay",
        ),
        (&FLAGS, "nothing is written without --yes"),
        (
            &["--delivery", "smtps://ann:secret@smtp.example.org"],
            "user and password belong",
        ),
    ] {
        let (done, said) = machine.setup(flags);
        assert!(!done && said.contains(says), "{flags:?}: {said}");
    }
    let user = [&FLAGS[..], &["--smarthost-user", "ann", "--yes"]].concat();
    let (done, said) = machine.setup(&user);
    assert!(!done && said.contains("missing: --smarthost-password-file"), "{said}");
    assert_eq!(machine.settings(), before);
    fs::write(machine.file(), before.clone() + "key_poool = 2\n").unwrap();
    let (done, said) = machine.setup(&FLAGS);
    assert!(
        !done && said.contains("sealpost.toml:10: key_poool: there is no such setting"),
        "{said}"
    );
    assert!(!machine.folder.path().join("data").exists() && !machine.folder.path().join("secrets").exists());
}

#[test]
fn the_password_of_a_smarthost_is_in_a_file_of_its_own_and_nowhere_else() {
    let machine = Machine::new();
    let (password, secrets) = (
        machine.folder.path().join("password"),
        machine.folder.path().join("secrets"),
    );
    fs::write(&password, "20\"26$\n").unwrap();
    fs::write(&secrets, "SEALPOST_DATABASE_URL=\n").unwrap();
    fs::set_permissions(machine.file(), fs::Permissions::from_mode(0o640)).unwrap();
    let login = [
        "--smarthost-user",
        "ann",
        "--smarthost-password-file",
        password.to_str().unwrap(),
        "--yes",
    ];
    let smarthost = ["--delivery", "smtp.provider.example:587", "--check-dns", "no"];
    let flags = [&FLAGS[..6], &FLAGS[8..], &smarthost, &login].concat();
    let (done, said) = machine.setup(&flags);
    assert!(done && !said.contains("20\"26"), "{said}");
    let settings = machine.settings();
    assert!(
        settings.contains("delivery = \"smtp://smtp.provider.example:587\"\n"),
        "{settings}"
    );
    assert!(settings.contains("\ndelivery_user = \"ann\"\nkey_pool = 1   # few\n") && !settings.contains("20\"26"));
    assert_eq!(fs::metadata(machine.file()).unwrap().mode() & 0o777, 0o640);
    let expected = "SEALPOST_DATABASE_URL=\nSEALPOST_DELIVERY_PASSWORD=\"20\\\"26\\$\"\n";
    assert_eq!(fs::read_to_string(&secrets).unwrap(), expected);
    assert_eq!(fs::metadata(&secrets).unwrap().mode() & 0o777, 0o600);
    // Again, without the password: it stays.
    let (done, said) = machine.setup(&["--administrator", "ann@example.net", "--check-dns", "no"]);
    assert!(done && said.contains("stays as it is"), "{said}");
    // Straight to the mail hosts: nothing of the log-in stays in force.
    let (done, said) = machine.setup(&["--administrator", "ann@example.net", "--delivery", "mx", "--yes"]);
    assert!(done, "{said}");
    assert!(machine.settings().contains("\n#delivery_user = \"ann\"\n"));
    assert_eq!(fs::read_to_string(&secrets).unwrap(), "SEALPOST_DATABASE_URL=\n");
}

#[test]
fn at_a_terminal_each_question_is_asked_until_its_answer_can_be_used() {
    let machine = Machine::new();
    let provider = Provider::start_at(machine.smtp, Mood::Takes);
    let mut terminal = machine.at_terminal(&[]);
    terminal.answer("Domain, such as relay.example.org: ", "relay");
    terminal.see("is not a name in the public DNS");
    terminal.answer("Domain", "bücher.example.org");
    terminal.answer("Host name [", "mail.example.org");
    terminal.answer("Mail address: ", "ann@xn--bcher-kva.example.org");
    terminal.see("is under the domain of this relay");
    terminal.answer("Mail address: ", "ann@example.net");
    terminal.see("Port 25 outwards, example.net");
    terminal.answer("Way out: ", "carrier-pigeon");
    terminal.see("must be");
    terminal.answer("Way out: ", "smtp.provider.example");
    terminal.answer("User: ", "ann");
    terminal.answer("Password (not shown): ", "a secret");
    terminal.see("Another mail server has the port for incoming mail. It says \"220 provider.example");
    terminal.answer("TLS [", "proxy");
    terminal.answer("Sign-up [invite]: ", "");
    terminal.see("domain = \"xn--bcher-kva.example.org\"");
    terminal.answer("Write this?", "y");
    terminal.see("xn--bcher-kva.example.org. MX 10 mail.example.org.");
    terminal.answer("Are they published?", "n");
    terminal.see("https://mail.example.org/forgot/code");
    let (done, shown) = terminal.end();
    assert!(done && !shown.contains("a secret"), "{shown}");
    drop(provider);
    let settings = machine.settings();
    assert!(
        settings.starts_with("# Mine.\ndomain = \"xn--bcher-kva.example.org\"\n"),
        "{settings}"
    );
    assert!(
        settings.contains("delivery = \"smtps://smtp.provider.example:465\"\n"),
        "{settings}"
    );
    let secrets = fs::read_to_string(machine.folder.path().join("secrets")).unwrap();
    assert!(secrets.contains("a secret"), "{secrets}");
}

#[test]
fn an_operator_who_says_no_has_changed_nothing() {
    let machine = Machine::new();
    let before = machine.settings();
    let mut terminal = machine.at_terminal(&FLAGS.map(|flag| {
        if flag.contains('?') {
            "'smtp://127.0.0.1:9'"
        } else {
            flag
        }
    }));
    terminal.answer("User: ", "");
    terminal.answer("Write this?", "n");
    let (done, shown) = terminal.end();
    assert!(!done && shown.contains("nothing was changed"), "{shown}");
    assert_eq!(machine.settings(), before);
    assert!(!machine.folder.path().join("data").exists());
}

#[test]
fn with_a_ca_the_relay_serves_the_web_and_a_way_back_to_a_proxy_is_open() {
    let machine = Machine::new();
    let text = machine.settings();
    let text: String = text
        .lines()
        .filter(|line| !line.starts_with("http"))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(machine.file(), text).unwrap();
    let acme = [
        "--https",
        "acme",
        "--acme-challenge",
        "tls-alpn-01",
        "--check-dns",
        "no",
        "--yes",
    ];
    let (done, said) = machine.setup(&[&FLAGS[..8], &acme].concat());
    assert!(done, "{said}");
    let settings = machine.settings();
    for line in [
        ":443\"",
        "acme = \"on\"",
        "acme_challenge = \"tls-alpn-01\"",
        "acme_contact = \"Ann@example.net\"",
    ] {
        assert!(settings.contains(line), "{line}: {settings}");
    }
    assert!(!settings.contains("\nhttp = "), "port 80 is not needed: {settings}");
    let (done, said) = machine.setup(&["--administrator", "ann@example.net", "--https", "proxy", "--yes"]);
    assert!(done, "{said}");
    let settings = machine.settings();
    for line in [
        "#https = ",
        "#acme = ",
        "#acme_challenge = ",
        "trusted_proxies = \"127.0.0.1, ::1\"",
    ] {
        assert!(settings.contains(&format!("\n{line}")), "{line}: {settings}");
    }
}

#[test]
fn the_records_that_it_prints_are_right_once_they_are_published() {
    let machine = Machine::new();
    let wait = ["--yes", "--check-dns", "wait", "--dns-minutes", "0"];
    let (done, said) = machine.setup(&[&FLAGS[..], &wait].concat());
    assert!(!done && said.contains("Records are missing or wrong"), "{said}");
    assert!(said.contains("/forgot/code"), "it goes on: {said}");
    let (_, printed) = machine.run(&["dns"]);
    let printed = printed
        .replace("YOUR-IPV4-ADDRESS", "9.9.9.9")
        .replace("YOUR-ADDRESS", "ann@example.net");
    let lines = printed.lines().filter_map(|line| line.split_once(". "));
    let lines: Vec<_> = lines
        .map(|(name, rest)| (name, rest.replace("\" \"", "").replace('"', "")))
        .collect();
    let mut zone = Vec::new();
    for (name, rest) in &lines {
        zone.extend(match rest.split_once(' ') {
            Some(("TXT", text)) => Some(Record::Txt(name, text)),
            Some(("MX", host)) => Some(Record::Mx(name, host.trim_start_matches("10 ").trim_end_matches('.'))),
            Some(("A", address)) => Some(Record::A(name, address)),
            Some(("CNAME", _)) => Some(Record::A(name, "9.9.9.9")),
            _ => None,
        });
    }
    let dns = Dns::start(&zone);
    let before = machine.dns.address.to_string();
    fs::write(
        machine.file(),
        machine.settings().replace(&before, &dns.address.to_string()),
    )
    .unwrap();
    let (done, said) = machine.setup(&["--administrator", "ann@example.net", "--check-dns", "wait"]);
    assert!(done && said.contains("The DNS has what mail needs."), "{said}");
}

#[test]
fn a_domain_is_added_to_the_settings_and_removed_again() {
    let machine = Machine::new();
    let (done, said) = machine.setup(&[&FLAGS[..], &["--yes", "--check-dns", "no", "--start", "no"]].concat());
    assert!(done, "{said}");
    let before = machine.settings();
    let (done, said) = machine.run(&["domain", "add", "B.Example.org."]);
    assert!(
        done && said.contains("domains = \"b.example.org\"") && said.contains("sealpost dns"),
        "{said}"
    );
    let (done, said) = machine.run(&["domain", "add", "c.example.org"]);
    assert!(
        done && said.contains("domains = \"b.example.org, c.example.org\""),
        "{said}"
    );
    let (_, said) = machine.run(&["domain", "add", "b.example.org"]);
    assert_eq!(said, "The relay has b.example.org already.\n");
    let (_, records) = machine.run(&["dns"]);
    assert!(records.contains("\nb.example.org. MX"), "{records}");

    for (arguments, expected) in [
        (&["domain", "add", "b example"][..], "is not a domain name"),
        (&["domain", "remove", "relay.example.org"], "is the main domain"),
        (&["domain", "remove", "d.example.org"], "is not in the settings"),
    ] {
        let (done, said) = machine.run(arguments);
        assert!(!done && said.contains(expected), "{said}");
    }
    let (done, said) = machine.run(&["domain", "remove", "b.example.org"]);
    assert!(done && said.contains("domains = \"c.example.org\""), "{said}");
    let (done, said) = machine.run(&["domain", "remove", "c.example.org", "--yes"]);
    assert!(done && said.contains("#domains"), "{said}");
    let left = machine.settings().replace("#domains = \"c.example.org\"\n", "");
    assert_eq!(left, before, "all else stays");

    let output = machine
        .command(Path::new(env!("CARGO_BIN_EXE_sealpost")))
        .env("SEALPOST_DOMAINS", "x.example.org")
        .args(["domain", "add", "b.example.org"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("SEALPOST_DOMAINS is set in the environment"), "{said}");
    assert!(!machine.settings().contains("b.example.org"));
}
