//! The whole relay: the only place where the parts meet. Tests start it, too.

use std::{
    fs,
    io::{self, ErrorKind},
    net::SocketAddr,
    os::unix::fs::DirBuilderExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use app::address::{AddressError, EmailAddress};
use leptos::config::LeptosOptions;
use tokio::{net::TcpListener, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    deliver::{self, CourierError},
    inbound::{Inbound, Sealing, identify::BOUNCES},
    smtp::{self, Settings, Tls, TlsError},
    store::{Store, StoreError},
    vault::{Vault, VaultError},
    web::{self, Patience},
};

/// How often what has ended is removed from the database.
const PRUNE: Duration = Duration::from_secs(60 * 60);

/// A running relay.
pub struct Relay {
    /// Where the web interface listens.
    pub http: SocketAddr,
    /// Where the SMTP receiver listens.
    pub smtp: SocketAddr,
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
    /// The domain makes no address.
    #[error("the domain makes no mail address")]
    Domain(#[from] AddressError),
    /// The master key.
    #[error("the master key cannot be used")]
    Vault(#[from] VaultError),
    /// The database.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// The SMTP receiver's certificate.
    #[error("the certificate for STARTTLS cannot be used")]
    Tls(#[from] TlsError),
    /// The way out.
    #[error("mail cannot be handed over")]
    Courier(#[from] CourierError),
}

impl Relay {
    /// Starts all parts; returns once both addresses are open.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        make_private(&config.data).map_err(|error| StartError::Data(config.data.display().to_string(), error))?;
        let vault = Arc::new(Vault::open(config.master_key)?);
        let store = Store::connect(&config.database_url).await?;
        store.bind(&vault).await?;
        let tls = Arc::new(match &config.tls {
            Some(files) => Tls::from_files(&files.certificate, &files.key)?,
            None => Tls::self_signed_in(&config.data, &config.domain)?,
        });
        let courier = deliver::courier(config.delivery, config.dns, &config.domain).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ready = Arc::new(AtomicBool::new(false));
        let inbound = Inbound {
            sealing: Sealing::new(store.clone(), Arc::clone(&vault), config.domain.clone()),
            store: store.clone(),
            courier: Arc::clone(&courier),
            clock: Arc::clone(&clock),
            bounces: format!("{BOUNCES}@{}", config.domain).parse::<EmailAddress>()?,
            domain: config.domain.clone(),
        };
        let settings = Settings {
            max_message_bytes: config.limits.message,
            max_line_bytes: config.limits.line,
            max_recipients: config.limits.recipients,
            max_connections: config.limits.connections,
            max_connections_per_ip: config.limits.connections_per_ip,
            idle_timeout: config.limits.idle,
            buffer_budget_bytes: config.limits.buffer,
            ..Settings::new(&config.domain)
        };
        let pages = web::router(web::State {
            store: store.clone(),
            vault,
            courier,
            clock: Arc::clone(&clock),
            domain: config.domain,
            public_url: config.public_url,
            trusted_proxies: config.trusted_proxies,
            leptos_options: LeptosOptions::builder()
                .output_name("sealpost")
                .site_root(config.site.display().to_string())
                .site_addr(config.http)
                .build(),
            ready: Arc::clone(&ready),
        });
        let http = listen("the web interface", config.http).await?;
        let mail = listen("the SMTP receiver", config.smtp).await?;
        let relay = Self {
            http: http.local_addr().unwrap_or(config.http),
            smtp: mail.local_addr().unwrap_or(config.smtp),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        relay
            .tasks
            .spawn(web::serve(http, pages, Patience::default(), relay.stop.clone()));
        relay
            .tasks
            .spawn(smtp::serve(mail, settings, tls, Arc::new(inbound), relay.stop.clone()));
        relay.tasks.spawn(prune(store, clock, relay.stop.clone()));
        relay.tasks.close();
        ready.store(true, Ordering::Release);
        Ok(relay)
    }

    /// Stops all parts; sessions in progress are finished, within half a minute.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

async fn prune(store: Store, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut hours = time::interval(PRUNE);
    while stop.run_until_cancelled(hours.tick()).await.is_some() {
        if let Err(error) = store.prune(clock.now()).await {
            tracing::warn!(%error, "what has ended could not be removed");
        }
    }
}

async fn listen(what: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { what, address, source })
}

/// The folder holds keys: nobody but its owner looks into it. One that exists is left as the operator made it.
fn make_private(folder: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().recursive(true).mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
