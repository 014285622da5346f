//! What the program does besides running the relay. Each command reads the settings, does one thing, and ends.

mod account;
mod announce;
mod arguments;
mod backup;
mod dns;
mod doctor;
mod domain;
mod invite;
mod key;
mod link;
mod log;
mod migrate;
mod queue;
mod service;
mod setup;
mod sign_up;

use std::{
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::PathBuf,
    process::ExitCode,
};

pub use account::AccountCommand;
pub use announce::AnnounceArguments;
use app::{address::EmailAddress, api::administration::InvitationName};
pub use arguments::Arguments;
pub use backup::{BackupArguments, RestoreArguments, VerifyArguments};
use clap::Subcommand;
pub use domain::DomainCommand;
pub use invite::InviteCommand;
pub use key::MasterKeyCommand;
pub use queue::QueueCommand;
use service::Run;

pub use doctor::DoctorArguments;
pub use migrate::MigrateArguments;
pub use setup::{SetupArguments, SetupError};
pub use sign_up::SignUpChoice;

use crate::{
    announcement,
    backup::BackupError,
    config::{Config, ConfigError, Fault},
    invitation::InvitationError,
    logging,
    publish::PublishError,
    store::{Store, StoreError},
    vault::VaultError,
    web,
};

/// A command of the operator.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set the relay up: ask for what only its operator knows, write the settings, check the DNS, and make the first administrator.
    Setup(Box<SetupArguments>),
    /// Print the DNS records to publish for the domain.
    Dns,
    /// Say what keeps mail from going through, and what to do. Changes nothing, and fails if something is bad.
    Doctor(DoctorArguments),
    /// Print an invitation, with which one person can sign up within 14 days; or list and revoke those that are open.
    Invite {
        /// What to do instead.
        #[command(subcommand)]
        command: Option<InviteCommand>,
    },
    /// List, create, turn off and delete accounts.
    Account {
        /// What to do.
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// List, add and remove the domains that aliases are under.
    Domain {
        /// What to do.
        #[command(subcommand)]
        command: DomainCommand,
    },
    /// Say who can sign up, or decide it while the relay runs, in place of SEALPOST_SIGN_UP.
    SignUp {
        /// Who can sign up from now on.
        mode: Option<SignUpChoice>,
    },
    /// Show a text on every page, such as the time of an upgrade.
    Announce(AnnounceArguments),
    /// List, retry and delete messages that wait for delivery.
    Queue {
        /// What to do.
        #[command(subcommand)]
        command: QueueCommand,
    },
    /// Rotate the master key.
    Key {
        /// What to do.
        #[command(subcommand)]
        command: MasterKeyCommand,
    },
    /// Bring the database to this program's schema, as the relay does when it starts.
    Migrate(MigrateArguments),
    /// Make a backup: database, keys and certificates in one file, encrypted. The relay may run.
    Backup(BackupArguments),
    /// Restore a backup into an empty data folder and an empty database. Run it as the relay's user, before the relay.
    Restore(RestoreArguments),
    /// Check that a backup is whole, and that it can be restored. Needs no settings: best done on another machine.
    VerifyBackup(VerifyArguments),
    /// Print what the operator and administrators did to accounts, invitations and the queue, the newest first.
    Log,
}

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The settings cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The relay was not set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The DNS records cannot be listed.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// No invitation was made.
    #[error(transparent)]
    Invitation(#[from] InvitationError),
    /// The database.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// The command could not be run as the service is.
    #[error("systemd-run does not run the command as the service")]
    Service(#[source] io::Error),
    /// A variable would be lost.
    #[error(
        "root's commands run as the service, with its settings, and would not see {0}. Unset it, or name other settings in SEALPOST_CONFIG"
    )]
    Variable(String),
    /// There is no relay where the settings say.
    #[error("there is no relay here: {} is not there. SEALPOST_CONFIG names the settings of another one", .0.display())]
    NoRelay(PathBuf),
    /// The data folder is another user's.
    #[error("{} belongs to the user {owner}: run the command as that user", .folder.display())]
    OtherUser {
        /// The data folder.
        folder: PathBuf,
        /// Its owner's number.
        owner: u32,
    },
    /// The address cannot be that of a mailbox.
    #[error("{0} cannot be relayed to")]
    Address(EmailAddress),
    /// No backup was made or restored.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// No account has this number or address.
    #[error("there is no account {0:?}; sealpost account list shows all")]
    NoAccount(String),
    /// Nobody signs in with a password.
    #[error("local_sign_in is off: nobody signs in with a password, so a code for one is of no use")]
    LocalSignInOff,
    /// Nobody signs in at a provider.
    #[error("the settings name no sign-in provider (oidc_issuer)")]
    NoProvider,
    /// The text cannot be who somebody is at the provider.
    #[error("a subject has 1 to 255 characters")]
    Subject,
    /// One of the two is linked already.
    #[error(
        "the account is linked with somebody at the provider already, or that person with an account; sealpost account unlink undoes it"
    )]
    Linked,
    /// The address belongs to an account.
    #[error("{0} is a mailbox of an account already")]
    AddressTaken(String),
    /// The address is under a domain of the relay, whose mail it would send to itself.
    #[error("{0} is under a domain of this relay: an account needs an ordinary mailbox elsewhere")]
    OwnAddress(String),
    /// No password could be made.
    #[error("the account could not be made")]
    Password(#[from] web::NoPassword),
    /// No code for a password could be made.
    #[error("no code could be made")]
    ResetCode(#[from] web::NoResetCode),
    /// The master key.
    #[error("the master key cannot be used")]
    Vault(#[from] VaultError),
    /// There is no master key to rotate to.
    #[error("there is no master key where the settings say; the relay makes one of its own when it starts")]
    NoMasterKey,
    /// The message does not wait.
    #[error("no message {0:?} waits, or it is being delivered; sealpost queue list shows all")]
    NotWaiting(String),
    /// The text is no domain.
    #[error(transparent)]
    Domain(#[from] Fault),
    /// The relay's own addresses are under the domain.
    #[error("{0} is the main domain, which relay addresses are under: mail would be lost without it")]
    MainDomain(String),
    /// The settings do not name the domain.
    #[error("{0} is not in the settings; sealpost domain list shows all")]
    NoDomain(String),
    /// Aliases are under the domain.
    #[error("{aliases} aliases are under {domain}: mail to them would be refused. Remove it with --yes")]
    DomainInUse {
        /// The domain.
        domain: String,
        /// The number of aliases.
        aliases: u64,
    },
    /// The text is too long.
    #[error(transparent)]
    Announcement(#[from] announcement::TooLong),
    /// No invitation has this name.
    #[error("no invitation {0} is open; sealpost invite list shows all")]
    NoInvitation(InvitationName),
    /// A deletion needs a word.
    #[error("nothing is deleted without --yes")]
    Unconfirmed,
    /// The findings cannot be written as JSON.
    #[error("the findings cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The data folder cannot be used, or nobody reads what the command writes.
    #[error("input or output failed")]
    Output(#[from] io::Error),
}

impl Command {
    /// Whether root's command is to run as the service does. The others read files that are root's.
    fn is_of_service(&self) -> bool {
        match self {
            Self::Setup(_) | Self::VerifyBackup(_) => false,
            Self::Domain { command } => !command.is_of_root(),
            _ => true,
        }
    }

    /// Carries the command out, and returns how the program ends. `output` is what the operator reads.
    pub async fn run(self, output: &mut impl Write) -> Result<ExitCode, CommandError> {
        if self.is_of_service() {
            match service::how() {
                Run::Here => {}
                Run::AsService => return Err(CommandError::Service(service::run_again())),
                Run::Contradiction(name) => return Err(CommandError::Variable(name)),
            }
        }
        // Setting up comes before there are settings.
        let config = || {
            let config = Config::load_or(service::SETTINGS.as_ref())?;
            logging::start_quietly(config.log_json);
            Ok::<_, ConfigError>(config)
        };
        match self {
            Self::Setup(arguments) => return Ok(setup::run(*arguments, output).await?),
            Self::Dns => dns::print(&config()?, output)?,
            Self::Doctor(arguments) => return doctor::print(arguments, &config()?, output).await,
            Self::Invite { command } => invite::run(command, &config()?, output).await?,
            Self::Account { command } => account::run(command, &config()?, output).await?,
            Self::Domain { command } => match command {
                DomainCommand::List { json } => domain::list(json, &config()?, output).await?,
                DomainCommand::Add { domain } => domain::add(&domain, output)?,
                DomainCommand::Remove { domain, yes } => domain::remove(&domain, yes, output)?,
            },
            Self::SignUp { mode } => sign_up::run(mode, &config()?, output).await?,
            Self::Announce(arguments) => announce::run(arguments, &config()?, output).await?,
            Self::Queue { command } => queue::run(command, &config()?, output).await?,
            Self::Key { command } => key::run(command, &config()?, output).await?,
            Self::Migrate(arguments) => migrate::run(&arguments, &config()?, output).await?,
            Self::Backup(arguments) => backup::create(arguments, &config()?, output).await?,
            Self::Restore(arguments) => backup::restore(arguments, &config()?, output).await?,
            // Settings that cannot be used, as they are another machine's or need its secrets, are as good as none.
            Self::VerifyBackup(arguments) => backup::verify(arguments, config().ok().as_ref(), output).await?,
            Self::Log => log::print(&config()?, output).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Opens the database of a relay that is there. A command makes none: it would be another one than the relay's.
async fn open(config: &Config) -> Result<Store, CommandError> {
    expect_relay(config)?;
    match Store::exists(&config.database_url)? {
        true => Ok(Store::connect_as_it_is(&config.database_url).await?),
        false => Err(CommandError::NoRelay(config.data.join("sealpost.db"))),
    }
}

/// Makes sure that there is a data folder, and that files which the command makes there are the relay's.
fn expect_relay(config: &Config) -> Result<(), CommandError> {
    match config.data.exists() {
        true => expect_owner(config),
        false => Err(CommandError::NoRelay(config.data.clone())),
    }
}

/// Makes sure that files which the command makes in the data folder are the relay's, if the folder is there.
fn expect_owner(config: &Config) -> Result<(), CommandError> {
    let folder = match config.data.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        folder => folder?,
    };
    match folder.uid() == rustix::process::geteuid().as_raw() {
        true => Ok(()),
        false => Err(CommandError::OtherUser {
            folder: config.data.clone(),
            owner: folder.uid(),
        }),
    }
}
