//! Reads the settings: `sealpost.toml`, overridden by the environment, checked once at start. Nothing else reads them; only a
//! command of root looks at the names of variables, before it runs as the service.
//!
//! docs/OPERATING.md has the table of all settings.

mod acme;
mod backup;
mod check;
mod credential;
mod destination;
mod dkim;
mod host_name;
mod limits;
mod mistakes;
mod networks;
mod oidc;
mod open_files;
mod otlp;
mod public_url;
mod raw;
mod sources;
mod time_server;

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use app::{address::EmailAddress, api::account::SignUpMode};
use check::{Check, MASTER_KEY, PREVIOUS_MASTER_KEY, database, resolver};
use host_name::host_names;
use serde::Deserialize;
use sources::Sources;
use zeroize::Zeroizing;

pub use acme::{AcmeChallenge, AcmeSettings};
pub use backup::{BackupSettings, Recipients, RecipientsError};
pub use destination::{Destination, DestinationError, Login};
pub use dkim::{DkimKeySource, SecondDkimKey, Selector, SelectorError};
pub(crate) use host_name::host_name;
pub use limits::{Allowance, ConnectionLimits, Lanes, NewContactLimits, SmtpLimits};
pub use mistakes::{Fault, Mistake, Mistakes, Place};
pub use networks::{Networks, NetworksError};
pub use oidc::{ClientSecret, OidcSettings, is_protected};
pub use open_files::TooFewFiles;
pub use otlp::{CollectorUrl, CollectorUrlError};
pub use public_url::{PublicUrl, PublicUrlError};
pub use time_server::{TimeServer, TimeServerError};

use crate::{
    network::is_near,
    vault::{MasterKeySource, Vault, VaultError},
};

/// The settings file that is read if `SEALPOST_CONFIG` names none.
const FILE: &str = "sealpost.toml";

/// The longest lease, in seconds: shorter than the longest pause between two tries.
const LONGEST_LEASE: u32 = 3600;

/// The effective settings.
pub struct Config {
    /// The main domain of aliases and relay addresses, in lower case.
    pub domain: String,
    /// Other domains that aliases may exist under, in lower case.
    pub other_domains: Vec<String>,
    /// The address that the web interface listens on.
    pub http: SocketAddr,
    /// The address that the web interface listens on with TLS. `http` then only redirects to it.
    pub https: Option<SocketAddr>,
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
    /// The TLS policies of recipients' domains that `mx` follows.
    pub tls_policy: TlsPolicy,
    /// The resolver for MX look-ups and sender checks; the system's if unset.
    pub dns: Option<SocketAddr>,
    /// The time server that the clock is compared with by checks; none if unset.
    pub time_server: Option<TimeServer>,
    /// Whether the sender checks (SPF, DKIM, DMARC) are on.
    pub sender_auth: Switch,
    /// How to treat a message that its author's domain wants refused (DMARC).
    pub rejected: Rejected,
    /// The domains whose seals are believed (ARC), in lower case; none by default.
    pub trusted_sealers: Vec<String>,
    /// The address of rspamd, which judges mail to aliases before it is sealed; nothing does if unset.
    pub rspamd: Option<SocketAddr>,
    /// The alias that has the mail to `postmaster` and `abuse`, which is not kept if unset.
    pub operator_alias: Option<EmailAddress>,
    /// The source of the DKIM key.
    pub dkim_key: DkimKeySource,
    /// The DKIM selector.
    pub dkim_selector: Selector,
    /// A second DKIM key that is published and signs nothing; none if unset.
    pub second_dkim_key: Option<SecondDkimKey>,
    /// The host name in the MX record of the domains.
    pub mx: String,
    /// The mode of the MTA-STS policy.
    pub mta_sts: StsMode,
    /// The public address of the web interface.
    pub public_url: PublicUrl,
    /// The trusted reverse proxies; none by default.
    pub trusted_proxies: Networks,
    /// The folder of the browser's program and styles.
    pub site: PathBuf,
    /// The source of the master key.
    pub master_key: Arc<MasterKeySource>,
    /// The source of the master key before it, which is needed until nothing is left under that key. It may have none.
    pub previous_master_key: Arc<MasterKeySource>,
    /// PEM files of the host's certificate chain and key; one of a CA or a self-signed pair if unset.
    pub tls: Option<TlsFiles>,
    /// How a certificate is obtained from a CA; none is if unset.
    pub acme: Option<AcmeSettings>,
    /// Mail servers in front of the receiver, which name their clients with XFORWARD; none by default.
    pub xforward_clients: Networks,
    /// Proxies in front of the receiver, whose connections begin with a header of the PROXY protocol; none by default.
    pub proxy_protocol_clients: Networks,
    /// The limits of the SMTP receiver.
    pub limits: SmtpLimits,
    /// Most connections to the web interface.
    pub web_connections: ConnectionLimits,
    /// Mail servers to which the limits for one client do not apply.
    pub unlimited_clients: Networks,
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
    /// Whether people can sign in with passwords and passkeys.
    pub local_sign_in: Switch,
    /// The provider at which people sign in (OpenID Connect); none if unset.
    pub oidc: Option<OidcSettings>,
    /// The limits of one account.
    pub allowance: Allowance,
    /// How long the keys of a contact are kept after its last message if it was never answered; for ever if unset.
    pub contact_keys: Option<time::Duration>,
    /// Most new contacts that outside senders may create.
    pub new_contacts: NewContactLimits,
    /// Where backups go, who can open them, and how many are kept.
    pub backup: BackupSettings,
    /// The address of the metrics page; no page if unset.
    pub metrics: Option<SocketAddr>,
    /// Whether log lines are in JSON.
    pub log_json: bool,
    /// The collector that traces are sent to; none are made if unset.
    pub otlp: Option<CollectorUrl>,
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

/// The TLS policies of recipients' domains that are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsPolicy {
    /// MTA-STS (RFC 8461) and DANE (RFC 7672).
    On,
    /// Only MTA-STS: for networks whose resolver does not pass DNSSEC records on unharmed.
    MtaSts,
    /// None: TLS is used if the host offers it, with any certificate.
    Off,
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

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// `SEALPOST_CONFIG` names a file that does not exist.
    #[error("SEALPOST_CONFIG names {0}, which is no file")]
    NoFile(PathBuf),
    /// The file cannot be read.
    #[error("{0} cannot be read")]
    Unreadable(PathBuf, #[source] io::Error),
    /// Settings are mistaken.
    #[error(transparent)]
    Mistaken(#[from] Mistakes),
}

impl Config {
    /// The settings file that the environment names.
    pub fn named_file() -> Option<PathBuf> {
        std::env::var_os("SEALPOST_CONFIG").map(PathBuf::from)
    }

    /// The settings file that is read if the environment names none.
    pub fn default_file() -> PathBuf {
        FILE.into()
    }

    /// Reads the file that `SEALPOST_CONFIG` names, or `sealpost.toml` in this folder, and the environment.
    pub fn load() -> Result<Self, ConfigError> {
        Self::load_or(FILE.as_ref())
    }

    /// The same. Reads `other` if neither file is there.
    pub fn load_or(other: &Path) -> Result<Self, ConfigError> {
        let named = Self::named_file();
        if let Some(file) = named.as_ref().filter(|file| !file.is_file()) {
            return Err(ConfigError::NoFile(file.clone()));
        }
        let here = Self::default_file();
        let file = named.unwrap_or_else(|| if here.exists() { here } else { other.into() });
        let sources = Sources::read(&file).map_err(|error| ConfigError::Unreadable(file, error))?;
        Ok(Self::from_sources(sources)?)
    }

    /// Checks the text of a settings file before it is written. `variables` are those of the environment that the relay will have.
    pub fn check(file: &Path, text: &str, variables: &[(String, Zeroizing<String>)]) -> Result<Self, Mistakes> {
        Self::from_sources(Sources::planned(file, text, variables))
    }

    /// Checks the settings, all of them before the first mistake is reported.
    #[allow(clippy::too_many_lines, reason = "one line for each setting")]
    fn from_sources(mut sources: Sources) -> Result<Self, Mistakes> {
        let mut mistakes = std::mem::take(&mut sources.broken);
        let mut raw = sources.raw(&mut mistakes);
        let mut check = Check { sources, mistakes };
        let domain = check.take("domain", host_name(&raw.domain));
        let other_domains = check.take("domains", host_names(&raw.domains));
        let mx = check.take("mx_host", raw.mx_host.as_deref().map(host_name).transpose());
        let url = raw.public_url.clone().unwrap_or_else(|| format!("http://{}", raw.http));
        let public_url = check.take("public_url", url.parse::<PublicUrl>());
        let trusted_proxies = check.take("trusted_proxies", raw.trusted_proxies.parse());
        let unlimited_clients = check.take("unlimited_clients", raw.unlimited_clients.parse::<Networks>());
        let xforward_clients = check.take("xforward_clients", raw.xforward_clients.parse());
        let proxy_protocol_clients = check.take("proxy_protocol_clients", raw.proxy_protocol_clients.parse());
        let trusted_sealers = check.take("trusted_sealers", host_names(&raw.trusted_sealers));
        let dkim_selector = check.take("dkim_selector", Selector::parse(&raw.dkim_selector));
        let second_dkim_key = check.second_dkim_key(&raw);
        let master_key = check.master_key(
            MASTER_KEY,
            (
                raw.master_key.take(),
                raw.master_key_file.take(),
                raw.master_key_command.take(),
            ),
            raw.data.join("master.key"),
        );
        let previous_master_key = check.master_key(
            PREVIOUS_MASTER_KEY,
            (
                raw.previous_master_key.take(),
                raw.previous_master_key_file.take(),
                raw.previous_master_key_command.take(),
            ),
            raw.data.join("previous-master.key"),
        );
        let backup_recipients = check.take("backup_recipient", raw.backup_recipient.parse());
        let dns = check.take("dns", raw.dns.as_deref().map(resolver).transpose());
        let time_server = (raw.time_server != "off").then(|| raw.time_server.parse()).transpose();
        let time_server = check.take("time_server", time_server);
        check.take(
            "database_url",
            database(raw.database_url.as_deref().map(String::as_str)),
        );
        if raw.rspamd.is_some_and(|address| !is_near(address.ip())) {
            check.refuse("rspamd", Fault::TooFar);
        }
        let otlp = check
            .take("otlp", raw.otlp.as_deref().map(str::parse).transpose())
            .flatten();
        let operator_alias = check.operator_alias(
            raw.operator_alias.as_deref(),
            domain.iter().chain(other_domains.iter().flatten()),
        );
        let limits = check.take("buffer_mib", SmtpLimits::of(&raw));
        let allowance = Allowance::of(&raw);
        let web_connections = ConnectionLimits::of_the_web(&raw);
        let acme = check.acme(&raw);
        let oidc = check.oidc(&mut raw);
        let login = check.both(
            ("delivery_user", raw.delivery_user),
            ("delivery_password", raw.delivery_password),
        );
        let login = login.map(|(user, password)| Login { user, password });
        let outbox = || format!("file:{}", raw.data.join("outbox").display());
        let delivery = raw.delivery.unwrap_or_else(outbox);
        let delivery = check.take("delivery", Destination::parse(&delivery, login));
        let tls = check.both(("tls_certificate", raw.tls_certificate), ("tls_key", raw.tls_key));
        if raw.https.is_some() && public_url.as_ref().is_some_and(|url| !url.is_https()) {
            check.refuse("public_url", Fault::PublicUrlNotHttps);
        }
        let (
            Some(domain),
            Some(other_domains),
            Some(mx),
            Some(public_url),
            Some(trusted_proxies),
            Some(unlimited_clients),
            Some(xforward_clients),
            Some(proxy_protocol_clients),
            Some(trusted_sealers),
            Some(dkim_selector),
            Some(master_key),
            Some(previous_master_key),
            Some(backup_recipients),
            Some(dns),
            Some(limits),
            Some(delivery),
            true,
        ) = (
            domain,
            other_domains,
            mx,
            public_url,
            trusted_proxies,
            unlimited_clients,
            xforward_clients,
            proxy_protocol_clients,
            trusted_sealers,
            dkim_selector,
            master_key,
            previous_master_key,
            backup_recipients,
            dns,
            limits,
            delivery,
            check.mistakes.is_empty(),
        )
        else {
            return Err(Mistakes(check.mistakes));
        };
        Ok(Self {
            public_url,
            trusted_proxies,
            database_url: raw.database_url.unwrap_or_else(|| {
                Zeroizing::new(format!("sqlite://{}?mode=rwc", raw.data.join("sealpost.db").display()))
            }),
            delivery,
            mx_private_networks: raw.mx_private_networks,
            tls_policy: raw.tls_policy,
            dns,
            time_server: time_server.flatten(),
            sender_auth: raw.sender_auth,
            rejected: if raw.dmarc_reject {
                Rejected::Refuse
            } else {
                Rejected::Warn
            },
            trusted_sealers,
            rspamd: raw.rspamd,
            operator_alias,
            dkim_key: raw.dkim_key_file.map_or_else(
                || DkimKeySource::Own(raw.data.join("dkim.key")),
                |file| DkimKeySource::File(credential::here(file)),
            ),
            dkim_selector,
            second_dkim_key,
            mx: mx.unwrap_or_else(|| domain.clone()),
            mta_sts: raw.mta_sts,
            master_key: Arc::new(master_key),
            previous_master_key: Arc::new(previous_master_key),
            tls: tls.map(|(certificate, key)| TlsFiles { certificate, key }),
            acme,
            limits,
            web_connections,
            // They pass on everybody's mail.
            unlimited_clients: unlimited_clients.and(&xforward_clients),
            xforward_clients,
            proxy_protocol_clients,
            domain,
            other_domains,
            http: raw.http,
            https: raw.https,
            smtp: raw.smtp,
            data: raw.data,
            site: raw.site,
            lanes: Lanes {
                total: raw.deliveries.max(1),
                per_domain: raw.deliveries_per_domain.max(1),
            },
            first_pause: Duration::from_secs(raw.retry_seconds.max(1)),
            // A lease is renewed three times while it lasts. A shorter one would end when a commit or a clock is a second late,
            // and messages would be delivered twice. A longer one would look like the time of a clock that was ahead.
            lease: time::Duration::seconds(raw.lease_seconds.clamp(4, LONGEST_LEASE).into()),
            key_pool: raw.key_pool,
            sign_up: raw.sign_up,
            local_sign_in: raw.local_sign_in,
            oidc,
            allowance,
            contact_keys: (raw.contact_key_days > 0).then(|| time::Duration::days(raw.contact_key_days.into())),
            new_contacts: NewContactLimits {
                per_client: raw.max_new_contacts_per_client,
                per_alias: raw.max_new_contacts_per_alias,
                per_account: raw.max_new_contacts_per_account,
            },
            backup: BackupSettings {
                folder: raw.backup_to,
                recipients: backup_recipients,
                keep: raw.backup_keep,
            },
            metrics: raw.metrics,
            log_json: raw.log_json,
            otlp,
        })
    }

    /// Opens the vault with the master key, and with the previous one if there is one. Creates the master key if it is the relay's
    /// own and there is none.
    ///
    /// # Errors
    /// A key cannot be read, or both are the same.
    pub fn open_vault(&self) -> Result<Vault, VaultError> {
        Vault::open(&self.master_key)?.with_previous(&self.previous_master_key)
    }

    /// The same, and never creates a key. Returns `None` if the master key is the relay's own and there is none yet.
    ///
    /// # Errors
    /// As of [`Self::open_vault`].
    pub fn open_existing_vault(&self) -> Result<Option<Vault>, VaultError> {
        open_existing(&self.master_key, &self.previous_master_key)
    }

    /// The same on a thread of its own: a command that prints the key may take its time.
    ///
    /// # Errors
    /// As of [`Self::open_vault`], or the thread failed.
    pub async fn open_existing_vault_aside(&self) -> Result<Option<Vault>, VaultError> {
        let (master, previous) = (Arc::clone(&self.master_key), Arc::clone(&self.previous_master_key));
        let opened = tokio::task::spawn_blocking(move || open_existing(&master, &previous));
        opened.await.unwrap_or_else(|error| Err(VaultError::Thread(error)))
    }
}

fn open_existing(master: &MasterKeySource, previous: &MasterKeySource) -> Result<Option<Vault>, VaultError> {
    let vault = Vault::open_existing(master)?;
    vault.map(|vault| vault.with_previous(previous)).transpose()
}

#[cfg(test)]
mod tests;
