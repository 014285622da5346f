//! The demands of a recipient's domain on its mail hosts' TLS: MTA-STS (RFC 8461) and DANE (RFC 7672).
//!
//! Where a host has TLSA records that DNSSEC proves, they decide, and MTA-STS does not (RFC 8461 §2). A policy is never
//! weakened because something fails: the message waits.

mod dane;
mod demand;
mod fetch;
mod known;
mod mta_sts;

use std::sync::Arc;

use hickory_resolver::{
    net::NetError,
    proto::rr::{RData, RecordType},
};

pub use self::demand::TlsSetupError;
use self::{dane::Tlsa, fetch::PolicyClient};
pub(super) use self::{
    dane::{in_words, is_unfit},
    demand::{Demand, TlsConfigs, report},
    known::{Applies, KnownPolicies},
    mta_sts::{Mode, Policy},
};
use super::lookup::{Answer, DnsLookup};
use crate::clock::Clock;

/// The port of the policy hosts.
pub(super) const HTTPS_PORT: u16 = 443;

/// Remembers policies, and fetches them with these settings.
///
/// # Errors
/// No CA is trusted.
pub(super) fn known_policies(
    tls: &TlsConfigs,
    port: u16,
    clock: Arc<dyn Clock>,
) -> Result<KnownPolicies, TlsSetupError> {
    let tls = tls.web()?;
    Ok(KnownPolicies::new(PolicyClient { tls, port }, clock))
}

/// The demand of DANE on a host.
pub(super) struct DaneDemand {
    pub demand: Demand,
    /// The name to ask for in TLS (RFC 7672 §8.1).
    pub name: String,
}

/// Looks for the TLSA records of a host whose addresses DNSSEC proves. Without any, DANE does not apply.
///
/// # Errors
/// The look-up fails, or its answer is forged. Nothing may be delivered to the host then (RFC 7672 §2.1.2).
pub(super) async fn dane(
    dns: &DnsLookup,
    domain: &str,
    host: &str,
    addresses: &Answer,
    port: u16,
) -> Result<Option<DaneDemand>, NetError> {
    if !addresses.is_secure {
        return Ok(None);
    }
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let expanded = addresses.expanded_name().map(|name| {
        let name = name.to_ascii();
        name.trim_end_matches('.').to_ascii_lowercase()
    });
    // The records of an alias's target come first (RFC 7672 §2.2.2).
    let bases = expanded.filter(|expanded| *expanded != host).into_iter().chain([host]);
    for base in bases {
        let answer = dns.ask(&format!("_{port}._tcp.{base}."), RecordType::TLSA).await?;
        if !answer.is_secure || answer.records.is_empty() {
            continue;
        }
        let records = answer.records.iter().filter_map(|record| match &record.data {
            RData::TLSA(tlsa) => Some(Tlsa {
                usage: tlsa.cert_usage.into(),
                selector: tlsa.selector.into(),
                matching: tlsa.matching.into(),
                data: tlsa.cert_data.clone(),
            }),
            _ => None,
        });
        let records = dane::usable(records.collect());
        let demand = match records.is_empty() {
            true => Demand::Encrypted,
            false => Demand::Dane {
                records,
                names: vec![base.clone(), domain.to_ascii_lowercase()],
            },
        };
        return Ok(Some(DaneDemand { demand, name: base }));
    }
    Ok(None)
}
