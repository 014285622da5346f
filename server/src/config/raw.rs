//! The settings as an operator writes them.

use std::{net::SocketAddr, path::PathBuf};

use app::api::account::SignUpMode;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Switch;
use crate::{mail::structure, publish::StsMode};

/// The settings as written, all with a default.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    pub domain: String,
    pub domains: String,
    pub http: SocketAddr,
    pub smtp: SocketAddr,
    pub data: PathBuf,
    pub database_url: Option<Zeroizing<String>>,
    pub delivery: Option<String>,
    pub delivery_user: Option<String>,
    pub delivery_password: Option<Zeroizing<String>>,
    pub mx_private_networks: bool,
    pub dns: Option<String>,
    pub sender_auth: Switch,
    pub dmarc_reject: bool,
    pub dkim_key_file: Option<PathBuf>,
    pub dkim_selector: String,
    pub mx_host: Option<String>,
    pub mta_sts: StsMode,
    pub public_url: Option<String>,
    pub trusted_proxies: String,
    pub site: PathBuf,
    pub master_key: Option<Zeroizing<String>>,
    pub master_key_file: Option<PathBuf>,
    pub tls_certificate: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub max_message_mib: usize,
    pub max_line_kib: usize,
    pub max_header_kib: usize,
    pub max_header_fields: usize,
    pub max_mime_depth: usize,
    pub max_mime_parts: usize,
    pub max_boundary: usize,
    pub max_connections: usize,
    pub max_connections_per_ip: usize,
    pub idle_seconds: u64,
    pub buffer_mib: usize,
    pub deliveries: usize,
    pub deliveries_per_domain: usize,
    pub retry_seconds: u64,
    pub key_pool: u64,
    pub sign_up: SignUpMode,
    pub max_mailboxes: u64,
    pub max_aliases: u64,
    pub max_aliases_per_hour: u32,
    pub max_messages_per_hour: u32,
    pub max_replies_per_hour: u32,
    pub contact_key_days: u16,
    pub max_new_contacts_per_client: u32,
    pub max_new_contacts_per_alias: u32,
    pub max_new_contacts_per_account: u32,
    pub metrics: Option<SocketAddr>,
    pub log_json: bool,
}

impl Default for Raw {
    fn default() -> Self {
        Self {
            domain: "relay.localhost".into(),
            domains: String::new(),
            http: SocketAddr::from(([127, 0, 0, 1], 3000)),
            smtp: SocketAddr::from(([127, 0, 0, 1], 2525)),
            data: "./data".into(),
            database_url: None,
            delivery: None,
            delivery_user: None,
            delivery_password: None,
            mx_private_networks: false,
            dns: None,
            sender_auth: Switch::On,
            dmarc_reject: true,
            dkim_key_file: None,
            dkim_selector: "sealpost".into(),
            mx_host: None,
            mta_sts: StsMode::Testing,
            public_url: None,
            trusted_proxies: String::new(),
            site: "target/site".into(),
            master_key: None,
            master_key_file: None,
            tls_certificate: None,
            tls_key: None,
            max_message_mib: 50,
            max_line_kib: 1024,
            max_header_kib: structure::Limits::DEFAULT.header_octets >> 10,
            max_header_fields: structure::Limits::DEFAULT.header_fields,
            max_mime_depth: structure::Limits::DEFAULT.depth,
            max_mime_parts: structure::Limits::DEFAULT.parts,
            max_boundary: structure::Limits::DEFAULT.boundary_octets,
            max_connections: 512,
            max_connections_per_ip: 50,
            idle_seconds: 300,
            buffer_mib: 512,
            deliveries: 20,
            deliveries_per_domain: 5,
            // Greylisting asks for a few minutes, and the second try is after them.
            retry_seconds: 60,
            key_pool: 16,
            sign_up: SignUpMode::Open,
            max_mailboxes: 10,
            max_aliases: 10_000,
            max_aliases_per_hour: 100,
            max_messages_per_hour: 2000,
            max_replies_per_hour: 200,
            contact_key_days: 180,
            // A busy mailing list has some dozens of new writers a day. One client must not use up what an alias may have.
            max_new_contacts_per_client: 100,
            max_new_contacts_per_alias: 200,
            max_new_contacts_per_account: 500,
            metrics: None,
            log_json: false,
        }
    }
}
