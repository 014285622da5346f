//! A CA, the DNS that it asks, and a relay that wants a certificate of it.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use server::{
    clock::{Clock, SystemClock},
    config::{AcmeChallenge, AcmeSettings, Config},
};
use test_support::{
    dns::{Dns, Record},
    pebble::{Pebble, Place, Settings},
    ports::free,
};

use crate::{
    queue::until,
    support::{
        home::{Home, letter},
        log::Log,
    },
};

/// The names that the DNS has; the settings also name `mta-sts.second.example`.
pub const NAMES: [&str; 3] = ["relay.example", "mail.relay.example", "mta-sts.relay.example"];

/// A name that the DNS has, and no setting at first.
pub const OTHER: &str = "www.relay.example";

pub struct Lab {
    pub place: Place,
    pub settings: Settings,
    pub http: SocketAddr,
    pub https: SocketAddr,
    dns: Dns,
}

impl Lab {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// With further records.
    pub fn with(records: &[Record<'static>]) -> Self {
        let names = NAMES.into_iter().chain([OTHER]);
        let mut zone: Vec<_> = names.map(|name| Record::A(name, "127.0.0.1")).collect();
        zone.extend_from_slice(records);
        let dns = Dns::start(&zone);
        let (http, https) = (free(), free());
        Self {
            place: Place::new(),
            settings: Settings {
                dns: dns.address,
                http_port: http.port(),
                tls_port: https.port(),
                blocked: "blocked.example",
            },
            http,
            https,
            dns,
        }
    }

    pub fn ca(&self) -> Pebble {
        self.place.start(&self.settings)
    }

    /// The settings of a relay that asks the CA.
    pub fn configure(&self, config: &mut Config, challenge: AcmeChallenge) {
        config.http = self.http;
        config.https = Some(self.https);
        config.public_url = "https://relay.example".parse().unwrap();
        config.mx = "mail.relay.example".into();
        config.dns = Some(self.dns.address);
        config.acme = Some(AcmeSettings {
            challenge,
            contact: Some("operator@example.org".parse().unwrap()),
            directory: self.place.url(),
            ca: Some(self.place.ca()),
        });
    }

    pub async fn relay(&self, challenge: AcmeChallenge) -> Home {
        self.relay_by(Arc::new(SystemClock), challenge).await
    }

    pub async fn relay_by(&self, clock: Arc<dyn Clock>, challenge: AcmeChallenge) -> Home {
        Home::by(clock, |config| self.configure(config, challenge)).await
    }
}

/// How a client reaches a listener with TLS.
#[derive(Clone, Copy)]
pub enum Tls {
    Web,
    StartTls,
}

/// The certificate that OpenSSL is shown, as PEM; `None` if it does not lead to the root or is not for the name.
pub async fn shown(address: SocketAddr, tls: Tls, name: &str, root: &Path) -> Option<String> {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-verify_return_error", "-connect", &address.to_string()]);
    command.args(["-servername", name, "-verify_hostname", name, "-CAfile"]);
    command.arg(root).stdin(Stdio::null());
    if let Tls::StartTls = tls {
        command.args(["-starttls", "smtp"]);
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = output.await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let begin = text.find("-----BEGIN CERTIFICATE")?;
    let end = text.find("-----END CERTIFICATE")?;
    output.status.success().then(|| text[begin..end].to_owned())
}

/// What curl is answered, with the header.
pub async fn curl(arguments: &[&str]) -> String {
    let mut command = Command::new("curl");
    command.args([
        "--silent",
        "--show-error",
        "--include",
        "--noproxy",
        "*",
        "--max-time",
        "60",
    ]);
    command.args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = output.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Sends a message and sees it leave.
pub async fn mail_flows(home: &Home) {
    home.activate().await;
    let answer = home
        .send("bob@example.com", &home.alias, &letter(&home.alias, "hi"))
        .await;
    assert!(answer.starts_with("250"), "{answer}");
    home.wait_for(1).await;
}

/// The self-signed certificate of the relay.
pub fn self_signed(home: &Home) -> PathBuf {
    home.folder.path().join("smtp.crt")
}

/// Waits until so many certificates were obtained, and panics with the log when an attempt fails.
pub async fn obtained(log: &Log, count: usize) {
    until("a certificate is obtained", || async {
        let failures = log.count(FAILED);
        assert_eq!(failures, 0, "{}", log.text());
        log.count(OBTAINED) == count
    })
    .await;
}

pub const OBTAINED: &str = "there is a new certificate of the CA";
pub const FAILED: &str = "no certificate was obtained; the one before stays in use";
