//! The flags of `sealpost setup`, one for each question.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Answers to the questions of `sealpost setup`.
///
/// A question without an answer is asked on the terminal. Without a terminal it must have one.
#[derive(Debug, Args)]
pub struct SetupArguments {
    /// The relay's domain. Aliases are under it.
    #[arg(long, value_name = "NAME")]
    pub(super) domain: Option<String>,
    /// The host name of this machine: where mail arrives and the web interface is [default: this machine's name, or the domain].
    #[arg(long, value_name = "NAME")]
    pub(super) host: Option<String>,
    /// The mail address of the first administrator, at another provider.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) administrator: Option<String>,
    /// The way out for mail: mx (straight to the recipients' mail hosts), smtps://HOST:465 or smtp://HOST:587.
    #[arg(long, value_name = "WAY")]
    pub(super) delivery: Option<String>,
    /// The user name at the smarthost; empty for none.
    #[arg(long, value_name = "NAME")]
    pub(super) smarthost_user: Option<String>,
    /// A file whose first line is the password at the smarthost; - is the standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) smarthost_password_file: Option<PathBuf>,
    /// Where the web interface gets TLS from.
    #[arg(long, value_name = "FROM")]
    pub(super) https: Option<Https>,
    /// With --https acme: the address that the CA may write to; empty for none [default: the administrator's].
    #[arg(long, value_name = "ADDRESS")]
    pub(super) acme_contact: Option<String>,
    /// With --https acme: how the CA checks the names [default: http-01, or tls-alpn-01 if only port 80 is taken].
    #[arg(long, value_name = "KIND")]
    pub(super) acme_challenge: Option<Challenge>,
    /// With --https files: the PEM file of the certificate chain.
    #[arg(long, value_name = "FILE")]
    pub(super) tls_certificate: Option<String>,
    /// With --https files: the PEM file of its key.
    #[arg(long, value_name = "FILE")]
    pub(super) tls_key: Option<String>,
    /// How people reach the web interface [default: https:// and the host name].
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<String>,
    /// Who can sign up [default: invite].
    #[arg(long, value_name = "WHO")]
    pub(super) sign_up: Option<SignUp>,
    /// The settings file [default: SEALPOST_CONFIG, /etc/sealpost/sealpost.toml of the package, or ./sealpost.toml].
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Write the settings without asking.
    #[arg(long)]
    pub(super) yes: bool,
    /// Whether to look for the DNS records: no, once, or again until they are there [default: once].
    #[arg(long, value_name = "WHEN")]
    pub(super) check_dns: Option<CheckDns>,
    /// With --check-dns wait: after how many minutes to stop waiting.
    #[arg(long, value_name = "MINUTES", default_value_t = 15)]
    pub(super) dns_minutes: u64,
    /// Whether to start the packaged service, now and at each boot [default: yes].
    #[arg(long, value_name = "START")]
    pub(super) start: Option<YesNo>,
}

/// Where the web interface gets TLS from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Https {
    /// The relay itself, with a certificate of Let's Encrypt, whose terms of service you agree to.
    Acme,
    /// A reverse proxy in front.
    Proxy,
    /// The relay itself, with certificate files of yours.
    Files,
}

/// How a CA checks the names of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Challenge {
    /// Through port 80.
    #[value(name = "http-01")]
    Http01,
    /// Through port 443.
    #[value(name = "tls-alpn-01")]
    TlsAlpn01,
}

/// Who can sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SignUp {
    /// Everybody.
    Open,
    /// People with an invitation.
    Invite,
    /// Nobody.
    Closed,
}

/// Whether the DNS records are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckDns {
    /// They are not.
    No,
    /// They are looked for once.
    Once,
    /// They are looked for until they are there.
    Wait,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    /// Yes.
    Yes,
    /// No.
    No,
}
