//! Reads the settings: `sealpost.toml`, overridden by the environment, checked once at start. Nothing else reads the environment.
//!
//! docs/OPERATING.md has the table of all settings.

mod destination;
mod dkim;
mod limits;
mod open_files;
mod public_url;
mod raw;
mod trusted_proxies;
mod unlimited_clients;

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use app::api::account::SignUpMode;
use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use raw::Raw;
use serde::Deserialize;
use zeroize::Zeroizing;

pub use destination::{Destination, DestinationError, Login};
pub use dkim::{DkimKeySource, Selector, SelectorError};
pub use limits::{Allowance, ConnectionLimits, Lanes, NewContactLimits, SmtpLimits};
pub use open_files::TooFewFiles;
pub use public_url::{PublicUrl, PublicUrlError};
pub use trusted_proxies::{TrustedProxies, TrustedProxiesError};
pub use unlimited_clients::{UnlimitedClients, UnlimitedClientsError};

use crate::vault::MasterKeySource;

/// The settings file that is read if `SEALPOST_CONFIG` names none.
const FILE: &str = "sealpost.toml";

/// The effective settings.
pub struct Config {
    /// The main domain of aliases and relay addresses, in lower case.
    pub domain: String,
    /// Other domains that aliases may exist under, in lower case.
    pub other_domains: Vec<String>,
    /// The address that the web interface listens on.
    pub http: SocketAddr,
    /// The address that the SMTP receiver listens on.
    pub smtp: SocketAddr,
    /// The data folder: database, master key, TLS certificate, outbox.
    pub data: PathBuf,
    /// `sqlite://…` or `postgres://…`.
    pub database_url: Zeroizing<String>,
    /// The destination of outgoing messages.
    pub delivery: Destination,
    /// Whether `mx` may connect to addresses that are not public.
    pub mx_private_networks: bool,
    /// The resolver for MX look-ups and sender checks; the system's if unset.
    pub dns: Option<SocketAddr>,
    /// Whether the sender checks (SPF, DKIM, DMARC) are on.
    pub sender_auth: Switch,
    /// How to treat a message that its author's domain wants refused (DMARC).
    pub rejected: Rejected,
    /// The source of the DKIM key.
    pub dkim_key: DkimKeySource,
    /// The DKIM selector.
    pub dkim_selector: Selector,
    /// The host name in the MX record of the domains.
    pub mx: String,
    /// The mode of the MTA-STS policy.
    pub mta_sts: StsMode,
    /// The public address of the web interface.
    pub public_url: PublicUrl,
    /// The trusted reverse proxies; none by default.
    pub trusted_proxies: TrustedProxies,
    /// The folder of the browser's program and styles.
    pub site: PathBuf,
    /// The source of the master key.
    pub master_key: MasterKeySource,
    /// PEM files of the SMTP receiver's certificate chain and key; a self-signed pair if unset.
    pub tls: Option<TlsFiles>,
    /// The limits of the SMTP receiver.
    pub limits: SmtpLimits,
    /// Most connections to the web interface.
    pub web_connections: ConnectionLimits,
    /// Mail servers to which the limits for one client do not apply.
    pub unlimited_clients: UnlimitedClients,
    /// How many messages are delivered at a time.
    pub lanes: Lanes,
    /// The pause before a failed delivery is tried again. Later pauses are longer.
    pub first_pause: Duration,
    /// How long the messages of a process that died wait before another process delivers them.
    pub lease: time::Duration,
    /// How many contact keys are kept ready.
    pub key_pool: u64,
    /// Who can sign up.
    pub sign_up: SignUpMode,
    /// The limits of one account.
    pub allowance: Allowance,
    /// How long the keys of a contact are kept after its last message if it was never answered; for ever if unset.
    pub contact_keys: Option<time::Duration>,
    /// Most new contacts that outside senders may create.
    pub new_contacts: NewContactLimits,
    /// The address of the metrics page; no page if unset.
    pub metrics: Option<SocketAddr>,
    /// Whether log lines are in JSON.
    pub log_json: bool,
}

/// A setting that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// The mode of the MTA-STS policy (RFC 8461 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StsMode {
    /// `testing`: mail is delivered without a valid certificate too, and failures are reported.
    Testing,
    /// `enforce`: no mail is delivered without a valid certificate of the mail host.
    Enforce,
    /// `none`: the policy is withdrawn.
    None,
}

/// How to treat a message that its author's domain wants refused (DMARC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// Refuse it.
    Refuse,
    /// Relay it with a warning.
    Warn,
}

/// Certificate files in PEM form.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate chain, leaf first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Why the settings cannot be used. Each error names the setting.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value has the wrong form, or the file is no TOML.
    #[error("settings cannot be read: {0}")]
    Unreadable(#[from] Box<figment::Error>),
    /// `SEALPOST_CONFIG` names a file that does not exist.
    #[error("SEALPOST_CONFIG names {0}, which does not exist")]
    NoFile(PathBuf),
    /// The domain or the mail host is empty or not a host name.
    #[error("{0} is not a domain name: {1:?}")]
    Domain(&'static str, String),
    /// The DKIM selector is invalid.
    #[error("SEALPOST_DKIM_SELECTOR: {0}")]
    Selector(#[from] SelectorError),
    /// The public URL is invalid.
    #[error("SEALPOST_PUBLIC_URL: {0}")]
    PublicUrl(#[from] PublicUrlError),
    /// The list of trusted proxies is invalid.
    #[error("SEALPOST_TRUSTED_PROXIES: {0}")]
    TrustedProxies(#[from] TrustedProxiesError),
    /// The list of unlimited clients is invalid.
    #[error("SEALPOST_UNLIMITED_CLIENTS: {0}")]
    UnlimitedClients(#[from] UnlimitedClientsError),
    /// The destination is invalid.
    #[error("SEALPOST_DELIVERY: {0}")]
    Delivery(#[from] DestinationError),
    /// Only one of the two TLS files is given.
    #[error("SEALPOST_TLS_CERTIFICATE and SEALPOST_TLS_KEY must be given together")]
    HalfTls,
    /// The largest message would always be refused for want of memory.
    #[error("SEALPOST_BUFFER_MIB must be at least eight times SEALPOST_MAX_MESSAGE_MIB")]
    Buffer,
    /// The resolver is neither `IP` nor `IP:PORT`.
    #[error("SEALPOST_DNS is neither IP nor IP:PORT: {0:?}")]
    Dns(String),
}

impl Config {
    /// Reads the file and the environment.
    pub fn load() -> Result<Self, ConfigError> {
        let named = std::env::var_os("SEALPOST_CONFIG").map(PathBuf::from);
        if let Some(file) = named.as_ref().filter(|file| !file.is_file()) {
            return Err(ConfigError::NoFile(file.clone()));
        }
        let file = named.unwrap_or_else(|| FILE.into());
        Self::from_figment(&Self::sources(&file))
    }

    /// The file, overridden by the environment. An empty variable counts as unset.
    fn sources(file: &Path) -> Figment {
        let environment = Env::prefixed("SEALPOST_").ignore(&["config"]).filter_map(|key| {
            let empty = std::env::var(format!("SEALPOST_{}", key.as_str().to_uppercase())).is_ok_and(|v| v.is_empty());
            (!empty).then(|| key.into())
        });
        let figment = match file.is_file() {
            true => Figment::from(Toml::file_exact(file)),
            false => Figment::new(),
        };
        figment.merge(environment)
    }

    fn from_figment(figment: &Figment) -> Result<Self, ConfigError> {
        let raw: Raw = figment.extract().map_err(Box::new)?;
        let domain = host_name("SEALPOST_DOMAIN", &raw.domain)?;
        let public_url = raw.public_url.clone().unwrap_or_else(|| format!("http://{}", raw.http));
        let (limits, allowance) = (SmtpLimits::of(&raw)?, allowance(&raw));
        let web_connections = ConnectionLimits::of_the_web(&raw);
        Ok(Self {
            public_url: public_url.parse()?,
            trusted_proxies: raw.trusted_proxies.parse()?,
            database_url: raw.database_url.unwrap_or_else(|| {
                Zeroizing::new(format!("sqlite://{}?mode=rwc", raw.data.join("sealpost.db").display()))
            }),
            delivery: Destination::parse(
                raw.delivery
                    .as_deref()
                    .unwrap_or(&format!("file:{}", raw.data.join("outbox").display())),
                raw.delivery_user
                    .zip(raw.delivery_password)
                    .map(|(user, password)| Login { user, password }),
            )?,
            mx_private_networks: raw.mx_private_networks,
            dns: raw.dns.as_deref().map(resolver).transpose()?,
            sender_auth: raw.sender_auth,
            rejected: if raw.dmarc_reject {
                Rejected::Refuse
            } else {
                Rejected::Warn
            },
            dkim_key: raw
                .dkim_key_file
                .map_or_else(|| DkimKeySource::Own(raw.data.join("dkim.key")), DkimKeySource::File),
            dkim_selector: Selector::parse(&raw.dkim_selector)?,
            mx: match raw.mx_host {
                Some(host) => host_name("SEALPOST_MX_HOST", &host)?,
                None => domain.clone(),
            },
            mta_sts: raw.mta_sts,
            master_key: match (raw.master_key, raw.master_key_file) {
                (Some(value), _) => MasterKeySource::Value(value),
                (None, Some(file)) => MasterKeySource::File(file),
                (None, None) => MasterKeySource::Own(raw.data.join("master.key")),
            },
            tls: match (raw.tls_certificate, raw.tls_key) {
                (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
                (None, None) => None,
                _ => return Err(ConfigError::HalfTls),
            },
            limits,
            web_connections,
            unlimited_clients: raw.unlimited_clients.parse()?,
            domain,
            other_domains: raw
                .domains
                .split(',')
                .filter(|domain| !domain.trim().is_empty())
                .map(|domain| host_name("SEALPOST_DOMAINS", domain))
                .collect::<Result<_, _>>()?,
            http: raw.http,
            smtp: raw.smtp,
            data: raw.data,
            site: raw.site,
            lanes: Lanes {
                total: raw.deliveries.max(1),
                per_domain: raw.deliveries_per_domain.max(1),
            },
            first_pause: Duration::from_secs(raw.retry_seconds.max(1)),
            // A lease is renewed three times while it lasts. A shorter one would end when a commit or a clock is a second late,
            // and messages would be delivered twice.
            lease: time::Duration::seconds(raw.lease_seconds.max(4).into()),
            key_pool: raw.key_pool,
            sign_up: raw.sign_up,
            allowance,
            contact_keys: (raw.contact_key_days > 0).then(|| time::Duration::days(raw.contact_key_days.into())),
            new_contacts: NewContactLimits {
                per_client: raw.max_new_contacts_per_client,
                per_alias: raw.max_new_contacts_per_alias,
                per_account: raw.max_new_contacts_per_account,
            },
            metrics: raw.metrics,
            log_json: raw.log_json,
        })
    }
}

fn allowance(raw: &Raw) -> Allowance {
    Allowance {
        mailboxes: raw.max_mailboxes,
        aliases: raw.max_aliases,
        aliases_per_hour: raw.max_aliases_per_hour,
        messages_per_hour: raw.max_messages_per_hour,
        replies_per_hour: raw.max_replies_per_hour,
    }
}

/// Parses a host name (RFC 5321 §2.3.5). Returns an internationalised one in its ASCII form, which certificates need.
fn host_name(setting: &'static str, text: &str) -> Result<String, ConfigError> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let folded = text.trim().to_ascii_lowercase();
    if folded.len() <= 200 && folded.split('.').all(label) {
        Ok(folded)
    } else {
        Err(ConfigError::Domain(setting, text.into()))
    }
}

fn resolver(text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse::<SocketAddr>()
        .or_else(|_| text.parse::<IpAddr>().map(|ip| SocketAddr::from((ip, 53))))
        .map_err(|_| ConfigError::Dns(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(toml: &str) -> Result<Config, ConfigError> {
        Config::from_figment(&Figment::new().merge(Toml::string(toml)))
    }

    #[test]
    fn without_settings_everything_stays_on_this_machine() {
        let config = config("").unwrap();
        assert!(config.http.ip().is_loopback() && config.smtp.ip().is_loopback());
        assert_eq!(config.database_url.as_str(), "sqlite://./data/sealpost.db?mode=rwc");
        assert!(matches!(config.delivery, Destination::File(ref folder) if folder == Path::new("./data/outbox")));
        assert_eq!(config.public_url.to_string(), "http://127.0.0.1:3000");
    }

    #[test]
    fn each_bad_setting_is_named() {
        for (toml, name) in [
            ("domain = 'a b'", "SEALPOST_DOMAIN"),
            ("domain = ''", "SEALPOST_DOMAIN"),
            ("domains = 'b.example, a b'", "SEALPOST_DOMAINS"),
            ("public_url = 'mail.example.org'", "SEALPOST_PUBLIC_URL"),
            ("public_url = 'https://u:p@example.org'", "SEALPOST_PUBLIC_URL"),
            ("public_url = 'https://example.org/x'", "SEALPOST_PUBLIC_URL"),
            ("delivery = 'carrier-pigeon'", "SEALPOST_DELIVERY"),
            ("trusted_proxies = 'proxy.example'", "SEALPOST_TRUSTED_PROXIES"),
            ("unlimited_clients = 'filter.example'", "SEALPOST_UNLIMITED_CLIENTS"),
            ("tls_key = 'k.pem'", "SEALPOST_TLS_CERTIFICATE"),
            ("dns = 'nine'", "SEALPOST_DNS"),
            ("buffer_mib = 399", "SEALPOST_BUFFER_MIB"),
            ("sender_auth = 'maybe'", "sender_auth"),
            ("dkim_selector = 'a.b'", "SEALPOST_DKIM_SELECTOR"),
            ("mx_host = 'a b'", "SEALPOST_MX_HOST"),
            ("mta_sts = 'x'", "mta_sts"),
            ("sign_up = 'maybe'", "sign_up"),
            ("typo = 1", "typo"),
        ] {
            let error = config(toml).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(name), "{toml}: {error}");
        }
    }

    #[test]
    fn other_domains_are_named_in_one_setting() {
        assert!(config("").unwrap().other_domains.is_empty());
        let config = config("domains = 'B.example, c.example,'").unwrap();
        assert_eq!(config.other_domains, ["b.example", "c.example"]);
    }

    #[test]
    fn a_resolver_may_name_its_port() {
        assert_eq!(config("dns = '9.9.9.9'").unwrap().dns.unwrap().port(), 53);
        assert_eq!(config("dns = '127.0.0.1:5353'").unwrap().dns.unwrap().port(), 5353);
    }
}
