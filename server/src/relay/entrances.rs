//! Opens the listeners, and serves the web and the metrics at those that are for them.

use std::{net::SocketAddr, sync::Arc};

use axum::Router;
use tokio::net::TcpListener;

use super::{Shared, StartError, parts::Parts};
use crate::{
    acme::{Acme, Challenges},
    config::{Config, ConnectionLimits},
    network,
    tls::Tls,
    web::{self, Backups, Entrance, MetricsState, Timeouts, WebTls},
};

/// The listeners of the settings, open.
pub(super) struct Entrances {
    pub(super) http: TcpListener,
    pub(super) https: Option<TcpListener>,
    pub(super) smtp: TcpListener,
    pub(super) metrics: Option<TcpListener>,
}

impl Entrances {
    pub(super) fn open(config: &Config) -> Result<Self, StartError> {
        let open = |what, address: Option<SocketAddr>| address.map(|address| listen(what, address)).transpose();
        Ok(Self {
            http: listen("the web interface", config.http)?,
            https: open("the web interface with TLS", config.https)?,
            smtp: listen("the SMTP receiver", config.smtp)?,
            metrics: open("the metrics page", config.metrics)?,
        })
    }
}

/// The certificate of the host, and who obtains it if it is a CA's.
pub(super) struct Certificate {
    pub(super) tls: Arc<Tls>,
    pub(super) acme: Option<Arc<Acme>>,
}

impl Certificate {
    pub(super) fn open(config: &Config, shared: &Shared) -> Result<Self, StartError> {
        let acme = config.acme.as_ref();
        let acme = acme.map(|settings| Acme::new(settings, config, Arc::clone(&shared.clock)));
        let acme = acme.transpose()?.map(Arc::new);
        let tls = match (&config.tls, &acme) {
            (Some(files), _) => Tls::from_files(&files.certificate, &files.key)?,
            (None, Some(acme)) => Tls::issued_or_self_signed(acme.certificate_file(), &config.data, &config.domain)?,
            (None, None) => Tls::self_signed_in(&config.data, &config.domain)?,
        };
        Ok(Self {
            tls: Arc::new(tls),
            acme,
        })
    }

    fn challenges(&self) -> Arc<Challenges> {
        self.acme.as_ref().map(|acme| acme.challenges()).unwrap_or_default()
    }
}

/// Serves the pages: with TLS if there is a listener for it, and else without.
pub(super) fn serve_pages(
    (http, https): (TcpListener, Option<TcpListener>),
    pages: Router,
    certificate: &Certificate,
    (config, shared): (&Config, &Shared),
    parts: &Parts,
) {
    let counts = |entrance| shared.metrics.connections(entrance);
    let timeouts = Timeouts {
        connections: config.web_connections,
        proxies: config.trusted_proxies.clone(),
        ..Timeouts::default()
    };
    let challenges = certificate.challenges();
    let Some(https) = https else {
        let entrance = Entrance {
            listener: http,
            tls: None,
            counts: counts("web"),
        };
        let pages = match certificate.acme {
            Some(_) => pages.merge(web::challenge_router(challenges)),
            None => pages,
        };
        parts.listen("the web interface", |stop| web::serve(entrance, pages, timeouts, stop));
        return;
    };
    let redirects = Entrance {
        listener: http,
        tls: None,
        counts: counts("redirects"),
    };
    let few = Timeouts {
        connections: ConnectionLimits::REDIRECTS,
        ..timeouts.clone()
    };
    let redirect = web::redirect_router(Arc::clone(&challenges), config.public_url.clone());
    parts.listen("the redirects to the web interface", |stop| {
        web::serve(redirects, redirect, few, stop)
    });
    let entrance = Entrance {
        listener: https,
        tls: Some(WebTls {
            certificate: Arc::clone(&certificate.tls),
            challenges,
        }),
        counts: counts("web"),
    };
    parts.listen("the web interface", |stop| web::serve(entrance, pages, timeouts, stop));
}

/// Serves the page of metrics.
pub(super) fn serve_metrics(
    listener: TcpListener,
    certificate: &Certificate,
    shared: &Shared,
    parts: &Parts,
    backups: Backups,
) {
    let page = web::metrics_router(MetricsState {
        metrics: Arc::clone(&shared.metrics),
        store: shared.store.clone(),
        tls: Arc::clone(&certificate.tls),
        clock: Arc::clone(&shared.clock),
        backups,
    });
    let timeouts = Timeouts {
        connections: ConnectionLimits::METRICS,
        ..Timeouts::default()
    };
    let entrance = Entrance {
        listener,
        tls: None,
        counts: shared.metrics.connections("metrics"),
    };
    parts.listen("the metrics page", |stop| web::serve(entrance, page, timeouts, stop));
}

fn listen(what: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    network::listen(address).map_err(|source| StartError::Listen { what, address, source })
}
