//! Obtains the host's certificate from a CA by ACME (RFC 8555), and renews it.
//!
//! It asks for the names of the settings that have addresses in the DNS, and proves them by HTTP-01 or TLS-ALPN-01
//! ([`Challenges`]). The certificate goes into a file of the data folder, from where [`crate::tls`] takes it. A failure
//! is logged and repeated later, and never touches the certificate before.

mod account;
mod challenges;
mod error;
mod issued;
mod names;
mod order;
mod schedule;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use hickory_resolver::{TokioResolver, net::runtime::TokioRuntimeProvider};
use issued::IssuedFile;
use names::Names;
use time::OffsetDateTime;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    config::{AcmeSettings, Config},
    dns,
    tls::Leaf,
};

pub use challenges::{ACME_TLS, Challenges};
pub use error::AcmeError;

/// The longest time of an attempt. The CA may take minutes, but must not hold up the next attempt for ever.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(10 * 60);
/// How often the clock is looked at. A machine that slept, or whose clock was put right, is late by this at most.
const LOOK: Duration = Duration::from_secs(60 * 60);

/// Keeps a certificate of a CA.
pub struct Acme {
    settings: AcmeSettings,
    wanted: Vec<String>,
    resolver: TokioResolver,
    clock: Arc<dyn Clock>,
    challenges: Arc<Challenges>,
    issued: IssuedFile,
    account: PathBuf,
    /// By how much renewals are early, from 0 to 1.
    share: f64,
    wake: Notify,
}

/// The file in the data folder that has certificate and key.
pub fn certificate_file_in(data: &Path) -> PathBuf {
    data.join("acme.pem")
}

impl Acme {
    /// For the names and the data folder of the settings.
    ///
    /// # Errors
    /// The resolver cannot be set up.
    pub fn new(settings: &AcmeSettings, config: &Config, clock: Arc<dyn Clock>) -> Result<Self, AcmeError> {
        let (servers, options) = dns::resolver(config.dns)?;
        let resolver = TokioResolver::builder_with_config(servers, TokioRuntimeProvider::default());
        Ok(Self {
            settings: settings.clone(),
            wanted: names::wanted(config),
            resolver: resolver.with_options(options).build()?,
            clock,
            challenges: Arc::default(),
            issued: IssuedFile(certificate_file_in(&config.data)),
            account: config.data.join("acme-account.json"),
            // Without randomness they are not early, which does no harm.
            share: getrandom::u32().map_or(0.0, |random| f64::from(random) / f64::from(u32::MAX)),
            wake: Notify::new(),
        })
    }

    /// The file that the certificate and its key are in, once there is one; see [`certificate_file_in`].
    pub fn certificate_file(&self) -> &Path {
        self.issued.path()
    }

    /// The answers to the CA's challenges.
    pub fn challenges(&self) -> Arc<Challenges> {
        Arc::clone(&self.challenges)
    }

    /// Looks at the clock now.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Obtains a certificate if there is none for the CA and the names of the settings, and renews it in time, until it is
    /// told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        stop.run_until_cancelled(self.keep()).await;
    }

    async fn keep(&self) {
        let mut due = self.first_due().await;
        let mut failures = 0;
        loop {
            let now = self.clock.now();
            if now >= due {
                match self.attempt().await {
                    Ok(leaf) => {
                        (due, failures) = (schedule::renewal_of_new(&leaf, self.share, now), 0);
                        let (names, until) = (leaf.names.join(" "), leaf.not_after);
                        tracing::info!(names, %until, "there is a new certificate of the CA");
                    }
                    Err(error) => {
                        failures += 1;
                        due = now + schedule::pause(failures);
                        let (error, again) = (error.words(), due);
                        tracing::warn!(error, %again, failures, "no certificate was obtained; the one before stays in use");
                    }
                }
                continue;
            }
            let wait = Duration::try_from(due - now).unwrap_or_default().min(LOOK);
            tokio::select! {
                () = sleep(wait) => {}
                () = self.wake.notified() => {}
            }
        }
    }

    /// When the certificate of the data folder has to be replaced: now, if it is not what the settings ask for.
    async fn first_due(&self) -> OffsetDateTime {
        let now = self.clock.now();
        let issued = match self.issued.read() {
            Ok(Some(issued)) if issued.directory == self.settings.directory => issued,
            Ok(_) => return now,
            Err(error) => {
                let error = error.words();
                tracing::warn!(error, "the certificate of the CA is not used, and asked for anew");
                return now;
            }
        };
        // Without an answer of the DNS nothing is known to be missing.
        let names = names::look_up(&self.resolver, &self.wanted).await.unwrap_or_default();
        match names.found.iter().all(|name| issued.leaf.names.contains(name)) {
            true => schedule::renewal(&issued.leaf, self.share),
            false => now,
        }
    }

    async fn attempt(&self) -> Result<Leaf, AcmeError> {
        let attempt = timeout(LONGEST_ATTEMPT, self.obtain()).await;
        self.challenges.clear();
        attempt.unwrap_or(Err(AcmeError::TooSlow(LONGEST_ATTEMPT)))
    }

    async fn obtain(&self) -> Result<Leaf, AcmeError> {
        let Names { found, left_out } = names::look_up(&self.resolver, &self.wanted).await?;
        if !left_out.is_empty() {
            let names = left_out.join(" ");
            tracing::warn!(
                names,
                "names without an address in the DNS are left out of the certificate"
            );
        }
        if found.is_empty() {
            return Err(AcmeError::NoNames(self.wanted.join(" ")));
        }
        let (by, challenges) = (self.settings.challenge, &self.challenges);
        let account = account::open(&self.account, &self.settings).await?;
        let certified = match order::order(&account, &found, by, challenges).await {
            Err(error) if error.is_unknown_account() => {
                let account = account::create(&self.account, &self.settings).await?;
                order::order(&account, &found, by, challenges).await?
            }
            ordered => ordered?,
        };
        self.issued
            .write(&self.settings.directory, &certified.chain, &certified.key)
    }
}
