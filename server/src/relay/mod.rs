//! Builds the whole relay and connects its parts, for the program and for tests.

mod entrances;
mod housekeeping;
mod key_watch;
mod mail_parts;
mod parts;

use std::{
    collections::BTreeSet,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use entrances::{Certificate, Entrances, serve_metrics, serve_pages};
use housekeeping::Housekeeping;
use leptos::config::LeptosOptions;
use mail_parts::MailParts;
use parts::Parts;
use tokio::{net::TcpListener, time};
use tokio_util::sync::CancellationToken;

use crate::{
    acme::{Acme, AcmeError},
    auth::ResolverError,
    clock::{Clock, SystemClock},
    config::{Config, DkimKeySource},
    deliver::{Courier, CourierError},
    dkim::{DkimError, DkimKey, DkimKeyError, DkimSigner, OwnSignatures, OwnSignaturesError, Signers},
    domains::Domains,
    inbound::impostor::Impostors,
    key_file,
    message_ids::MessageIdMap,
    metrics::Metrics,
    notices::{Notices, expiry_reminder::Reminders},
    oidc::{OidcError, Provider},
    processors::Processors,
    publish,
    queue::{Queue, worker::Worker},
    smtp::{self, Settings},
    store::{Store, StoreError},
    tls::TlsError,
    vault::{MasterKeySource, Vault, VaultError},
    web,
};

/// How long the parts may take to stop. Each has its own, shorter limit: deliveries half a minute, and then the connections to
/// next hops five seconds.
const STOP: Duration = Duration::from_secs(36);

/// A running relay.
pub struct Relay {
    /// The address of the web interface.
    pub http: SocketAddr,
    /// The address of the web interface with TLS; `None` if it is off.
    pub https: Option<SocketAddr>,
    /// The address of the SMTP receiver.
    pub smtp: SocketAddr,
    /// The address of the metrics page; `None` if it is off.
    pub metrics: Option<SocketAddr>,
    store: Store,
    queue: Arc<Queue>,
    reminders: Arc<Reminders>,
    acme: Option<Arc<Acme>>,
    parts: Parts,
    /// Stops after all others: it watches under which master key they write.
    watch: Parts,
}

/// Why the relay did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data folder cannot be created.
    #[error("the data folder {0} cannot be made")]
    Data(String, #[source] io::Error),
    /// An address is in use or does not belong to this machine.
    #[error("{what} cannot listen on {address}")]
    Listen {
        /// The part that listens there.
        what: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The master key.
    #[error("the master key cannot be used")]
    Vault(#[from] VaultError),
    /// The database.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// The certificate of the SMTP receiver and of the web interface.
    #[error("the certificate for TLS cannot be used")]
    Tls(#[from] TlsError),
    /// The resolver for the names of a CA's certificate.
    #[error("no certificate can be obtained from a CA (SEALPOST_ACME=off does without)")]
    Acme(#[from] AcmeError),
    /// The resolver for sender authentication.
    #[error("senders cannot be authenticated (SEALPOST_SENDER_AUTH=off does without)")]
    Resolver(#[from] ResolverError),
    /// The DKIM key.
    #[error("the DKIM key cannot be used")]
    DkimKey(#[from] DkimKeyError),
    /// The DKIM signer.
    #[error("mail cannot be signed")]
    Dkim(#[from] DkimError),
    /// The verifier of the relay's own signatures.
    #[error("the relay's own mail cannot be known")]
    OwnSignatures(#[from] OwnSignaturesError),
    /// The client for the sign-in provider, which is not asked yet.
    #[error("signing in at a provider cannot be set up")]
    Oidc(#[from] OidcError),
    /// The transport for outgoing mail.
    #[error("mail cannot be handed over")]
    Courier(#[from] CourierError),
}

impl Relay {
    /// Starts all parts. Returns when all addresses are open.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        Self::start_by(config, Arc::new(SystemClock)).await
    }

    /// Starts all parts with the given clock.
    pub async fn start_by(config: Config, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let config = Arc::new(config);
        let shared = Shared::open(&config, clock).await?;
        let certificate = Certificate::open(&config, &shared)?;
        let mail = MailParts::build(&shared, &config).await?;
        let reminders = Arc::new(Reminders::new(Arc::clone(&mail.notices), config.public_url.to_string()));
        let ready = Arc::new(AtomicBool::new(false));
        let pages = web::router(web_state(&shared, &mail, &config, Arc::clone(&ready))?);
        // Without a TLS listener here, a proxy in front of this server speaks it.
        if config.public_url.is_https() && config.https.is_none() && config.trusted_proxies.is_empty() {
            tracing::warn!(
                "SEALPOST_PUBLIC_URL is https and SEALPOST_TRUSTED_PROXIES is not set: everybody behind your reverse proxy \
                 counts as one client where attempts are limited. Name the proxy, such as 127.0.0.1"
            );
        }
        let Entrances {
            http,
            https,
            smtp,
            metrics,
        } = Entrances::open(&config)?;
        let address = |listener: &TcpListener| listener.local_addr().ok();
        let relay = Self {
            metrics: metrics.as_ref().and_then(address),
            http: address(&http).unwrap_or(config.http),
            https: https.as_ref().and_then(address),
            smtp: address(&smtp).unwrap_or(config.smtp),
            acme: certificate.acme.clone(),
            store: shared.store.clone(),
            queue: Arc::clone(&mail.queue),
            reminders: Arc::clone(&reminders),
            parts: Parts::default(),
            watch: Parts::default(),
        };
        let parts = &relay.parts;
        serve_pages((http, https), pages, &certificate, (&config, &shared), parts);
        let router = Arc::new(mail.router);
        let settings = smtp_settings(&config, &*mail.courier);
        let (tls, connections) = (Arc::clone(&certificate.tls), shared.metrics.connections("smtp"));
        parts.listen("the SMTP receiver", |stop| {
            smtp::serve(smtp, settings, tls, router, connections, stop)
        });
        if let Some(listener) = metrics {
            serve_metrics(
                listener,
                &certificate,
                &shared,
                parts,
                web::Backups::new(config.backup.folder.clone()),
            );
        }
        if let Some(acme) = certificate.acme {
            parts.keep("the renewal of the certificate", move |stop| {
                Arc::clone(&acme).run(stop)
            });
        }
        let (worker, courier) = (mail.worker, mail.courier);
        parts.keep("the delivery of mail", move |stop| {
            deliver(Arc::clone(&worker), Arc::clone(&courier), stop)
        });
        let keys = mail.keys;
        parts.keep("the pool of keys", move |stop| {
            let keys = Arc::clone(&keys);
            async move { keys.fill(stop).await }
        });
        parts.keep("the reminders", move |stop| {
            let reminders = Arc::clone(&reminders);
            async move { reminders.run(stop).await }
        });
        let (store, vault, broken) = (shared.store.clone(), Arc::clone(&shared.vault), parts.breaker());
        relay.watch.keep("the watch over the master key", move |stop| {
            key_watch::watch(store.clone(), Arc::clone(&vault), broken.clone(), stop)
        });
        let housekeeping = Housekeeping::new(shared.store, shared.clock, &config);
        parts.keep("the removal of old rows", move |stop| housekeeping.clone().run(stop));
        ready.store(true, Ordering::Release);
        Ok(relay)
    }

    /// The database. What is changed through it is in force at once.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Makes the queue, the reminders and who keeps the certificate look for due work, for example after another process changed the database or the
    /// clock moved. What was read of the database before counts no more.
    pub fn wake(&self) {
        self.store.forget_cached();
        self.queue.wake();
        self.reminders.wake();
        if let Some(acme) = &self.acme {
            acme.wake();
        }
    }

    /// Waits until a part broke that cannot be started anew. The relay must then be stopped, and started again from outside.
    pub async fn broken(&self) {
        self.parts.broken().await;
    }

    /// Stops all parts. Sessions in progress have half a minute to finish.
    pub async fn stop(&self) {
        // A browser that never ends its request must not delay the rest.
        let stopped = time::timeout(STOP, self.parts.stop()).await;
        self.watch.stop().await;
        // A part that has not stopped may still write.
        if stopped.is_ok() {
            key_watch::leave(&self.store).await;
        }
    }
}

/// The parts that all others use.
struct Shared {
    store: Store,
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
    domains: Arc<Domains>,
    metrics: Arc<Metrics>,
    processors: Processors,
    message_ids: MessageIdMap,
    signer: Arc<DkimSigner>,
    signers: Arc<Signers>,
    impostors: Arc<Impostors>,
}

impl Shared {
    async fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        key_file::make_folder(&config.data)
            .map_err(|error| StartError::Data(config.data.display().to_string(), error))?;
        remove_old_drafts(config);
        let vault = Arc::new(config.open_vault()?);
        let store = Store::connect_with_lease(&config.database_url, config.lease).await?;
        store.join(&vault, SystemClock.now()).await?;
        let key = DkimKey::open(&config.dkim_key)?;
        let second = config.second_dkim_key.as_ref();
        let second = second
            .map(|second| DkimKey::open(&second.key).map(|key| (key, &second.selector)))
            .transpose()?;
        let own_keys: Vec<_> = std::iter::once((&key, &config.dkim_selector))
            .chain(second.as_ref().map(|(key, selector)| (key, *selector)))
            .collect();
        let domains = Arc::new(Domains::new(config.domain.clone(), config.other_domains.clone()));
        Ok(Self {
            message_ids: MessageIdMap::new(store.clone(), Arc::clone(&vault), config.domain.clone()),
            signer: Arc::new(DkimSigner::new(&key, &config.domain, &config.dkim_selector)?),
            signers: Arc::new(Signers::new(&key, &domains, &config.dkim_selector)?),
            impostors: Arc::new(Impostors {
                domains: Arc::clone(&domains),
                vault: Arc::clone(&vault),
                own: OwnSignatures::new(&own_keys, Arc::clone(&domains))?,
            }),
            metrics: Arc::new(Metrics::default()),
            processors: Processors::of_this_machine(),
            store,
            vault,
            clock,
            domains,
        })
    }
}

/// Removes what a killed process left of the key files that the relay itself writes.
fn remove_old_drafts(config: &Config) {
    let dkim = match &config.dkim_key {
        DkimKeySource::Own(path) => path.parent(),
        DkimKeySource::File(_) => None,
    };
    let master = match &*config.master_key {
        MasterKeySource::Own(path) => path.parent(),
        MasterKeySource::File(_) | MasterKeySource::Value(_) | MasterKeySource::Command(_) => None,
    };
    let folders: BTreeSet<_> = [Some(&*config.data), dkim, master].into_iter().flatten().collect();
    for folder in folders {
        match key_file::remove_old_drafts(folder) {
            Ok(0) => {}
            Ok(drafts) => tracing::info!(drafts, folder = %folder.display(), "removed unfinished key files"),
            Err(error) => {
                tracing::warn!(%error, folder = %folder.display(), "unfinished key files could not be removed")
            }
        }
    }
}

fn smtp_settings(config: &Config, courier: &dyn Courier) -> Settings {
    Settings {
        require_tls: courier.can_require_tls(),
        max_message_bytes: config.limits.message,
        max_line_bytes: config.limits.line,
        connections: config.limits.connections,
        max_refused_per_client: config.limits.refused.0,
        max_refused_per_network: config.limits.refused.1,
        unlimited_clients: config.unlimited_clients.clone(),
        xforward_clients: config.xforward_clients.clone(),
        proxy_protocol_clients: config.proxy_protocol_clients.clone(),
        idle_timeout: config.limits.idle,
        buffer_budget_bytes: config.limits.buffer,
        ..Settings::new(&config.domain)
    }
}

fn web_state(
    shared: &Shared,
    mail: &MailParts,
    config: &Arc<Config>,
    ready: Arc<AtomicBool>,
) -> Result<web::State, OidcError> {
    let provider = config.oidc.clone();
    let provider = provider.map(|settings| Provider::new(settings, &config.public_url, Arc::clone(&shared.clock)));
    Ok(web::State {
        store: shared.store.clone(),
        vault: Arc::clone(&shared.vault),
        courier: Arc::clone(&mail.courier),
        signer: Arc::clone(&shared.signer),
        policy: publish::sts_policy(&config.mx, config.mta_sts),
        outbound: Arc::<Notices>::clone(&mail.notices),
        test_messages: Arc::<Notices>::clone(&mail.notices),
        letters: Arc::<Notices>::clone(&mail.notices),
        sign_up: config.sign_up,
        local_sign_in: config.local_sign_in,
        provider: provider.transpose()?,
        allowance: config.allowance,
        clock: Arc::clone(&shared.clock),
        domain: config.domain.clone(),
        domains: Arc::clone(&shared.domains),
        public_url: config.public_url.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        leptos_options: LeptosOptions::builder()
            .output_name("sealpost")
            .site_root(config.site.display().to_string())
            .site_addr(config.http)
            .build(),
        examiner: Arc::<Config>::clone(config),
        ready,
    })
}

/// Delivers until the relay stops. From then on no message comes for the connections that are kept.
async fn deliver(worker: Arc<Worker>, courier: Arc<dyn Courier>, stop: CancellationToken) {
    worker.run(stop).await;
    courier.close().await;
}
