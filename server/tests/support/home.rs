//! A relay with one person, one alias, and one profile whose key the test has, as a device would.

mod config;
mod profile;

pub use config::{config, database};

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use app::{
    address::EmailAddress,
    id::{AliasId, MailboxId, ProfileId},
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use server::{
    clock::{Clock, SystemClock},
    config::{Config, Destination},
    queue::return_path,
    relay::Relay,
    store::{
        AccountId, Store,
        activity::Outcome,
        profile_state::Change,
        session::{Grounds, TokenHash},
    },
    vault::{MasterKeySource, Token, Vault},
};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use test_support::program::must;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use self::{
    config::create_database,
    profile::{Issuance, verify},
};

pub const SECRET: &str = "The treasure is under the old oak.";
const MAILBOX: &str = "ann@example.org";
pub const MASTER: &str = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
pub const PASSPHRASE: &str = "correct horse";

pub fn letter(to: &str, body: &str) -> String {
    format!("From: Bob <bob@example.com>\r\nTo: {to}\r\nSubject: hello\r\n\r\n{body}\r\n")
}

pub struct Home {
    pub folder: TempDir,
    pub alias: String,
    pub relay: Relay,
    pub store: Store,
    pub account: AccountId,
    pub profile: ProfileId,
    issuance: Arc<Issuance>,
    issued_at: OffsetDateTime,
}

/// Sends over SMTP to a relay; gives the first refusal, or the answer at the end of DATA.
pub async fn send(address: SocketAddr, from: &str, to: &[&str], message: &str) -> String {
    let mut lines = vec!["EHLO sender.example\r\n".to_owned(), format!("MAIL FROM:<{from}>\r\n")];
    lines.extend(to.iter().map(|to| format!("RCPT TO:<{to}>\r\n")));
    lines.extend(["DATA\r\n".to_owned(), format!("{message}.\r\n")]);
    tokio::task::spawn_blocking(move || {
        let mut out = TcpStream::connect(address).unwrap();
        let mut answers = BufReader::new(out.try_clone().unwrap());
        let mut said = answer_line(&mut answers);
        for line in lines {
            out.write_all(line.as_bytes()).unwrap();
            said = answer_line(&mut answers);
            if !said.starts_with(['2', '3']) {
                break;
            }
        }
        said
    })
    .await
    .unwrap()
}

impl Home {
    pub async fn new() -> Self {
        Self::issued_at(OffsetDateTime::now_utc()).await
    }

    /// With a profile of two years from a moment on.
    pub async fn issued_at(now: OffsetDateTime) -> Self {
        Self::start(now, Arc::new(SystemClock), |_| ()).await
    }

    /// With settings of its own.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::by(Arc::new(SystemClock), change).await
    }

    /// With an active profile and a smarthost that is away: nothing listens at its address, and a message waits an hour after its first
    /// try.
    pub async fn with_smarthost_away() -> (Self, SocketAddr) {
        let closed = test_support::ports::free();
        let home = Self::with(|config| {
            config.delivery = Destination::parse(&format!("smtp://{closed}"), None).unwrap();
            config.first_pause = std::time::Duration::from_secs(3600);
        })
        .await;
        home.activate().await;
        (home, closed)
    }

    /// By a clock, with settings of its own.
    pub async fn by(clock: Arc<dyn Clock>, change: impl FnOnce(&mut Config)) -> Self {
        Self::start(clock.now(), clock, change).await
    }

    async fn start(now: OffsetDateTime, clock: Arc<dyn Clock>, change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        create_database(folder.path()).await;
        let mut config = config(folder.path());
        change(&mut config);
        // An account that is not proved within a day is removed, so it is made today, whenever its profile was.
        let today = clock.now();
        let relay = Relay::start_by(config, clock).await.unwrap();
        let store = relay.store().clone();
        let mailbox: EmailAddress = MAILBOX.parse().unwrap();
        let (account, id) = store.create_account(&mailbox, String::new(), today).await.unwrap();
        verify(&store, account, id, today).await;
        let local = "amber-otter-417";
        store.create_alias(id, local, "", today).await.unwrap();
        let issuance = Issuance::of_home(now);
        let profile = issuance.store(&store, account, id, now).await;
        Self {
            alias: format!("{local}@relay.example"),
            folder,
            relay,
            store,
            account,
            profile,
            issuance,
            issued_at: now,
        }
    }

    /// The address of its database.
    pub fn database(&self) -> String {
        database(self.folder.path())
    }

    /// As the person does after the export, without a test.
    pub async fn activate(&self) {
        let (account, profile, now) = (self.account, self.profile, self.issued_at);
        assert!(self.store.note_export(account, profile, now).await.unwrap());
        let change = self.store.activate_profile(account, profile, true, now).await.unwrap();
        assert_eq!(change, Change::Done);
    }

    /// Another person's mailbox with an alias, without a profile; gives the alias.
    pub async fn clear_mailbox(&self, address: &str, local: &str) -> String {
        let now = self.issued_at;
        let address: EmailAddress = address.parse().unwrap();
        let (account, id) = self.store.create_account(&address, String::new(), now).await.unwrap();
        self.opened(account, id, local).await
    }

    /// An alias of another mailbox of the person with the address, without a profile.
    pub async fn other_mailbox(&self, account: AccountId, address: &str, local: &str) -> String {
        let address: EmailAddress = address.parse().unwrap();
        let id = self.store.add_mailbox(account, &address, self.issued_at).await.unwrap();
        self.opened(account, id, local).await
    }

    async fn opened(&self, account: AccountId, mailbox: MailboxId, local: &str) -> String {
        verify(&self.store, account, mailbox, self.issued_at).await;
        self.store
            .create_alias(mailbox, local, "", self.issued_at)
            .await
            .unwrap();
        format!("{local}@relay.example")
    }

    /// What the activity page of the alias says, the oldest first.
    pub async fn activity(&self) -> Vec<Outcome> {
        let events = self.store.activity(self.account, AliasId(1), None, 1000).await.unwrap();
        events.iter().rev().map(|event| event.outcome).collect()
    }

    /// The person's answer to a relay address, signed by the device and not encrypted.
    pub fn answer(&self, relay_address: &str, text: &str) -> String {
        let device = self.device().display().to_string();
        let entity = format!("Content-Type: text/plain\r\n\r\n{text}\r\n");
        let signed = openssl(&["cms", "-sign", "-nodetach", "-signer", &device], entity.as_bytes());
        let signed = String::from_utf8(signed)
            .unwrap()
            .replace("\r\n", "\n")
            .replace('\n', "\r\n");
        format!("From: Ann <{MAILBOX}>\r\nTo: {relay_address}\r\nSubject: answer\r\n{signed}")
    }

    /// The file with what the person's device signs and decrypts with.
    fn device(&self) -> PathBuf {
        let path = self.folder.path().join(format!("user-{}.pem", self.profile.0));
        if path.exists() {
            return path;
        }
        fs::write(&path, self.issuance.device()).unwrap();
        path
    }

    pub async fn sql(&self, statement: &'static str) {
        sql(&self.database(), statement).await;
        self.store.forget_cached();
    }

    /// Sends over SMTP; gives the first refusal, or the answer at the end of DATA.
    pub async fn send(&self, from: &str, to: &str, message: &str) -> String {
        self.send_to(from, &[to], message).await
    }

    /// The same, to several.
    pub async fn send_to(&self, from: &str, to: &[&str], message: &str) -> String {
        send(self.relay.smtp, from, to, message).await
    }

    /// A genuine return path, of an item that is not there any more.
    pub fn return_path(&self) -> String {
        let vault = Vault::open(&MasterKeySource::Value(Zeroizing::new(MASTER.to_owned()))).unwrap();
        let now = OffsetDateTime::now_utc();
        return_path::address(Token([7; 16]), now, "relay.example", &vault)
            .unwrap()
            .to_string()
    }

    /// "Start Email Thread" on the alias's page; gives the answer's body.
    pub async fn start_thread(&self, recipient: &str) -> String {
        let form = format!("alias=1&recipient={}", recipient.replace('@', "%40"));
        self.post("start_thread", &form).await
    }

    /// Posts a form as the person's browser would; gives the answer's body.
    pub async fn post(&self, function: &str, form: &str) -> String {
        let token = "a-session-of-the-test";
        let hash = TokenHash(Sha256::digest(token).into());
        let now = OffsetDateTime::now_utc();
        let password = Grounds::Password(self.store.password_hash(self.account).await.unwrap().unwrap());
        // From the second time on it is there already.
        let _ = self
            .store
            .open_session(self.account, &password, hash, now, time::Duration::DAY)
            .await;
        let request = format!(
            "POST /api/{function} HTTP/1.1\r\nHost: relay.example\r\nSec-Fetch-Site: same-origin\r\n\
             Accept: application/json\r\nCookie: sealpost_session={token}\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n{form}",
            form.len()
        );
        let address = self.relay.http;
        tokio::task::spawn_blocking(move || {
            let mut connection = TcpStream::connect(address).unwrap();
            connection.write_all(request.as_bytes()).unwrap();
            let answer = std::io::read_to_string(connection).unwrap();
            answer.split_once("\r\n\r\n").unwrap().1.to_owned()
        })
        .await
        .unwrap()
    }

    /// The messages that left, once nothing waits any more.
    pub async fn outbox(&self) -> Vec<Vec<u8>> {
        let begun = std::time::Instant::now();
        loop {
            let depth = self.store.depth().await.unwrap();
            if depth.waiting == 0 {
                return self.outbox_now();
            }
            assert!(
                begun.elapsed() < std::time::Duration::from_secs(60),
                "still in the queue: {depth:?}"
            );
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// The messages that have left so far.
    pub fn outbox_now(&self) -> Vec<Vec<u8>> {
        fs::read_dir(self.folder.path().join("outbox"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .map(|path| fs::read(path).unwrap())
            .collect()
    }

    /// Waits until so many messages have left.
    pub async fn wait_for(&self, count: usize) -> Vec<Vec<u8>> {
        for _ in 0..4800 {
            let left = self.outbox_now();
            if left.len() >= count {
                return left;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("fewer than {count} messages have left");
    }

    /// Whether a text stands in the queue as it is stored.
    pub async fn queue_holds(&self, text: &str) -> bool {
        let db = sea_orm::Database::connect(self.database()).await.unwrap();
        let select = Statement::from_string(db.get_database_backend(), "SELECT context, message FROM queue");
        let rows = db.query_all_raw(select).await.unwrap();
        let rows: Vec<(Vec<u8>, Option<Vec<u8>>)> =
            rows.iter().map(|row| row.try_get_many_by_index().unwrap()).collect();
        assert!(!rows.is_empty());
        let stands = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        rows.iter()
            .any(|(context, message)| stands(context) || message.as_deref().is_some_and(stands))
    }

    pub fn data_holds(&self, text: &str) -> bool {
        holds(self.folder.path(), text.as_bytes())
    }

    /// Another profile, whose key the test has from now on.
    pub async fn renew(&mut self) {
        self.renew_at(self.issued_at).await;
    }

    /// The same, of two years from a moment on.
    pub async fn renew_at(&mut self, now: OffsetDateTime) {
        let mailbox = self.store.mailboxes(self.account).await.unwrap()[0].id;
        self.issued_at = now;
        self.issuance = Arc::new(Issuance::new(MAILBOX, now));
        self.profile = self.issuance.store(&self.store, self.account, mailbox, now).await;
    }

    /// Another mailbox of the person's, verified, with an active profile whose key the test has from now on.
    pub async fn another_mailbox(&mut self, text: &str) -> MailboxId {
        let now = self.issued_at;
        let address: EmailAddress = text.parse().unwrap();
        let id = self.store.add_mailbox(self.account, &address, now).await.unwrap();
        verify(&self.store, self.account, id, now).await;
        self.issuance = Arc::new(Issuance::new(text, now));
        self.profile = self.issuance.store(&self.store, self.account, id, now).await;
        self.activate().await;
        id
    }

    /// Stops the relay and starts it again over the same data.
    pub async fn restart(&mut self, clock: Arc<dyn Clock>) {
        self.restart_with(clock, |_| ()).await;
    }

    /// With settings of its own.
    pub async fn restart_with(&mut self, clock: Arc<dyn Clock>, change: impl FnOnce(&mut Config)) {
        self.relay.stop().await;
        let mut config = config(self.folder.path());
        change(&mut config);
        self.relay = Relay::start_by(config, clock).await.unwrap();
        self.store = self.relay.store().clone();
    }

    /// The file that the person's devices get; its passphrase is [`PASSPHRASE`].
    pub fn export(&self) -> Vec<u8> {
        self.issuance.export()
    }

    /// What OpenSSL makes of a message, given the exported file.
    pub fn open(&self, mail: &[u8]) -> Vec<u8> {
        self.open_at(mail, OffsetDateTime::now_utc())
    }

    /// The same at a moment.
    pub fn open_at(&self, mail: &[u8], now: OffsetDateTime) -> Vec<u8> {
        let now = now.unix_timestamp().to_string();
        let pem_file = self.device().display().to_string();
        let signed = openssl(&["cms", "-decrypt", "-recip", &pem_file], mail);
        openssl(
            &[
                "cms",
                "-verify",
                "-CAfile",
                &pem_file,
                "-purpose",
                "smimesign",
                "-attime",
                &now,
            ],
            &signed,
        )
    }
}

async fn sql(url: &str, statement: &'static str) {
    let db = sea_orm::Database::connect(url).await.unwrap();
    let statement = match db.get_database_backend() {
        DbBackend::Postgres => statement.replace("zeroblob(64)", "decode(repeat('00', 64), 'hex')"),
        _ => statement.to_owned(),
    };
    db.execute_unprepared(&statement).await.unwrap();
    db.close().await.unwrap();
}

fn answer_line(answers: &mut impl BufRead) -> String {
    loop {
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        if line.as_bytes().get(3) != Some(&b'-') {
            return line.trim_end().to_owned();
        }
    }
}

fn holds(folder: &Path, text: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => holds(&path, text),
            false => fs::read(path).unwrap().windows(text.len()).any(|window| window == text),
        }
    })
}

fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    must(Command::new("openssl").args(arguments), input)
}
