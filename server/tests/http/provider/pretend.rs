//! A provider on loopback that says whatever a test wants.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use server::config::{ClientSecret, OidcSettings};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tokio::{net::TcpListener, task::JoinHandle};
use zeroize::Zeroizing;

const SECRET: &str = "a secret of the test";

/// The content of an ID token. Times are in seconds from now on.
#[derive(Clone)]
pub struct Token {
    pub subject: &'static str,
    pub email: &'static str,
    pub email_verified: Option<bool>,
    /// Whether the address stands in the token, or must be asked for.
    pub mail_in_token: bool,
    pub audience: Vec<&'static str>,
    pub party: Option<&'static str>,
    pub issuer: Option<&'static str>,
    pub nonce: Option<&'static str>,
    pub issued: i64,
    pub expires: i64,
    pub authenticated: Option<i64>,
    pub algorithm: &'static str,
    /// Whether another key signs it than the provider's.
    pub stranger: bool,
}

impl Token {
    /// An honest one.
    pub fn of(subject: &'static str, email: &'static str) -> Self {
        Self {
            subject,
            email,
            email_verified: Some(true),
            mail_in_token: true,
            audience: vec!["sealpost"],
            party: None,
            issuer: None,
            nonce: None,
            issued: 0,
            expires: 300,
            authenticated: None,
            algorithm: "ES256",
            stranger: false,
        }
    }
}

/// A code that was not redeemed yet.
struct Issued {
    challenge: String,
    nonce: String,
    token: Token,
}

struct Inner {
    issuer: String,
    key: EcdsaKeyPair,
    key_id: u32,
    now: OffsetDateTime,
    codes: BTreeMap<String, Issued>,
    /// By access token.
    people: BTreeMap<String, Token>,
    trouble: Option<Trouble>,
    asked_elsewhere: usize,
    redeemed: usize,
}

/// The fault of its own description.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    /// It stands elsewhere.
    Redirect,
    /// There is no end of it.
    Large,
}

type Shared = Arc<Mutex<Inner>>;

pub struct Pretend {
    shared: Shared,
    serving: JoinHandle<()>,
}

fn new_key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Pretend {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Mutex::new(Inner {
            issuer: format!("http://{}/realms/house", listener.local_addr().unwrap()),
            key: new_key(),
            key_id: 1,
            now: OffsetDateTime::now_utc(),
            codes: BTreeMap::new(),
            people: BTreeMap::new(),
            trouble: None,
            asked_elsewhere: 0,
            redeemed: 0,
        }));
        let router = Router::new()
            .route("/realms/house/.well-known/openid-configuration", get(configuration))
            .route("/elsewhere", get(elsewhere))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(me))
            .with_state(shared.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { shared, serving }
    }

    pub fn settings(&self) -> OidcSettings {
        OidcSettings {
            issuer: self.shared.lock().unwrap().issuer.clone(),
            client_id: "sealpost".to_owned(),
            client_secret: ClientSecret::Value(Zeroizing::new(SECRET.to_owned())),
            name: "Our House".to_owned(),
            sign_up: false,
        }
    }

    pub fn set_now(&self, now: OffsetDateTime) {
        self.shared.lock().unwrap().now = now;
    }

    pub fn new_key(&self) {
        let mut inner = self.shared.lock().unwrap();
        inner.key = new_key();
        inner.key_id += 1;
    }

    pub fn make(&self, trouble: Trouble) {
        self.shared.lock().unwrap().trouble = Some(trouble);
    }

    /// How often somebody followed the redirect.
    pub fn asked_elsewhere(&self) -> usize {
        self.shared.lock().unwrap().asked_elsewhere
    }

    /// How often somebody came with a code.
    pub fn redeemed(&self) -> usize {
        self.shared.lock().unwrap().redeemed
    }

    pub async fn stop(&self) {
        self.serving.abort();
        tokio::task::yield_now().await;
    }

    /// The parameters that the browser at this page of the provider's is sent back with, once the person has signed in.
    pub fn answer(&self, page: &str, token: Token) -> String {
        let mut inner = self.shared.lock().unwrap();
        assert!(
            page.starts_with(&inner.issuer.replace("/realms/house", "/authorize?")),
            "{page}"
        );
        let (_, query) = page.split_once('?').unwrap();
        let asked: BTreeMap<String, String> = form_urlencoded(query);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], "sealpost");
        assert_eq!(asked["scope"], "openid email");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["redirect_uri"], "http://127.0.0.1:3000/sign-in/provider/return");
        let code = format!("code{}", inner.codes.len());
        let issued = Issued {
            challenge: asked["code_challenge"].clone(),
            nonce: asked["nonce"].clone(),
            token,
        };
        inner.codes.insert(code.clone(), issued);
        format!("/sign-in/provider/return?code={code}&state={}", asked["state"])
    }
}

fn form_urlencoded(query: &str) -> BTreeMap<String, String> {
    let url = url::Url::parse(&format!("http://x/?{query}")).unwrap();
    url.query_pairs().into_owned().collect()
}

async fn configuration(State(shared): State<Shared>) -> Response {
    let (trouble, mut document) = {
        let inner = shared.lock().unwrap();
        (inner.trouble, document(&inner.issuer))
    };
    match trouble {
        Some(Trouble::Redirect) => return Redirect::to("/elsewhere").into_response(),
        Some(Trouble::Large) => document["padding"] = "x".repeat(300 << 10).into(),
        None => {}
    }
    Json(document).into_response()
}

async fn elsewhere(State(shared): State<Shared>) -> Json<Value> {
    let mut inner = shared.lock().unwrap();
    inner.asked_elsewhere += 1;
    Json(document(&inner.issuer))
}

fn document(issuer: &str) -> Value {
    let at = |path: &str| issuer.replace("/realms/house", path);
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/me"),
        "jwks_uri": at("/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // It offers what must not be taken.
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    })
}

async fn keys(State(shared): State<Shared>) -> Json<Value> {
    let inner = shared.lock().unwrap();
    let point = inner.key.public_key().as_ref();
    Json(json!({"keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": inner.key_id.to_string(),
        "x": encode(&point[1..33]), "y": encode(&point[33..]),
    }]}))
}

async fn token(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Form(asked): Form<BTreeMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let mut inner = shared.lock().unwrap();
    let refused = (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"})));
    let basic = base64::engine::general_purpose::STANDARD.encode("sealpost:a+secret+of+the+test");
    assert_eq!(headers["authorization"], format!("Basic {basic}"));
    inner.redeemed += 1;
    // A code is redeemed once, whatever comes of it.
    let Some(issued) = inner.codes.remove(&asked["code"]) else {
        return refused;
    };
    if encode(Sha256::digest(&asked["code_verifier"])) != issued.challenge {
        return refused;
    }
    let access = format!("access{}", inner.people.len());
    inner.people.insert(access.clone(), issued.token.clone());
    let id_token = inner.id_token(&issued);
    let body = json!({"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": id_token});
    (StatusCode::OK, Json(body))
}

async fn me(State(shared): State<Shared>, headers: HeaderMap) -> Json<Value> {
    let inner = shared.lock().unwrap();
    let access = headers["authorization"]
        .to_str()
        .unwrap()
        .strip_prefix("Bearer ")
        .unwrap();
    let token = &inner.people[access];
    Json(json!({"sub": token.subject, "email": token.email, "email_verified": token.email_verified.unwrap_or(false)}))
}

impl Inner {
    fn id_token(&self, issued: &Issued) -> String {
        let token = &issued.token;
        let at = |seconds: i64| self.now.unix_timestamp() + seconds;
        let mut claims = json!({
            "iss": token.issuer.unwrap_or(&self.issuer),
            "sub": token.subject,
            "aud": token.audience,
            "nonce": token.nonce.unwrap_or(&issued.nonce),
            "iat": at(token.issued),
            "exp": at(token.expires),
        });
        let optional = [
            ("azp", token.party.map(Value::from)),
            ("auth_time", token.authenticated.map(|seconds| at(seconds).into())),
            ("email", token.mail_in_token.then(|| token.email.into())),
            (
                "email_verified",
                token.email_verified.filter(|_| token.mail_in_token).map(Value::from),
            ),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                claims[name] = value;
            }
        }
        let header = json!({"alg": token.algorithm, "kid": self.key_id.to_string()});
        let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = match token.algorithm {
            "ES256" => {
                let stranger = new_key();
                let key = if token.stranger { &stranger } else { &self.key };
                let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
                encode(signature.as_ref())
            }
            "HS256" => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
                encode(hmac::sign(&key, signed.as_bytes()).as_ref())
            }
            _ => String::new(),
        };
        format!("{signed}.{signature}")
    }
}
