//! The web interface in memory: a clock that tests move, an outbox instead of mail, and browsers that keep a cookie.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use app::{
    address::EmailAddress,
    api::{ApiError, alias::AliasId},
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
    deliver::{
        Courier, DeliveryError, Parcel,
        dkim::{DkimKey, DkimKeySource, DkimSigner, Selector},
    },
    inbound::thread::{ThreadError, ThreadStarter},
    store::Store,
    vault::{MasterKeySource, Vault},
    web,
};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime, macros::datetime};
use tower::ServiceExt;
use zeroize::Zeroizing;

pub const PASSWORD: &str = "correct horse battery";

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
}

#[async_trait]
impl Courier for Outbox {
    async fn deliver(&self, parcel: &Parcel) -> Result<(), DeliveryError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(DeliveryError::Later("down".into()));
        }
        let text = String::from_utf8(parcel.bytes().to_vec()).unwrap();
        self.mail.lock().unwrap().push((parcel.to().to_string(), text));
        Ok(())
    }
}

fn signer(folder: &Path) -> DkimSigner {
    let key = DkimKey::open(&DkimKeySource::Own(folder.join("dkim.key"))).unwrap();
    DkimSigner::new(&key, "relay.example", &Selector::parse("sealpost").unwrap()).unwrap()
}

/// Where threads start: only noted here.
#[derive(Default)]
pub struct Threads {
    pub started: Mutex<Vec<(AliasId, String)>>,
    pub error: Mutex<Option<ThreadError>>,
}

#[async_trait]
impl ThreadStarter for Threads {
    async fn start(&self, alias: AliasId, recipient: &EmailAddress) -> Result<(), ThreadError> {
        if let Some(error) = self.error.lock().unwrap().take() {
            return Err(error);
        }
        self.started.lock().unwrap().push((alias, recipient.to_string()));
        Ok(())
    }
}

pub struct Site {
    pub router: Router,
    pub store: Store,
    pub outbox: Arc<Outbox>,
    pub threads: Arc<Threads>,
    pub ready: Arc<AtomicBool>,
    pub folder: TempDir,
    clock: Arc<Hands>,
}

impl Site {
    pub async fn new() -> Self {
        Self::at("http://127.0.0.1:3000").await
    }

    pub async fn at(public_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("sealpost.db").display());
        let store = Store::connect(&url).await.unwrap();
        let key = Zeroizing::new("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=".to_owned());
        let root = folder.path().join("site");
        std::fs::create_dir_all(root.join("pkg")).unwrap();
        std::fs::write(root.join("pkg/sealpost.js"), "export default 1;\n".repeat(200)).unwrap();
        let outbox = Arc::new(Outbox::default());
        let threads = Arc::new(Threads::default());
        let clock = Arc::new(Hands(AtomicI64::new(0)));
        let ready = Arc::new(AtomicBool::new(true));
        let router = web::router(web::State {
            store: store.clone(),
            vault: Arc::new(Vault::open(MasterKeySource::Value(key)).unwrap()),
            courier: outbox.clone(),
            outbound: threads.clone(),
            clock: clock.clone(),
            signer: Arc::new(signer(folder.path())),
            policy: "version: STSv1\r\n".to_owned(),
            domain: "relay.example".to_owned(),
            public_url: public_url.parse().unwrap(),
            trusted_proxies: "192.0.2.64/26".parse().unwrap(),
            leptos_options: LeptosOptions::builder()
                .output_name("sealpost")
                .site_root(root.display().to_string())
                .build(),
            ready: ready.clone(),
        });
        Self {
            router,
            store,
            outbox,
            threads,
            ready,
            folder,
            clock,
        }
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
            cookie: Mutex::default(),
            once: Mutex::default(),
        }
    }

    /// Signed up, and verified.
    pub async fn member(&self, email: &str) -> Browser<'_> {
        let browser = self.browser();
        browser.sign_up(email).await.unwrap();
        let code = self.code(email);
        let mailboxes: Vec<app::api::account::MailboxView> = browser.call("mailboxes", &[]).await.unwrap();
        let id = mailboxes[0].id.to_string();
        browser
            .call::<()>("verify_mailbox", &[("mailbox", &id), ("code", &code)])
            .await
            .unwrap();
        browser
    }

    /// The last code mailed to an address.
    pub fn code(&self, email: &str) -> String {
        let mail = self.outbox.mail.lock().unwrap();
        let (_, text) = mail.iter().rev().find(|(to, _)| to == email).unwrap();
        let at = text.find("Your code is ").unwrap() + "Your code is ".len();
        text[at..at + 6].to_owned()
    }
}

pub struct Browser<'a> {
    site: &'a Site,
    ip: &'static str,
    cookie: Mutex<Option<String>>,
    once: Mutex<Option<String>>,
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
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    pub fn set_cookie(&self, cookie: Option<String>) {
        *self.cookie.lock().unwrap() = cookie;
    }

    pub async fn send(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let peer: SocketAddr = format!("{}:40000", self.ip).parse().unwrap();
        let mut request = request.header(header::HOST, "127.0.0.1:3000");
        if let Some(cookie) = self.cookie() {
            request = request.header(header::COOKIE, format!("other=1; {cookie}"));
        }
        if let Some(cookie) = &*self.once.lock().unwrap() {
            request = request.header(header::COOKIE, cookie);
        }
        let mut request = request.body(body.into()).unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.site.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for set in parts.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let kept = Some(pair.to_owned()).filter(|pair| !pair.ends_with('='));
            match pair.starts_with("sealpost_once=") {
                true => *self.once.lock().unwrap() = kept,
                false => self.set_cookie(kept),
            }
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
    pub async fn call_json<T: DeserializeOwned>(
        &self,
        function: &str,
        arguments: serde_json::Value,
    ) -> Result<T, ApiError> {
        let request = Request::post(format!("/api/{function}"))
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json");
        result(&self.send(request, arguments.to_string()).await)
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
