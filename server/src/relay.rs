//! The whole relay: the only place where the parts meet. Tests start it, too.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use leptos::config::LeptosOptions;
use tokio::{net::TcpListener, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    auth::{Authenticator, ResolverError},
    clock::{Clock, SystemClock},
    config::{Config, Switch},
    deliver::{
        self, CourierError, Reach,
        dkim::{DkimError, DkimKey, DkimKeyError, DkimSigner, OwnSignatures, OwnSignaturesError, Signers},
    },
    domains::Domains,
    gate::Pipelines,
    inbound::{
        Inbound, Notes, Sealing, impostor::Impostors, keys::KeyPool, new_contacts::NewContacts, quota::Quota,
        reminder::Reminders, returned::Returned,
    },
    key_file,
    metrics::Metrics,
    processors::Processors,
    publish,
    queue::{Queue, worker::Worker},
    reply::Replies,
    smtp::{self, Settings, Tls, TlsError},
    store::{Store, StoreError},
    threads::Threads,
    unsubscribe::Links,
    vault::{Vault, VaultError},
    web::{self, MetricsState, Patience},
};

/// How often what has ended is removed from the database.
const PRUNE: Duration = Duration::from_secs(60 * 60);

/// How long the parts may take to stop; each of them has its own bound below this one.
const STOP: Duration = Duration::from_secs(31);

/// A running relay.
pub struct Relay {
    /// Where the web interface listens.
    pub http: SocketAddr,
    /// Where the SMTP receiver listens.
    pub smtp: SocketAddr,
    /// Where the metrics are, if they are shown.
    pub metrics: Option<SocketAddr>,
    queue: Arc<Queue>,
    reminders: Arc<Reminders>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Why the relay did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data folder cannot be made.
    #[error("the data folder {0} cannot be made")]
    Data(String, #[source] io::Error),
    /// An address is in use or not this machine's.
    #[error("{what} cannot listen on {address}")]
    Listen {
        /// Which part.
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
    /// The SMTP receiver's certificate.
    #[error("the certificate for STARTTLS cannot be used")]
    Tls(#[from] TlsError),
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
    /// The way out.
    #[error("mail cannot be handed over")]
    Courier(#[from] CourierError),
}

impl Relay {
    /// Starts all parts; returns once all addresses are open.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        Self::start_by(config, Arc::new(SystemClock)).await
    }

    /// The same, by a clock.
    pub async fn start_by(config: Config, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        key_file::make_folder(&config.data)
            .map_err(|error| StartError::Data(config.data.display().to_string(), error))?;
        let vault = Arc::new(Vault::open(config.master_key)?);
        let store = Store::connect(&config.database_url).await?;
        store.bind(&vault).await?;
        let tls = Arc::new(match &config.tls {
            Some(files) => Tls::from_files(&files.certificate, &files.key)?,
            None => Tls::self_signed_in(&config.data, &config.domain)?,
        });
        let key = DkimKey::open(&config.dkim_key)?;
        let domains = Arc::new(Domains::new(config.domain.clone(), config.other_domains));
        let signer = Arc::new(DkimSigner::new(&key, &config.domain, &config.dkim_selector)?);
        let signers = Arc::new(Signers::new(&key, &domains, &config.dkim_selector)?);
        let impostors = Arc::new(Impostors {
            domains: Arc::clone(&domains),
            vault: Arc::clone(&vault),
            own: OwnSignatures::new(&key, Arc::clone(&domains), &config.dkim_selector)?,
        });
        let authenticator = match config.sender_auth {
            Switch::On => Authenticator::on(config.dns)?,
            Switch::Off => Authenticator::off(),
        };
        let reach = Reach::new(config.mx_private_networks, Arc::clone(&domains));
        let courier = deliver::courier(config.delivery, config.dns, &config.domain, reach).await?;
        let ready = Arc::new(AtomicBool::new(false));
        let metrics = Arc::new(Metrics::default());
        let threads = Threads::new(store.clone(), Arc::clone(&vault), config.domain.clone());
        let queue = Arc::new(Queue::new(
            store.clone(),
            Arc::clone(&vault),
            Arc::clone(&clock),
            config.domain.clone(),
        ));
        let processors = Processors::of_this_machine();
        let keys = Arc::new(KeyPool::new(
            store.clone(),
            Arc::clone(&vault),
            config.key_pool,
            processors.clone(),
        ));
        let sealing = Sealing::new(
            store.clone(),
            Arc::clone(&vault),
            threads.clone(),
            Arc::clone(&keys),
            Links::new(Arc::clone(&vault), config.public_url.one_click(), config.domain.clone()),
            config.domain.clone(),
            processors.clone(),
        );
        let inbound = Arc::new(Inbound {
            sealing,
            store: store.clone(),
            signer: Arc::clone(&signer),
            queue: Arc::clone(&queue),
            clock: Arc::clone(&clock),
            domain: config.domain.clone(),
            domains: Arc::clone(&domains),
            metrics: Arc::clone(&metrics),
            quota: Quota::of_messages(store.clone(), Arc::clone(&vault), config.allowance.messages_per_hour),
            new_contacts: NewContacts::new(store.clone(), Arc::clone(&vault), config.new_contacts),
            notes: Notes::default(),
            allowance: config.allowance,
        });
        let worker = Arc::new(Worker {
            queue: Arc::clone(&queue),
            courier: Arc::clone(&courier),
            reporter: Arc::<Inbound>::clone(&inbound),
            policy: Arc::<Inbound>::clone(&inbound),
            metrics: Arc::clone(&metrics),
            lanes: config.lanes,
            first_pause: config.first_pause,
        });
        let replies = Replies {
            store: store.clone(),
            vault: Arc::clone(&vault),
            threads,
            signers,
            queue: Arc::clone(&queue),
            clock: Arc::clone(&clock),
            domain: config.domain.clone(),
            domains: Arc::clone(&domains),
            metrics: Arc::clone(&metrics),
            quota: Quota::of_replies(store.clone(), Arc::clone(&vault), config.allowance.replies_per_hour),
            processors: processors.clone(),
            structure: config.limits.structure,
        };
        let pipelines = Pipelines {
            inbound: Arc::clone(&inbound),
            replies,
            returned: Returned {
                worker: Arc::clone(&worker),
            },
            authenticator,
            impostors,
            rejected: config.rejected,
            vault: Arc::clone(&vault),
            clock: Arc::clone(&clock),
            domains: Arc::clone(&domains),
            metrics: Arc::clone(&metrics),
            structure: config.limits.structure,
            processors,
        };
        let reminders = Arc::new(Reminders::new(Arc::clone(&inbound), config.public_url.to_string()));
        let settings = Settings {
            max_message_bytes: config.limits.message,
            max_line_bytes: config.limits.line,
            max_connections: config.limits.connections,
            max_connections_per_ip: config.limits.connections_per_ip,
            max_refused_per_client: config.limits.refused.0,
            max_refused_per_network: config.limits.refused.1,
            unlimited_clients: config.unlimited_clients,
            idle_timeout: config.limits.idle,
            buffer_budget_bytes: config.limits.buffer,
            ..Settings::new(&config.domain)
        };
        // TLS ends at a proxy, as this server speaks none.
        let hidden_clients = config.public_url.is_https() && config.trusted_proxies.is_empty();
        let pages = web::router(web::State {
            store: store.clone(),
            vault,
            courier,
            signer,
            policy: publish::sts_policy(&config.mx, config.mta_sts),
            outbound: Arc::<Inbound>::clone(&inbound),
            prober: Arc::<Inbound>::clone(&inbound),
            letters: Arc::<Inbound>::clone(&inbound),
            sign_up: config.sign_up,
            allowance: config.allowance,
            clock: Arc::clone(&clock),
            domain: config.domain,
            domains,
            public_url: config.public_url,
            trusted_proxies: config.trusted_proxies.clone(),
            leptos_options: LeptosOptions::builder()
                .output_name("sealpost")
                .site_root(config.site.display().to_string())
                .site_addr(config.http)
                .build(),
            ready: Arc::clone(&ready),
        });
        if hidden_clients {
            tracing::warn!(
                "SEALPOST_PUBLIC_URL is https and SEALPOST_TRUSTED_PROXIES is not set: everybody behind your reverse proxy \
                 counts as one client where attempts are limited. Name the proxy, such as 127.0.0.1"
            );
        }
        let http = listen("the web interface", config.http).await?;
        let mail = listen("the SMTP receiver", config.smtp).await?;
        let patience = Patience {
            proxies: config.trusted_proxies,
            ..Patience::default()
        };
        let metrics_listener = match config.metrics {
            Some(address) => Some(listen("the metrics page", address).await?),
            None => None,
        };
        let relay = Self {
            metrics: metrics_listener
                .as_ref()
                .and_then(|listener| listener.local_addr().ok()),
            http: http.local_addr().unwrap_or(config.http),
            smtp: mail.local_addr().unwrap_or(config.smtp),
            queue,
            reminders: Arc::clone(&reminders),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        relay.tasks.spawn(web::serve(http, pages, patience, relay.stop.clone()));
        relay.tasks.spawn(smtp::serve(
            mail,
            settings,
            tls,
            Arc::new(pipelines),
            relay.stop.clone(),
        ));
        if let Some(listener) = metrics_listener {
            let page = web::metrics_router(MetricsState {
                metrics,
                store: store.clone(),
                clock: Arc::clone(&clock),
            });
            relay
                .tasks
                .spawn(web::serve(listener, page, Patience::default(), relay.stop.clone()));
        }
        relay.tasks.spawn(worker.run(relay.stop.clone()));
        let stop = relay.stop.clone();
        relay.tasks.spawn(async move { keys.fill(stop).await });
        let stop = relay.stop.clone();
        relay.tasks.spawn(async move { reminders.run(stop).await });
        relay
            .tasks
            .spawn(prune(store, clock, config.contact_keys, relay.stop.clone()));
        relay.tasks.close();
        ready.store(true, Ordering::Release);
        Ok(relay)
    }

    /// Has the queue and the reminders look for what is due, as when somebody else changed it, or the clock.
    pub fn wake(&self) {
        self.queue.wake();
        self.reminders.wake();
    }

    /// Stops all parts; sessions in progress are finished, within half a minute.
    pub async fn stop(&self) {
        self.stop.cancel();
        // A browser that never ends its request must not hold up the rest.
        let _ = time::timeout(STOP, self.tasks.wait()).await;
    }
}

async fn prune(store: Store, clock: Arc<dyn Clock>, contact_keys: Option<::time::Duration>, stop: CancellationToken) {
    let mut hours = time::interval(PRUNE);
    while stop.run_until_cancelled(hours.tick()).await.is_some() {
        if let Err(error) = store.prune(clock.now()).await {
            tracing::warn!(%error, "what has ended could not be removed");
        }
        let Some(kept) = contact_keys else { continue };
        match store.remove_unused_keys(clock.now() - kept, clock.now()).await {
            Ok(0) => {}
            Ok(contacts) => tracing::info!(contacts, "removed the keys of unused contacts"),
            Err(error) => tracing::warn!(%error, "the keys of unused contacts could not be removed"),
        }
    }
}

async fn listen(what: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { what, address, source })
}
