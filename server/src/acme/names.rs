//! Finds the names that a certificate is asked for: those of the settings that the DNS has addresses for.

use std::net::IpAddr;

use hickory_resolver::{TokioResolver, net::NetError};

use crate::{
    config::{Config, StsMode},
    domains::Domains,
};

/// Names of the settings, by what the DNS says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// Those that have an address.
    pub found: Vec<String>,
    /// Those that have none. One of them would make the CA refuse the whole order.
    pub left_out: Vec<String>,
}

/// The names that the relay is reached by: the mail host, and with a TLS listener of its own also the web interface, and the
/// hosts of the MTA-STS policies (RFC 8461 §3.3).
pub(super) fn wanted(config: &Config) -> Vec<String> {
    let mut names = vec![config.mx.clone()];
    if config.https.is_some() {
        names.insert(0, config.public_url.host().to_owned());
        if config.mta_sts != StsMode::None {
            let domains = Domains::new(config.domain.clone(), config.other_domains.clone());
            names.extend(domains.all().map(|domain| format!("mta-sts.{domain}")));
        }
    }
    let mut different = Vec::with_capacity(names.len());
    for name in names {
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        if bare.parse::<IpAddr>().is_err() && !different.contains(&name) {
            different.push(name);
        }
    }
    different
}

/// Asks the DNS for each name.
///
/// # Errors
/// The DNS does not answer. Then nobody knows which names exist, and a name must not be lost from a certificate for it.
pub(super) async fn look_up(resolver: &TokioResolver, wanted: &[String]) -> Result<Names, NetError> {
    let mut names = Names::default();
    for name in wanted {
        match resolver.lookup_ip(format!("{name}.")).await {
            Ok(_) => names.found.push(name.clone()),
            Err(error) if error.is_nx_domain() || error.is_no_records_found() => names.left_out.push(name.clone()),
            Err(error) => return Err(error),
        }
    }
    Ok(names)
}
