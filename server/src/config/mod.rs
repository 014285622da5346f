//! Reads the settings: `sealpost.toml`, overridden by the environment, checked once at start. Nothing else reads them; only a
//! command of root looks at the names of variables, before it runs as the service.
//!
//! docs/OPERATING.md has the table of all settings.

mod acme;
mod backup;
mod destination;
mod dkim;
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
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use app::{address::EmailAddress, api::account::SignUpMode};
use raw::Raw;
use serde::Deserialize;
use sources::Sources;
use zeroize::Zeroizing;

pub use acme::{AcmeChallenge, AcmeSettings};
pub use backup::{BackupSettings, Recipients, RecipientsError};
pub use destination::{Destination, DestinationError, Login};
pub use dkim::{DkimKeySource, SecondDkimKey, Selector, SelectorError};
pub use limits::{Allowance, ConnectionLimits, Lanes, NewContactLimits, SmtpLimits};
pub use mistakes::{Fault, Mistake, Mistakes, Place};
pub use networks::{Networks, NetworksError};
pub use oidc::{ClientSecret, OidcSettings, is_protected};
pub use open_files::TooFewFiles;
pub use otlp::{CollectorUrl, CollectorUrlError};
pub use public_url::{PublicUrl, PublicUrlError};
pub use time_server::{TimeServer, TimeServerError};

use crate::vault::{KeyCommand, MasterKeySource, Vault, VaultError};

/// The settings file that is read if `SEALPOST_CONFIG` names none.
const FILE: &str = "sealpost.toml";

/// The settings that a master key can come from: itself, a file, a command.
const MASTER_KEY: [&str; 3] = ["master_key", "master_key_file", "master_key_command"];
const PREVIOUS_MASTER_KEY: [&str; 3] = [
    "previous_master_key",
    "previous_master_key_file",
    "previous_master_key_command",
];

/// Where systemd puts credentials, in a folder for each unit.
const CREDENTIALS: &str = "/run/credentials";

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
        let allowance = allowance(&raw);
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
            dkim_key: raw
                .dkim_key_file
                .map_or_else(|| DkimKeySource::Own(raw.data.join("dkim.key")), DkimKeySource::File),
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
            // and messages would be delivered twice.
            lease: time::Duration::seconds(raw.lease_seconds.max(4).into()),
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

/// Checks settings one by one, and collects the mistakes.
struct Check {
    sources: Sources,
    mistakes: Vec<Mistake>,
}

impl Check {
    /// Returns a setting that was parsed.
    fn take<T, E: Into<Fault>>(&mut self, setting: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.refuse(setting, error.into())).ok()
    }

    /// Returns two settings that only work together, if both are set.
    fn both<T, U>(&mut self, one: (&'static str, Option<T>), other: (&'static str, Option<U>)) -> Option<(T, U)> {
        match (one.1, other.1) {
            (Some(_), None) => self.refuse(one.0, Fault::Half(other.0)),
            (None, Some(_)) => self.refuse(other.0, Fault::Half(one.0)),
            (one, other) => return one.zip(other),
        }
        None
    }

    /// Returns where a master key comes from: the one of its settings that is set, or else `own`.
    fn master_key(
        &mut self,
        [of_value, of_file, of_command]: [&'static str; 3],
        (value, file, command): (Option<Zeroizing<String>>, Option<PathBuf>, Option<String>),
        own: PathBuf,
    ) -> Option<MasterKeySource> {
        if command.is_some() && value.is_some() {
            self.refuse(of_command, Fault::Excludes(of_value));
        }
        if command.is_some() && file.is_some() {
            self.refuse(of_command, Fault::Excludes(of_file));
        }
        Some(match (value, file, command) {
            (Some(value), ..) => MasterKeySource::Value(value),
            (None, Some(file), _) => {
                let folder = std::env::var_os("CREDENTIALS_DIRECTORY");
                MasterKeySource::File(credential(file, folder.as_deref().map(Path::new)))
            }
            (None, None, Some(command)) => {
                MasterKeySource::Command(self.take(of_command, KeyCommand::parse(&command))?)
            }
            (None, None, None) => MasterKeySource::Own(own),
        })
    }

    /// Returns the second DKIM key, if there is one.
    fn second_dkim_key(&mut self, raw: &Raw) -> Option<SecondDkimKey> {
        let Some(selector) = &raw.dkim_second_selector else {
            if raw.dkim_second_key_file.is_some() {
                self.refuse("dkim_second_key_file", Fault::Half("dkim_second_selector"));
            }
            return None;
        };
        let selector = self.take("dkim_second_selector", Selector::parse(selector))?;
        if Selector::parse(&raw.dkim_selector).is_ok_and(|first| first == selector) {
            self.refuse("dkim_second_selector", Fault::SameSelector);
        }
        let own = raw.data.join(format!("dkim-{selector}.key"));
        let file = raw.dkim_second_key_file.clone();
        Some(SecondDkimKey {
            key: file.map_or(DkimKeySource::Own(own), DkimKeySource::File),
            selector,
        })
    }

    /// Returns the alias that has the operator's mail, if there is one. The database tells whether it exists.
    fn operator_alias<'d>(
        &mut self,
        text: Option<&str>,
        own: impl IntoIterator<Item = &'d String>,
    ) -> Option<EmailAddress> {
        let text = text?;
        let alias = text.parse::<EmailAddress>().map_err(|_| Fault::Address(text.into()));
        let alias = self.take("operator_alias", alias)?;
        if own.into_iter().all(|domain| domain != alias.domain()) {
            self.refuse("operator_alias", Fault::NotOwn);
        }
        Some(alias)
    }

    /// Returns how a certificate is obtained from a CA, if it is.
    fn acme(&mut self, raw: &Raw) -> Option<AcmeSettings> {
        if raw.acme == Switch::Off {
            return None;
        }
        if raw.tls_certificate.is_some() {
            self.refuse("acme", Fault::Excludes("tls_certificate"));
        }
        if raw.acme_challenge == AcmeChallenge::TlsAlpn01 && raw.https.is_none() {
            self.refuse("acme_challenge", Fault::Half("https"));
        }
        let contact = raw.acme_contact.as_deref().map(acme::contact).transpose();
        let contact = self.take("acme_contact", contact);
        let directory = self.take("acme_directory", acme::directory(raw.acme_directory.clone()));
        Some(AcmeSettings {
            challenge: raw.acme_challenge,
            contact: contact?,
            directory: directory?,
            ca: raw.acme_ca.clone(),
        })
    }

    /// Returns the provider at which people sign in, if there is one.
    fn oidc(&mut self, raw: &mut Raw) -> Option<OidcSettings> {
        let (secret, file) = (raw.oidc_client_secret.take(), raw.oidc_client_secret_file.take());
        let Some(text) = raw.oidc_issuer.take() else {
            for (setting, is_set) in [
                ("oidc_client_id", raw.oidc_client_id.is_some()),
                ("oidc_client_secret", secret.is_some()),
                ("oidc_client_secret_file", file.is_some()),
                ("oidc_name", raw.oidc_name.is_some()),
                ("oidc_sign_up", raw.oidc_sign_up),
            ] {
                if is_set {
                    self.refuse(setting, Fault::Half("oidc_issuer"));
                }
            }
            if raw.local_sign_in == Switch::Off {
                self.refuse("local_sign_in", Fault::NoWayIn);
            }
            return None;
        };
        let client_secret = match (secret, file) {
            (Some(_), Some(_)) => {
                self.refuse("oidc_client_secret_file", Fault::Excludes("oidc_client_secret"));
                None
            }
            (Some(secret), None) => Some(ClientSecret::Value(secret)),
            (None, Some(file)) => {
                let folder = std::env::var_os("CREDENTIALS_DIRECTORY");
                Some(ClientSecret::File(credential(file, folder.as_deref().map(Path::new))))
            }
            (None, None) => {
                self.refuse("oidc_issuer", Fault::Half("oidc_client_secret"));
                None
            }
        };
        let client_id = raw.oidc_client_id.take();
        if client_id.is_none() {
            self.refuse("oidc_issuer", Fault::Half("oidc_client_id"));
        }
        let issuer = self.take("oidc_issuer", oidc::issuer(&text))?;
        let name = self.take("oidc_name", oidc::name(raw.oidc_name.as_deref(), &issuer));
        Some(OidcSettings {
            issuer: text,
            client_id: client_id?,
            client_secret: client_secret?,
            name: name?,
            sign_up: raw.oidc_sign_up,
        })
    }

    fn refuse(&mut self, setting: &str, fault: Fault) {
        let place = self.sources.place_of(setting);
        self.mistakes.push(Mistake { place, fault });
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

/// Parses a host name (RFC 5321 §2.3.5) of ASCII letters, digits and hyphens, which is the form that certificates need.
pub(crate) fn host_name(text: &str) -> Result<String, Fault> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let folded = text.trim().to_ascii_lowercase();
    // As it is written in a zone.
    let folded = folded.strip_suffix('.').unwrap_or(&folded);
    if folded.contains(['@', '/', ':']) {
        return Err(Fault::NotNameOnly(text.into()));
    }
    if !folded.is_ascii() {
        return Err(Fault::NotAscii(text.into()));
    }
    if folded.len() > 200 || !folded.split('.').all(label) {
        return Err(Fault::Domain(text.into()));
    }
    if folded.parse::<IpAddr>().is_ok() || (!folded.contains('.') && folded != "localhost") {
        return Err(Fault::NotPublic(text.into()));
    }
    Ok(folded.into())
}

/// Whether an address is of this machine or of a network of its own (RFC 1918, RFC 4193).
fn is_near(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}

/// Checks the beginning of the database's address. The library would say the whole of it, password included.
fn database(url: Option<&str>) -> Result<(), Fault> {
    let is_known = |url: &str| {
        ["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|known| url.starts_with(known))
    };
    match url.is_none_or(is_known) {
        true => Ok(()),
        false => Err(Fault::Database),
    }
}

/// Returns where a credential is that systemd hands over (systemd.exec(5)). A command has a unit of its own, and thus another folder
/// than the service, which the settings name.
fn credential(file: PathBuf, folder: Option<&Path>) -> PathBuf {
    let here = folder.zip(file.file_name()).map(|(folder, name)| folder.join(name));
    match here {
        Some(here) if file.starts_with(CREDENTIALS) && here.exists() => here,
        _ => file,
    }
}

/// Parses host names with commas between.
fn host_names(text: &str) -> Result<Vec<String>, Fault> {
    let names = text.split(',').filter(|name| !name.trim().is_empty());
    names.map(host_name).collect()
}

fn resolver(text: &str) -> Result<SocketAddr, Fault> {
    text.parse::<SocketAddr>()
        .or_else(|_| text.parse::<IpAddr>().map(|ip| SocketAddr::from((ip, 53))))
        .map_err(|_| Fault::Dns(text.into()))
}

#[cfg(test)]
mod tests {
    use figment::providers::{Format, Toml};

    use super::*;

    fn config(toml: &str) -> Result<Config, Mistakes> {
        Config::from_sources(Sources::new(Path::new("sealpost.toml"), toml, Toml::string("")))
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
    fn a_credential_is_where_this_unit_has_it() {
        let named = || PathBuf::from("/run/credentials/sealpost.service/master-key");
        let here = tempfile::tempdir().unwrap();
        // The unit of this command has none.
        assert_eq!(credential(named(), Some(here.path())), named());
        std::fs::write(here.path().join("master-key"), "").unwrap();
        assert_eq!(credential(named(), Some(here.path())), here.path().join("master-key"));
        assert_eq!(credential(named(), None), named());
        let other = PathBuf::from("/etc/sealpost/master-key");
        assert_eq!(credential(other.clone(), Some(here.path())), other);
    }

    #[test]
    fn a_name_is_one_in_the_public_dns() {
        assert_eq!(config("domain = 'Relay.Example.'").unwrap().domain, "relay.example");
        for (toml, says) in [
            ("domain = 'https://relay.example'", "must be a name only"),
            ("domain = 'you@relay.example'", "must be a name only"),
            ("domain = 'müller.example'", "xn--"),
            ("domain = '192.0.2.1'", "is not a name in the public DNS"),
            ("domain = 'relay'", "is not a name in the public DNS"),
            ("mx_host = '192.0.2.1'", "is not a name in the public DNS"),
        ] {
            let said = config(toml).err().unwrap().to_string();
            assert!(said.contains(says), "{toml}: {said}");
        }
    }

    #[test]
    fn no_message_goes_to_a_filter_far_away() {
        for (address, is_good) in [
            ("127.0.0.1:11333", true),
            ("[fd00::7]:11333", true),
            ("10.0.0.2:11333", true),
            ("192.0.2.1:11333", false),
            ("[2001:db8::1]:11333", false),
            ("[::ffff:192.0.2.1]:11333", false),
        ] {
            let read = config(&format!("rspamd = '{address}'"));
            assert_eq!(read.is_ok(), is_good, "{address}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        for toml in [
            "delivery = 'submission://relay:hush@host'",
            "delivery = 'SMTPS://relay:hush@host'",
            "database_url = 'mysql://sealpost:hush@host/x'",
        ] {
            let said = config(toml).err().unwrap().to_string();
            assert!(!said.contains("hush"), "{said}");
        }
    }

    #[test]
    fn a_setting_that_is_written_twice_is_named() {
        let said = config("delivery = 'mx'\n\ndelivery = 'mx'\n")
            .err()
            .unwrap()
            .to_string();
        assert!(
            said.contains("sealpost.toml:3: delivery is set in line 1 already"),
            "{said}"
        );
    }

    #[test]
    fn each_bad_setting_is_named() {
        for (toml, says) in [
            ("domain = 'a b'", "domain: is not a domain name"),
            ("domain = ''", "domain: is not a domain name"),
            ("domains = 'b.example, a b'", "domains: is not a domain name: \" a b\""),
            ("public_url = 'mail.example.org'", "public_url: the public address must"),
            (
                "public_url = 'https://u:p@example.org'",
                "public_url: the public address must",
            ),
            (
                "public_url = 'https://example.org/x'",
                "public_url: the public address must",
            ),
            ("delivery = 'carrier-pigeon'", "delivery: must be file:DIR"),
            (
                "delivery_user = 'ann'",
                "delivery_user: works only together with delivery_password",
            ),
            ("operator_alias = 'ops'", "operator_alias: is not a mail address"),
            (
                "operator_alias = 'ops@b.example'\ndomain = 'a.example'",
                "operator_alias: must be an alias under a domain of this relay",
            ),
            ("trusted_proxies = 'proxy.example'", "trusted_proxies: "),
            ("unlimited_clients = 'filter.example'", "unlimited_clients: "),
            ("tls_key = 'k.pem'", "tls_key: works only together with tls_certificate"),
            (
                "public_url = 'http://a.example'\nhttps = '127.0.0.1:443'",
                "public_url: must be set and begin with https://",
            ),
            (
                "acme = 'on'\ntls_certificate = 'c.pem'\ntls_key = 'k.pem'",
                "acme: works only without tls_certificate",
            ),
            (
                "acme_challenge = 'tls-alpn-01'\nacme = 'on'",
                "acme_challenge: works only together with https",
            ),
            (
                "backup_recipient = 'AGE-SECRET-KEY-1'",
                "backup_recipient: must be public keys of age",
            ),
            ("acme_challenge = 'dns-01'", "acme_challenge: unknown variant"),
            (
                "acme_contact = 'ann'\nacme = 'on'",
                "acme_contact: is not a mail address",
            ),
            (
                "acme_directory = 'http://ca.example'\nacme = 'on'",
                "acme_directory: must begin with https://",
            ),
            ("dns = 'nine'", "dns: is neither IP nor IP:PORT"),
            ("buffer_mib = 399", "buffer_mib: must be at least eight times"),
            ("sender_auth = 'maybe'", "sender_auth: unknown variant"),
            ("dkim_selector = 'a.b'", "dkim_selector: must be letters"),
            ("mx_host = 'a b'", "mx_host: is not a domain name"),
            ("mta_sts = 'x'", "mta_sts: unknown variant"),
            ("sign_up = 'maybe'", "sign_up: unknown variant"),
            ("smtp = '0.0.0.0'", "smtp: "),
            ("key_pool = -1", "key_pool: "),
            ("max_mailboxes = 'ten'", "max_mailboxes: invalid type"),
            ("typo = 1", "typo: there is no such setting"),
            (
                "delievry = 'mx'",
                "delievry: there is no such setting; did you mean delivery?",
            ),
            ("[delivery]\nuser = 'ann'", "delivery: invalid type"),
        ] {
            let error = config(toml).err().map(|error| error.to_string()).unwrap_or_default();
            let place = "a mistake in the settings:\n  sealpost.toml:1: ";
            assert!(error.starts_with(&format!("{place}{says}")), "{toml}: {error}");
        }
    }

    #[test]
    fn settings_of_a_provider_fit_together() {
        for (toml, says) in [
            ("local_sign_in = 'off'", "local_sign_in: off needs a provider"),
            ("oidc_name = 'House'", "oidc_name: works only together with oidc_issuer"),
            (
                "oidc_issuer = 'http://id.example'\noidc_client_id = 'a'\noidc_client_secret = 'b'",
                "oidc_issuer: must be the provider's issuer",
            ),
            (
                "oidc_issuer = 'https://id.example'\noidc_client_id = 'a'",
                "oidc_issuer: works only together with oidc_client_secret",
            ),
            (
                "oidc_issuer = 'https://id.example'\noidc_client_secret = 'b'",
                "oidc_issuer: works only together with oidc_client_id",
            ),
            (
                "oidc_client_secret_file = 'x'\noidc_issuer = 'https://id.example'\noidc_client_id = 'a'\noidc_client_secret = 'b'",
                "oidc_client_secret_file: works only without oidc_client_secret",
            ),
            (
                "oidc_name = ''\noidc_issuer = 'https://id.example'\noidc_client_id = 'a'\noidc_client_secret = 'b'",
                "oidc_name: must be a name of one line",
            ),
        ] {
            let error = config(toml).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(says), "{toml}: {error}");
        }
        let toml = "oidc_issuer = 'https://id.example/x/'\noidc_client_id = 'a'\noidc_client_secret = 'b'";
        let oidc = config(toml).unwrap().oidc.unwrap();
        assert_eq!(
            (oidc.issuer.as_str(), oidc.name.as_str()),
            ("https://id.example/x/", "id.example")
        );
        assert!(!oidc.sign_up);
        assert!(config(&format!("{toml}\nlocal_sign_in = 'off'")).is_ok());
    }

    #[test]
    fn settings_of_keys_fit_together() {
        for (toml, says) in [
            (
                "dkim_second_selector = 'Sealpost'",
                "dkim_second_selector: must be another one than dkim_selector",
            ),
            (
                "dkim_second_key_file = 'x'",
                "dkim_second_key_file: works only together with dkim_second_selector",
            ),
            ("master_key_command = \"'\"", "master_key_command: must be a program"),
            (
                "master_key_command = 'x'\nmaster_key_file = 'y'",
                "master_key_command: works only without master_key_file",
            ),
            (
                "previous_master_key_command = 'x'\nprevious_master_key = 'y'",
                "previous_master_key_command: works only without previous_master_key",
            ),
        ] {
            let error = config(toml).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(says), "{toml}: {error}");
        }
        let second = config("dkim_second_selector = 'Next'")
            .unwrap()
            .second_dkim_key
            .unwrap();
        assert_eq!(second.selector.as_str(), "next");
        assert!(matches!(second.key, DkimKeySource::Own(path) if path == Path::new("./data/dkim-next.key")));
    }

    #[test]
    fn all_mistakes_are_reported_at_once_where_they_are() {
        let toml = "# a comment\ndomain = 'a b'\n\nsign_up = 'maybe'\nhtttp = '127.0.0.1:80'\nkey_pool = 'x'\n";
        let environment = Toml::string("dns = 'nine'\nkey_pool = 'y'\nmaster_kee = 'm'");
        let sources = Sources::new(Path::new("/etc/sealpost.toml"), toml, environment);
        let Err(Mistakes(mistakes)) = Config::from_sources(sources) else {
            panic!("five mistakes");
        };
        let mut places: Vec<_> = mistakes.iter().map(|mistake| mistake.place.to_string()).collect();
        places.sort();
        assert_eq!(
            places,
            [
                "/etc/sealpost.toml:2: domain",
                "/etc/sealpost.toml:4: sign_up",
                "/etc/sealpost.toml:5: htttp",
                "SEALPOST_DNS",
                "SEALPOST_KEY_POOL",
                "SEALPOST_MASTER_KEE",
            ]
        );
    }

    #[test]
    fn all_lines_that_are_no_toml_are_reported() {
        let error = config("domain = a.example\nsmtp = '127.0.0.1:25'\nhttp = \n")
            .err()
            .unwrap();
        let text = error.to_string();
        assert!(
            text.contains("sealpost.toml:1: ") && text.contains("sealpost.toml:3: "),
            "{text}"
        );
    }

    #[test]
    fn secrets_are_not_shown() {
        for toml in [
            "delivery_password = 20261124",
            "master_key = 20261124",
            "oidc_client_secret = 20261124",
            "database_url = 20261124",
        ] {
            let text = config(toml).err().unwrap().to_string();
            assert!(text.contains("must be a text") && !text.contains("2026"), "{text}");
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
