//! `sealpost setup`: asks what only the operator knows, writes the settings, shows and checks the DNS records, starts the service, and
//! makes the first administrator. A second run changes only what is answered otherwise.

mod answers;
mod arguments;
mod asker;
mod edit;
mod plan;
mod records;
mod relay_user;
mod secrets;
mod service;
mod settings;

use std::{
    fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use app::address::EmailAddress;
use rustix::fs::Access;
use zeroize::Zeroizing;

use super::service::SETTINGS;
use crate::{
    config::{Config, Mistakes, Switch},
    key_file,
    store::{Inspection, Schema},
    tls::TlsError,
};
use answers::{Answers, Known};
pub use arguments::SetupArguments;
use arguments::{CheckDns, YesNo};
use asker::Asker;
pub(super) use edit::Editor;
use relay_user::RelayUser;
use settings::Settings;

/// The variable of the password at the smarthost.
const PASSWORD: &str = "SEALPOST_DELIVERY_PASSWORD";

/// The settings that are asked for. While the operator thinks, the others are used to look around.
const ASKED: [&str; 11] = [
    "public_url",
    "mx_host",
    "delivery_user",
    "delivery_password",
    "https",
    "acme",
    "acme_challenge",
    "acme_contact",
    "tls_certificate",
    "tls_key",
    // It has to be under a domain of the relay.
    "operator_alias",
];

/// Why the relay was not set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// Nobody can be asked, and answers are missing.
    #[error("nobody can be asked here; these answers are missing: {}", .0.join(", "))]
    Missing(Vec<&'static str>),
    /// An answer cannot be used.
    #[error("{flag}: {reason}")]
    Answer {
        /// The flag of the question.
        flag: &'static str,
        /// Why.
        reason: String,
    },
    /// The files of a certificate do not fit each other, or are none.
    #[error("the certificate cannot be used")]
    Certificate(#[source] TlsError),
    /// The settings would be mistaken, or are.
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
    /// A file cannot be read or written.
    #[error("{0} cannot be used")]
    File(PathBuf, #[source] io::Error),
    /// A line of the secrets cannot be read.
    #[error("{0}:{1}: this line cannot be read. Write NAME=\"VALUE\", with \\ before each \" and \\ of the value")]
    Secrets(PathBuf, usize),
    /// The file is somebody else's.
    #[error("{0} is not yours to write: run the command with sudo")]
    Denied(PathBuf),
    /// The environment says otherwise.
    #[error("SEALPOST_{0} is set in the environment, and would override the settings file. Change it there")]
    Overridden(String),
    /// The operator has not said yes.
    #[error("nothing is written without --yes")]
    Unconfirmed,
    /// The operator has said no.
    #[error("nothing was changed")]
    Declined,
    /// The domain would change that certificates name.
    #[error(
        "the domain stays {before}: profiles or contacts were made for it, and their certificates name it. \
         For aliases at {new} keep {before}, and run: sealpost domain add {new}"
    )]
    DomainInUse {
        /// The domain of the settings.
        before: String,
        /// The one that was asked for.
        new: String,
    },
    /// The domain would change, and the database cannot be asked what was made for it.
    #[error(
        "the domain stays {before}: the database does not tell whether profiles were made for it. \
         If there are none, change `domain` in the settings by hand"
    )]
    DomainUnknown {
        /// The domain of the settings.
        before: String,
    },
    /// Another command failed.
    #[error("sealpost {0} failed: {1}")]
    Command(String, String),
    /// systemd did not do what it was asked for.
    #[error("systemctl {0} failed: {1}")]
    Service(String, String),
    /// The terminal, or a program that is started.
    #[error("input or output failed")]
    Terminal(#[from] io::Error),
    /// A question could not be asked.
    #[error("the question could not be asked")]
    Question(#[from] dialoguer::Error),
}

/// The files that are read and written.
struct Files {
    settings: PathBuf,
    secrets: PathBuf,
}

/// Sets the relay up.
pub(super) async fn run(flags: SetupArguments, output: &mut impl Write) -> Result<ExitCode, SetupError> {
    let file = settings_file(flags.config.clone());
    let files = Files {
        secrets: file.with_file_name("secrets"),
        settings: file,
    };
    may_write(&files.settings)?;
    let mut settings = Settings::new(read(&files.settings)?.unwrap_or_default());
    let secrets = Zeroizing::new(read(&files.secrets)?.unwrap_or_default());
    let variables_of =
        |text: &str| secrets::variables(text).map_err(|line| SetupError::Secrets(files.secrets.clone(), line));
    let variables = variables_of(&secrets)?;
    let probe = |domain: &str| probe(&files.settings, settings.text(), &variables, domain);
    // The mistakes of before, which nobody is asked about.
    probe("relay.localhost")?;
    writeln!(
        output,
        "Sets this machine up as a mail relay. Settings: {}. Nothing is written before you say yes.",
        files.settings.display()
    )?;
    let known = Known {
        settings: &settings,
        probe: &probe,
        has_password: settings.get("delivery_password").is_some() || has(&variables, PASSWORD),
    };
    let (asker, answers) = answers::ask(Asker::new(), &flags, &known, output).await?;
    let domain_before = answers::domain_before(&settings).filter(|before| *before != answers.domain);
    if let Some(before) = &domain_before {
        may_change_domain(&probe(&answers.domain)?, before, &answers.domain).await?;
    }
    plan::apply(&answers, &mut settings);
    let new_secrets = match &answers.login {
        Some(login) => login
            .password
            .as_ref()
            .map(|password| secrets::replace(&secrets, PASSWORD, Some(password))),
        None => has(&variables, PASSWORD).then(|| secrets::replace(&secrets, PASSWORD, None)),
    };
    let new_secrets = new_secrets.filter(|new| *new != secrets);
    let variables = match &new_secrets {
        Some(text) => variables_of(text)?,
        None => variables,
    };
    let config = Config::check(&files.settings, settings.text(), &variables)?;
    if let Some(before) = domain_before {
        writeln!(
            output,
            "\nThe domain changes: each alias at {before} becomes one at {}. Mail to {before} is refused then, and so are answers to \
             what was sent from there.",
            answers.domain,
        )?;
    }
    write(&files, &settings, new_secrets.as_ref(), (&asker, flags.yes), output)?;

    let relay = RelayUser::new(&files.settings, &config.data, variables)?;
    let is_dns_right = dns(&relay, &flags, &asker, output).await?;
    let runs = start(&files.settings, &config, &flags, &asker, output).await?;
    let code = administrator(&relay, &answers.administrator, config.local_sign_in)?;
    end(&files, &config, &answers, (runs, code), output)?;
    let is_waited_for = flags.check_dns == Some(CheckDns::Wait);
    Ok(match is_waited_for && !is_dns_right {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

/// The flag's file, the environment's, the package's, or the one that the relay reads without any of them.
fn settings_file(flag: Option<PathBuf>) -> PathBuf {
    let packaged = Path::new(SETTINGS);
    let named = flag.or_else(Config::named_file);
    named.unwrap_or_else(|| match packaged.parent().is_some_and(Path::is_dir) {
        true => packaged.into(),
        false => Config::default_file(),
    })
}

/// Says so before the first question if the answers could not be written.
fn may_write(file: &Path) -> Result<(), SetupError> {
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    match rustix::fs::access(folder.unwrap_or(Path::new(".")), Access::WRITE_OK) {
        Ok(()) => Ok(()),
        Err(error) => match io::Error::from(error) {
            denied if denied.kind() == ErrorKind::PermissionDenied => Err(SetupError::Denied(file.into())),
            error => Err(SetupError::File(file.into(), error)),
        },
    }
}

fn read(file: &Path) -> Result<Option<String>, SetupError> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SetupError::File(file.into(), error)),
    }
}

fn has(variables: &[(String, Zeroizing<String>)], name: &str) -> bool {
    variables.iter().any(|(known, _)| known == name)
}

/// The settings of before, as if mail went straight to its recipients.
fn probe(
    file: &Path,
    text: &str,
    variables: &[(String, Zeroizing<String>)],
    domain: &str,
) -> Result<Config, SetupError> {
    let mut settings = Settings::new(text.into());
    for name in ASKED {
        settings.turn_off(name);
    }
    settings.set("domain", domain);
    settings.set("delivery", "mx");
    let variables: Vec<_> = variables.iter().filter(|(name, _)| name != PASSWORD).cloned().collect();
    Ok(Config::check(file, settings.text(), &variables)?)
}

/// Fails if mail would be lost, or if nobody can say so.
async fn may_change_domain(config: &Config, before: &str, new: &str) -> Result<(), SetupError> {
    let made_for = match Inspection::of(&config.database_url, None, None).await {
        Ok(None) => return Ok(()),
        Ok(Some(found)) if found.schema == Schema::None => return Ok(()),
        Ok(Some(found)) => found.content.map(|content| content.relay_domains),
        // Root may be nobody to the database.
        Err(_) => None,
    };
    let (before, new) = (before.to_owned(), new.to_owned());
    match made_for {
        None => Err(SetupError::DomainUnknown { before }),
        Some(domains) if domains.iter().any(|domain| *domain != new) => Err(SetupError::DomainInUse { before, new }),
        Some(_) => Ok(()),
    }
}

/// Shows what changes, and writes it once the operator agrees.
fn write(
    files: &Files,
    settings: &Settings,
    secrets: Option<&Zeroizing<String>>,
    (asker, is_confirmed): (&Asker, bool),
    output: &mut impl Write,
) -> Result<(), SetupError> {
    if settings.changes().is_empty() && secrets.is_none() {
        writeln!(output, "\n{} stays as it is.", files.settings.display())?;
        return Ok(());
    }
    writeln!(output, "\nIn {}:", files.settings.display())?;
    for line in settings.changes() {
        writeln!(output, "  {line}")?;
    }
    if secrets.is_some() {
        writeln!(output, "The password at the smarthost, in {}.", files.secrets.display())?;
    }
    if !is_confirmed && !asker.is_interactive() {
        return Err(SetupError::Unconfirmed);
    }
    if !is_confirmed && !asker.confirm("Write this?", false)? {
        return Err(SetupError::Declined);
    }
    if let Some(text) = secrets {
        key_file::replace(&files.secrets, text).map_err(|error| SetupError::File(files.secrets.clone(), error))?;
    }
    key_file::replace_text(&files.settings, settings.text())
        .map_err(|error| SetupError::File(files.settings.clone(), error))
}

/// Prints the DNS records, and looks for them. Returns whether they are right, as far as somebody looked.
async fn dns(
    relay: &RelayUser,
    flags: &SetupArguments,
    asker: &Asker,
    output: &mut impl Write,
) -> Result<bool, SetupError> {
    let records = relay.must(&["dns"])?;
    writeln!(output, "\nPublish these DNS records:\n\n{records}")?;
    let patience = Duration::from_secs(flags.dns_minutes.saturating_mul(60));
    let patience = match flags.check_dns {
        Some(CheckDns::No) => return Ok(true),
        Some(CheckDns::Once) => None,
        Some(CheckDns::Wait) => Some(patience),
        None if !asker.is_interactive() => None,
        None => {
            let minutes = flags.dns_minutes;
            let prompt = format!("Are they published? Then look for them now, and for {minutes} minutes at most");
            if !asker.confirm(&prompt, false)? {
                return Ok(false);
            }
            Some(patience)
        }
    };
    records::look(relay, patience, output).await
}

/// Starts the packaged service if the operator wants that. Returns whether the relay runs.
async fn start(
    file: &Path,
    config: &Config,
    flags: &SetupArguments,
    asker: &Asker,
    output: &mut impl Write,
) -> Result<bool, SetupError> {
    if !service::is_there(file) || flags.start == Some(YesNo::No) {
        return Ok(false);
    }
    if flags.start.is_none() && !asker.confirm("Start the relay, now and at each boot?", true)? {
        return Ok(false);
    }
    let runs = service::start(config).await?;
    match runs {
        true => writeln!(output, "\nThe relay runs.")?,
        false => writeln!(
            output,
            "\nThe relay does not answer. `journalctl --unit sealpost` says why; `systemctl restart sealpost` tries again."
        )?,
    }
    Ok(runs)
}

/// Makes the account of the administrator, unless it is there, and returns a code for its password unless it was used before, or passwords
/// are turned off.
fn administrator(
    relay: &RelayUser,
    address: &EmailAddress,
    local_sign_in: Switch,
) -> Result<Option<String>, SetupError> {
    // Other commands make no database.
    relay.must(&["migrate"])?;
    let listed = relay.must(&["account", "list", "--json"])?;
    let all: Vec<serde_json::Value> = serde_json::from_str(&listed).unwrap_or_default();
    let folded = address.folded();
    let is_theirs = |account: &&serde_json::Value| {
        let email = account["address"]
            .as_str()
            .and_then(|text| text.parse::<EmailAddress>().ok());
        account["verified"] == true && email.is_some_and(|email| email.folded() == folded)
    };
    let address = address.to_string();
    let is_known = match all.iter().find(is_theirs) {
        None => {
            relay.must(&["account", "create", &address, "--administrator"])?;
            false
        }
        Some(account) => {
            if account["administrator"] != true {
                relay.must(&["account", "administrator", &address, "on"])?;
            }
            !account["last_seen"].is_null()
        }
    };
    if is_known || local_sign_in == Switch::Off {
        return Ok(None);
    }
    // Needs the master key, which a service that does not run may not have yet.
    let said = relay.run(&["account", "reset-password", &address])?;
    Ok(said
        .is_good
        .then(|| said.output.lines().next().unwrap_or_default().to_owned()))
}

/// Says what comes next.
fn end(
    files: &Files,
    config: &Config,
    answers: &Answers,
    (runs, code): (bool, Option<String>),
    output: &mut impl Write,
) -> Result<(), SetupError> {
    let (url, address, file) = (&config.public_url, &answers.administrator, files.settings.display());
    let as_relay = match service::is_there(&files.settings) {
        true => "sudo sealpost".to_owned(),
        false => format!("SEALPOST_CONFIG={file} sealpost"),
    };
    if !runs && service::is_there(&files.settings) {
        writeln!(output, "\nStart the relay: sudo systemctl enable --now sealpost")?;
    } else if !runs {
        writeln!(
            output,
            "\nStart the relay, with SEALPOST_CONFIG={file} and the variables of {}, if there are any.",
            files.secrets.display()
        )?;
    }
    match code {
        Some(code) => writeln!(
            output,
            "\nOpen {url}/forgot/code\nand type {address}, this code, and a password of yours:\n\n    {code}\n\n\
             The code is good once, within 24 hours. Another one:\n  {as_relay} account reset-password {address}"
        )?,
        None if config.local_sign_in == Switch::Off => {
            writeln!(output, "\nOpen {url} and sign in as {address} at the provider.")?;
        }
        None => writeln!(
            output,
            "\nOpen {url} and sign in as {address}.\n\
             A code for a password, once the relay runs:\n  {as_relay} account reset-password {address}"
        )?,
    }
    Ok(writeln!(
        output,
        "\nThen create a profile and an alias there. Invite others:\n  {as_relay} invite"
    )?)
}
