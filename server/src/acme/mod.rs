//! Obtains the host's certificate from a CA by ACME (RFC 8555), and renews it.
//!
//! It asks for the names of the settings that have addresses in the DNS, and proves them by HTTP-01 or TLS-ALPN-01
//! ([`Challenges`]). The certificate goes into a file of the data folder, from where [`crate::tls`] takes it. A failure
//! is logged and repeated later, and never touches the certificate before.
//!
//! When a certificate ends is a matter of the clock, which may be wrong and be put right: it is computed anew at each look.
//! Pauses are not, so that a clock that was once wrong prolongs none.

mod account;
mod challenges;
mod error;
mod issued;
mod kept;
mod names;
mod order;
mod pauses;
mod pending;
mod schedule;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hickory_resolver::{TokioResolver, net::runtime::TokioRuntimeProvider};
use instant_acme::Account;
use issued::IssuedFile;
use kept::Asked;
use names::{Looked, Plan, Wanted};
use order::{Certified, Orders};
use pauses::{Pause, PauseFile};
use pending::PendingFile;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    causes::chain,
    clock::Clock,
    config::{AcmeSettings, Config},
    dns,
    tls::Leaf,
};

pub use challenges::{ACME_TLS, Challenges};
pub use error::AcmeError;

/// The longest time of an attempt. The CA may take minutes, but must not hold up the next attempt for ever.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(10 * 60);
/// How often clock, certificate and names are looked at. A machine that slept, whose clock was put right, or whose name got an
/// address is late by this at most.
const LOOK: Duration = Duration::from_secs(60 * 60);
/// The most orders of an attempt. The second is made if the CA refuses names of the first that can be left out, and the third
/// if it then refuses others.
const ORDERS: usize = 3;

/// How long a name that the CA refused is no reason for another certificate. It may lead to another machine for good.
const REFUSED_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Why a certificate is to be obtained.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    /// There is one, and it lasts.
    None,
    /// There is one that ends, or that lacks a name.
    Renewal,
    /// There is none of the CA of the settings that can be used.
    First,
}

/// Keeps a certificate of a CA.
pub struct Acme {
    settings: AcmeSettings,
    wanted: Wanted,
    resolver: TokioResolver,
    clock: Arc<dyn Clock>,
    challenges: Arc<Challenges>,
    issued: IssuedFile,
    account: PathBuf,
    pending: PendingFile,
    pauses: PauseFile,
    /// By how much renewals are early, from 0 to 1.
    share: f64,
    wake: Notify,
    /// The names that the CA refused, and when, in the clock's time without jumps.
    refused: Mutex<BTreeMap<String, Duration>>,
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
        let wanted = Wanted::of(config);
        let asked = Asked {
            directory: settings.directory.clone(),
            names: wanted.all().cloned().collect(),
        };
        let resolver = TokioResolver::builder_with_config(servers, TokioRuntimeProvider::default());
        Ok(Self {
            settings: settings.clone(),
            wanted,
            resolver: resolver.with_options(options).build()?,
            clock,
            challenges: Arc::default(),
            issued: IssuedFile(certificate_file_in(&config.data)),
            account: config.data.join("acme-account.json"),
            pending: PendingFile {
                path: config.data.join("acme-order.json"),
                asked: asked.clone(),
            },
            pauses: PauseFile {
                path: config.data.join("acme-pause.json"),
                asked,
            },
            // Without randomness they are not early, which does no harm.
            share: getrandom::u32().map_or(0.0, |random| f64::from(random) / f64::from(u32::MAX)),
            wake: Notify::new(),
            refused: Mutex::default(),
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
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        stop.run_until_cancelled(self.keep()).await;
    }

    async fn keep(self: &Arc<Self>) {
        let clock = &*self.clock;
        let mut pause = self.pauses.read(clock);
        self.log_pause(pause);
        loop {
            let need = self.need().await;
            let mut wait = pause.left(need != Need::First, clock);
            if need != Need::None && wait.is_zero() {
                pause = self.attempt_and_note(pause).await;
                wait = pause.left(true, clock);
            }
            // There is nothing to do before the next look if no pause is left.
            let wait = match wait.is_zero() {
                true => LOOK,
                false => wait.min(LOOK),
            };
            tokio::select! {
                () = sleep(wait) => {}
                () = self.wake.notified() => {}
            }
        }
    }

    fn log_pause(&self, pause: Pause) {
        let left = pause.left(false, &*self.clock);
        if !left.is_zero() {
            let (failures, seconds, file) = (pause.failures, left.as_secs(), self.pauses.path.display());
            tracing::warn!(failures, seconds, %file, "earlier attempts failed, so the next comes after a pause; without the file there is none");
        }
    }

    /// Whether the certificate of the data folder is what the settings ask for, and lasts.
    async fn need(&self) -> Need {
        let issued = match self.issued.read() {
            Ok(Some(issued)) if issued.directory == self.settings.directory => issued,
            Ok(_) => return Need::First,
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(error, "the certificate of the CA is not used, and asked for anew");
                return Need::First;
            }
        };
        if self.clock.now() >= schedule::renewal(&issued.leaf, self.share) {
            return Need::Renewal;
        }
        // Without an answer of the DNS nothing is known to be missing.
        let looked = names::look_up(&self.resolver, &self.wanted).await;
        let mut named = self.wanted.all().zip(looked);
        let is_missing = |name: &String| !issued.leaf.names.contains(name) && !self.was_refused(name);
        match named.any(|(name, looked)| matches!(looked, Looked::Found) && is_missing(name)) {
            true => Need::Renewal,
            false => Need::None,
        }
    }

    /// Makes an attempt, logs how it ended, and returns the pause after it.
    async fn attempt_and_note(self: &Arc<Self>, before: Pause) -> Pause {
        let clock = &*self.clock;
        let failures = before.failures.saturating_add(1);
        let ended = match self.pauses.begin(before, clock) {
            Ok(begun) => {
                let ended = self.attempt().await;
                begun.end();
                ended
            }
            Err(error) => Err(error),
        };
        let pause = match &ended {
            Ok(leaf) => Pause::after_success(schedule::between(leaf), clock),
            Err(_) => Pause::after_failures(failures, clock),
        };
        if let Err(error) = self.pauses.write(pause, clock) {
            let error = chain(&error);
            tracing::warn!(error, "a restart will not know of this attempt");
        }
        match ended {
            Ok(leaf) => log_success(&leaf),
            Err(error) => log_failure(&error, pause.left(true, clock), failures),
        }
        pause
    }

    /// An attempt of limited time, as a task of its own: a panic in the protocol must not end all renewals.
    async fn attempt(self: &Arc<Self>) -> Result<Leaf, AcmeError> {
        let this = Arc::clone(self);
        let attempt = AbortOnDropHandle::new(tokio::spawn(async move { this.obtain().await }));
        let ended = timeout(LONGEST_ATTEMPT, attempt).await;
        // The CA may still come for an order that is continued later.
        if !self.pending.exists() {
            self.challenges.clear();
        }
        match ended {
            Ok(Ok(obtained)) => obtained,
            Ok(Err(error)) => Err(AcmeError::Panicked(error.to_string())),
            Err(_) => Err(AcmeError::TooSlow(LONGEST_ATTEMPT)),
        }
    }

    async fn obtain(&self) -> Result<Leaf, AcmeError> {
        let now = self.clock.now();
        // One that cannot be read has no names to lose.
        let before = self.issued.read().ok().flatten();
        let kept = before.filter(|before| !schedule::is_near_end(&before.leaf, now));
        let kept = kept.map(|before| before.leaf.names).unwrap_or_default();
        let looked = names::look_up(&self.resolver, &self.wanted).await;
        let mut plan = self.wanted.plan(looked, &kept)?;
        let account = account::open(&self.account, &self.settings).await?;
        let certified = match self.certify(&account, &mut plan).await {
            Err(error) if error.is_unknown_account() => {
                let account = account::create(&self.account, &self.settings).await?;
                self.certify(&account, &mut plan).await?
            }
            certified => certified?,
        };
        let (directory, key) = (&self.settings.directory, &certified.order.key);
        let leaf = match self.issued.write(directory, &certified.chain, key) {
            // It would be fetched again and again.
            Err(error) if error.ends_order() => {
                self.pending.remove()?;
                return Err(error);
            }
            written => written?,
        };
        self.pending.remove()?;
        for (name, why) in plan.left_out.iter().filter(|(name, _)| !leaf.names.contains(name)) {
            tracing::warn!(name, why, "a name is left out of the certificate");
        }
        Ok(leaf)
    }

    /// Continues the order before, or orders a certificate: for fewer names if the CA refuses some that can be left out.
    async fn certify(&self, account: &Account, plan: &mut Plan) -> Result<Certified, AcmeError> {
        let orders = Orders {
            account,
            by: self.settings.challenge,
            challenges: &self.challenges,
            pending: &self.pending,
            now: self.clock.now(),
        };
        let mut ended = match orders.resume().await {
            Ok(None) => orders.order(&plan.names).await,
            Ok(Some(certified)) => Ok(certified),
            Err(error) => Err(error),
        };
        for _ in 1..ORDERS {
            let Err(error) = &ended else { break };
            let Some(refused) = error.refused_names() else { break };
            let asked = plan.names.clone();
            if !plan.leave_out(refused, &chain(error)) {
                break;
            }
            self.note_refused(asked.into_iter().filter(|name| !plan.names.contains(name)));
            ended = orders.order(&plan.names).await;
        }
        ended
    }

    fn note_refused(&self, names: impl Iterator<Item = String>) {
        let now = self.clock.elapsed();
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.extend(names.map(|name| (name, now)));
    }

    /// Whether the CA refused a name in the last days, so that it is no reason for another certificate.
    fn was_refused(&self, name: &str) -> bool {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let since = refused.get(name).map(|at| self.clock.elapsed().saturating_sub(*at));
        since.is_some_and(|since| since < REFUSED_FOR)
    }
}

fn log_success(leaf: &Leaf) {
    let (names, until) = (leaf.names.join(" "), leaf.not_after);
    tracing::info!(names, %until, "there is a new certificate of the CA");
}

fn log_failure(error: &AcmeError, pause: Duration, failures: u32) {
    let (error, seconds) = (chain(error), pause.as_secs());
    tracing::warn!(
        error,
        seconds,
        failures,
        "no certificate was obtained; the one before stays in use"
    );
}
