//! The web interface in memory: a clock that tests move, an outbox instead of mail, and browsers that keep a cookie.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
};

use app::{
    address::EmailAddress,
    api::{ApiError, account::SignUpMode},
    id::{AliasId, MailboxId, ProfileId},
};
use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use leptos::config::LeptosOptions;
use serde::de::DeserializeOwned;
use server::{
    clock::Clock,
    config::{Allowance, DkimKeySource, OidcSettings, Selector, Switch},
    deliver::{Courier, DeliveryError},
    dkim::{DkimKey, DkimSigner},
    doctor::{Check, Examiner, Finding, State},
    domains::Domains,
    notices::{
        letter::{LetterError, LetterWriter, OwnLetter},
        started_thread::{ThreadError, ThreadStarter},
        test_message::{self, TestCode, TestMessageError},
    },
    oidc::Provider,
    parcel::Parcel,
    store::{AccountId, Store},
    vault::{MasterKeySource, Vault},
    web,
};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime, macros::datetime};
use tokio::sync::Semaphore;
use tower::ServiceExt;
use zeroize::Zeroizing;

pub const PASSWORD: &str = "correct horse battery";

/// A file of the program, named as `scripts/site` names them.
pub const SCRIPT: &str = "/pkg/start-00112233445566778899.js";

/// What `scripts/site` writes down. The digest is of the empty file.
const BUNDLE: &str = r#"{
  "start": { "path": "/pkg/start-00112233445566778899.js", "integrity": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" },
  "islands_bindings": { "path": "/pkg/islands_bindings-00.js", "integrity": "sha256-islands" },
  "wizard_bindings": { "path": "/pkg/wizard_bindings-00.js", "integrity": "sha256-wizard" },
  "worker": { "path": "/pkg/worker-00.js", "integrity": "sha256-worker" },
  "style": { "path": "/pkg/style-00.css", "integrity": "sha256-style" }
}"#;

pub struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> OffsetDateTime {
        datetime!(2026-11-24 03:00:00 UTC) + Duration::seconds(self.0.load(Ordering::Relaxed))
    }
}

#[derive(Default)]
pub struct Outbox {
    pub mail: Mutex<Vec<(String, String)>>,
    pub fails: AtomicBool,
    /// Whether no session comes about.
    pub unreachable: AtomicBool,
    /// How often it failed.
    pub failed: AtomicI64,
}

#[async_trait]
impl Courier for Outbox {
    async fn deliver(&self, parcel: &Parcel) -> Result<(), DeliveryError> {
        if self.fails.load(Ordering::Relaxed) {
            self.failed.fetch_add(1, Ordering::Relaxed);
            let said = format!("450 4.2.0 <{}> is greylisted", parcel.to());
            return Err(DeliveryError::Later(said.into()));
        }
        let text = String::from_utf8(parcel.bytes().to_vec()).unwrap();
        self.mail.lock().unwrap().push((parcel.to().to_string(), text));
        Ok(())
    }

    async fn reach(&self, _: &str) -> Result<(), DeliveryError> {
        match self.unreachable.load(Ordering::Relaxed) {
            true => Err(DeliveryError::Later("down".into())),
            false => Ok(()),
        }
    }
}

fn signer(folder: &Path) -> DkimSigner {
    let key = DkimKey::open(&DkimKeySource::Own(folder.join("dkim.key"))).unwrap();
    DkimSigner::new(&key, "relay.example", &Selector::parse("sealpost").unwrap()).unwrap()
}

/// Where threads start: only noted here.
#[derive(Default)]
pub struct MessageIdMap {
    pub started: Mutex<Vec<(AliasId, String)>>,
    pub error: Mutex<Option<ThreadError>>,
}

#[async_trait]
impl ThreadStarter for MessageIdMap {
    async fn start(&self, alias: AliasId, recipient: &EmailAddress) -> Result<(), ThreadError> {
        if let Some(error) = self.error.lock().unwrap().take() {
            return Err(error);
        }
        self.started.lock().unwrap().push((alias, recipient.to_string()));
        Ok(())
    }
}

/// Where test messages come from: only noted here.
#[derive(Default)]
pub struct TestMessageSender {
    pub sent: Mutex<Vec<ProfileId>>,
    /// The codes inside, if any, and where they are typed.
    pub codes: Mutex<Vec<Option<(String, String)>>>,
    pub error: Mutex<Option<TestMessageError>>,
}

#[async_trait]
impl test_message::TestMessageSender for TestMessageSender {
    async fn send(&self, _: AccountId, profile: ProfileId, code: Option<TestCode>) -> Result<(), TestMessageError> {
        if let Some(error) = self.error.lock().unwrap().take() {
            return Err(error);
        }
        self.sent.lock().unwrap().push(profile);
        let code = code.map(|code| (code.digits.as_str().to_owned(), code.page));
        self.codes.lock().unwrap().push(code);
        Ok(())
    }
}

/// Letters to people: only kept here.
#[derive(Default)]
pub struct Letters {
    pub written: Mutex<Vec<(MailboxId, String)>>,
}

#[async_trait]
impl LetterWriter for Letters {
    async fn write(&self, mailbox: MailboxId, letter: OwnLetter) -> Result<(), LetterError> {
        let text = letter.text.as_str().to_owned();
        self.written.lock().unwrap().push((mailbox, text));
        Ok(())
    }
}

/// Checks that end when a test lets them, with one finding.
pub struct Doctor {
    pub may_end: Semaphore,
    pub panics: AtomicBool,
    pub runs: AtomicUsize,
}

#[async_trait]
impl Examiner for Doctor {
    async fn examine(&self, to: Option<&EmailAddress>) -> Vec<Finding> {
        assert_eq!(
            to.map(EmailAddress::as_str),
            Some("ann@example.org"),
            "the administrator's own"
        );
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.may_end.acquire().await.unwrap().forget();
        assert!(!self.panics.load(Ordering::Relaxed), "a check panicked");
        vec![Finding {
            check: Check::Mx,
            of: "relay.example".into(),
            state: State::Bad,
            found: "there is no MX record".into(),
            means: "No mail arrives.".into(),
            action: "Publish one.".into(),
        }]
    }
}

/// What an operator sets.
pub struct Settings {
    pub public_url: &'static str,
    pub sign_up: SignUpMode,
    pub allowance: Allowance,
    /// Instead of the outbox.
    pub courier: Option<Arc<dyn Courier>>,
    /// Whether people can sign in with passwords.
    pub local_sign_in: Switch,
    /// The provider at which people sign in.
    pub oidc: Option<OidcSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:3000",
            sign_up: SignUpMode::Open,
            allowance: Allowance {
                mailboxes: 10,
                aliases: 10_000,
                aliases_per_hour: 100,
                messages_per_hour: 2000,
                replies_per_hour: 200,
            },
            courier: None,
            local_sign_in: Switch::On,
            oidc: None,
        }
    }
}

pub struct Site {
    pub router: Router,
    pub store: Store,
    pub outbox: Arc<Outbox>,
    pub threads: Arc<MessageIdMap>,
    pub test_messages: Arc<TestMessageSender>,
    pub letters: Arc<Letters>,
    pub doctor: Arc<Doctor>,
    pub ready: Arc<AtomicBool>,
    pub folder: TempDir,
    clock: Arc<Hands>,
    /// Other processes on the same database, if any: each request goes to the next one, as behind a proxy.
    others: Vec<Router>,
    requests: AtomicUsize,
    /// How many mails of each address were read.
    read: Mutex<BTreeMap<String, usize>>,
}

impl Site {
    pub async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn at(public_url: &'static str) -> Self {
        let settings = Settings {
            public_url,
            ..Settings::default()
        };
        Self::with(settings).await
    }

    pub async fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("sealpost.db").display());
        Self::over(folder, &[&url], settings).await
    }

    /// Two processes on one PostgreSQL.
    pub async fn of_two_processes(url: &str, public_url: &'static str) -> Self {
        let settings = Settings {
            public_url,
            ..Settings::default()
        };
        Self::over(tempfile::tempdir().unwrap(), &[url, url], settings).await
    }

    /// One process for each of these databases.
    async fn over(folder: TempDir, urls: &[&str], settings: Settings) -> Self {
        let key = Zeroizing::new("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=".to_owned());
        let root = folder.path().join("site");
        std::fs::create_dir_all(root.join("pkg")).unwrap();
        std::fs::write(root.join("pkg/plain.js"), "export default 1;\n".repeat(200)).unwrap();
        std::fs::write(root.join(&SCRIPT[1..]), "export default 1;\n".repeat(200)).unwrap();
        std::fs::write(root.join("pkg/bundle.json"), BUNDLE).unwrap();
        let outbox = Arc::new(Outbox::default());
        let threads = Arc::new(MessageIdMap::default());
        let test_messages = Arc::new(TestMessageSender::default());
        let letters = Arc::new(Letters::default());
        let doctor = Arc::new(Doctor {
            may_end: Semaphore::new(0),
            panics: AtomicBool::new(false),
            runs: AtomicUsize::new(0),
        });
        let clock = Arc::new(Hands(AtomicI64::new(0)));
        let ready = Arc::new(AtomicBool::new(true));
        let process = |store: Store| {
            web::router(web::State {
                store,
                vault: Arc::new(Vault::open(&MasterKeySource::Value(key.clone())).unwrap()),
                courier: settings.courier.clone().unwrap_or_else(|| outbox.clone()),
                outbound: threads.clone(),
                test_messages: test_messages.clone(),
                letters: letters.clone(),
                sign_up: settings.sign_up,
                local_sign_in: settings.local_sign_in,
                provider: settings
                    .oidc
                    .clone()
                    .map(|oidc| Provider::new(oidc, &settings.public_url.parse().unwrap(), clock.clone()).unwrap()),
                allowance: settings.allowance,
                clock: clock.clone(),
                signer: Arc::new(signer(folder.path())),
                policy: "version: STSv1\r\n".to_owned(),
                domain: "relay.example".to_owned(),
                domains: Arc::new(Domains::new(
                    "relay.example".to_owned(),
                    vec!["second.example".to_owned()],
                )),
                public_url: settings.public_url.parse().unwrap(),
                trusted_proxies: "192.0.2.64/26".parse().unwrap(),
                leptos_options: LeptosOptions::builder()
                    .output_name("sealpost")
                    .site_root(root.display().to_string())
                    .build(),
                examiner: doctor.clone(),
                ready: ready.clone(),
            })
        };
        let store = Store::connect(urls[0]).await.unwrap();
        let router = process(store.clone());
        let mut others = Vec::new();
        for url in &urls[1..] {
            others.push(process(Store::connect(url).await.unwrap()));
        }
        Self {
            router,
            others,
            requests: AtomicUsize::new(0),
            store,
            outbox,
            threads,
            test_messages,
            letters,
            doctor,
            ready,
            folder,
            clock,
            read: Mutex::default(),
        }
    }

    fn next_router(&self) -> Router {
        let request = self.requests.fetch_add(1, Ordering::Relaxed);
        let process = request % (self.others.len() + 1);
        let other = process.checked_sub(1).map(|other| &self.others[other]);
        other.unwrap_or(&self.router).clone()
    }

    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    pub fn pass(&self, time: Duration) {
        self.clock.0.fetch_add(time.whole_seconds(), Ordering::Relaxed);
    }

    pub fn browser(&self) -> Browser<'_> {
        self.browser_at("192.0.2.1")
    }

    pub fn browser_at(&self, ip: &'static str) -> Browser<'_> {
        Browser {
            site: self,
            ip,
            cookies: Mutex::default(),
        }
    }

    /// Signed up, and verified.
    pub async fn member(&self, email: &str) -> Browser<'_> {
        let browser = self.browser();
        browser.sign_up(email).await.unwrap();
        let code = self.code(email).await;
        let mailboxes: Vec<app::api::mailbox::MailboxView> = browser.call("mailboxes", &[]).await.unwrap();
        let id = mailboxes[0].id.to_string();
        browser
            .call::<()>("verify_mailbox", &[("mailbox", &id), ("code", &code)])
            .await
            .unwrap();
        browser
    }

    /// The last code mailed to an address, once one is there that was not read before.
    pub async fn code(&self, email: &str) -> String {
        let mails = || {
            let mail = self.outbox.mail.lock().unwrap();
            mail.iter()
                .filter(|(to, _)| to == email)
                .map(|(_, text)| text.clone())
                .collect::<Vec<_>>()
        };
        let read = self.read.lock().unwrap().get(email).copied().unwrap_or(0);
        eventually(|| mails().len() > read).await;
        let mails = mails();
        self.read.lock().unwrap().insert(email.to_owned(), mails.len());
        code_in(mails.last().unwrap())
    }

    /// Waits until so many mails left in all.
    pub async fn mails(&self, count: usize) {
        eventually(|| self.outbox.mail.lock().unwrap().len() >= count).await;
    }

    /// Waits until so many letters were written in all.
    pub async fn letters(&self, count: usize) {
        eventually(|| self.letters.written.lock().unwrap().len() >= count).await;
    }
}

/// Mail leaves after the answer.
pub async fn eventually(is_so: impl Fn() -> bool) {
    for _ in 0..3000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it never came");
}

/// The code of a mail or letter.
pub fn code_in(text: &str) -> String {
    let found = ["Your code is ", "Ihr Code ist "]
        .iter()
        .find_map(|words| text.find(words).map(|at| at + words.len()));
    let at = found.unwrap();
    text[at..at + "aaaa-bbbb-cccc".len()].to_owned()
}

/// A code that is another one than this.
pub fn another(code: &str) -> &'static str {
    if code == "aaaa-aaaa-aaaa" {
        "bbbb-bbbb-bbbb"
    } else {
        "aaaa-aaaa-aaaa"
    }
}

pub struct Browser<'a> {
    site: &'a Site,
    ip: &'static str,
    cookies: Mutex<BTreeMap<String, String>>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Browser<'_> {
    /// The session's.
    pub fn cookie(&self) -> Option<String> {
        self.cookie_of("session")
    }

    /// The one whose name ends like this.
    pub fn cookie_of(&self, end: &str) -> Option<String> {
        let cookies = self.cookies.lock().unwrap();
        let found = cookies.iter().find(|(name, _)| name.ends_with(end));
        found.map(|(name, value)| format!("{name}={value}"))
    }

    pub fn set_cookie(&self, cookie: Option<String>) {
        let mut cookies = self.cookies.lock().unwrap();
        match cookie.as_deref().and_then(|cookie| cookie.split_once('=')) {
            Some((name, "")) => drop(cookies.remove(name)),
            Some((name, value)) => drop(cookies.insert(name.to_owned(), value.to_owned())),
            None => cookies.clear(),
        }
    }

    /// As a browser whose cookie of known devices was deleted.
    pub fn forget_device(&self) {
        self.cookies.lock().unwrap().retain(|name, _| !name.ends_with("device"));
    }

    pub async fn send(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let peer: SocketAddr = format!("{}:40000", self.ip).parse().unwrap();
        let mut request = request.header(header::HOST, "127.0.0.1:3000");
        let cookies = self.cookies.lock().unwrap().clone();
        if !cookies.is_empty() {
            let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, format!("other=1; {}", pairs.join("; ")));
        }
        let mut request = request.body(body.into()).unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.site.next_router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for set in parts.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            self.set_cookie(Some(pair.to_owned()));
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, 16 << 20).await.unwrap().to_vec(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// As the page's own script posts a form.
    pub async fn post(&self, function: &str, form: &[(&str, &str)]) -> Answer {
        let request = Request::post(format!("/api/{function}"))
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, encode(form)).await
    }

    pub async fn call<T: DeserializeOwned>(&self, function: &str, form: &[(&str, &str)]) -> Result<T, ApiError> {
        result(&self.post(function, form).await)
    }

    /// For the functions whose arguments are JSON.
    pub async fn post_json(&self, function: &str, arguments: serde_json::Value) -> Answer {
        let request = Request::post(format!("/api/{function}"))
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, arguments.to_string()).await
    }

    pub async fn call_json<T: DeserializeOwned>(
        &self,
        function: &str,
        arguments: serde_json::Value,
    ) -> Result<T, ApiError> {
        result(&self.post_json(function, arguments).await)
    }

    pub async fn sign_up(&self, email: &str) -> Result<(), ApiError> {
        self.call("sign_up", &[("email", email), ("password", PASSWORD)]).await
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Result<(), ApiError> {
        self.call("sign_in", &[("email", email), ("password", password)]).await
    }
}

fn result<T: DeserializeOwned>(answer: &Answer) -> Result<T, ApiError> {
    match answer.status.is_success() {
        true => Ok(serde_json::from_slice(&answer.body).unwrap()),
        false => {
            Err(serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{}: {}", answer.status, answer.text())))
        }
    }
}

pub fn encode(form: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        let byte = |byte: u8| match byte.is_ascii_alphanumeric() {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let pairs: Vec<_> = form
        .iter()
        .map(|(name, value)| format!("{name}={}", escape(value)))
        .collect();
    pairs.join("&")
}
