//! `sealpost account`.

use std::{io::Write, num::ParseIntError, str::FromStr};

use app::{address::EmailAddress, api::administration::AccountLimits};
use clap::{Subcommand, ValueEnum};
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    CommandError,
    link::{self, LinkCommand},
    open,
};
use crate::{
    clock::{Clock, SystemClock},
    config::{Config, Switch},
    deliver,
    domains::Domains,
    store::{AccountId as Id, Store, StoreError, account_summary::AccountSummary, operator::Act},
    web,
};

/// What to do with accounts. ACCOUNT is a number of the list, or the address that the account signs in with.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// List all accounts: sizes and last use, never content or contacts.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show one account.
    Show {
        /// The account.
        account: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Create an account. Its person chooses the password with a code that is mailed to the address.
    Create {
        /// The person's mail address.
        address: EmailAddress,
        /// Make the person an administrator.
        #[arg(long)]
        administrator: bool,
    },
    /// Make the person of an account an administrator of the relay, or take the role away.
    Administrator {
        /// The account.
        account: String,
        /// Whether its person is an administrator.
        state: Role,
    },
    /// Print a code with which the person of an account chooses a new password, for when mail does not arrive. A second factor stays.
    ResetPassword {
        /// The account.
        account: String,
    },
    /// Turn an account off: nobody can sign in, and mail to its aliases is refused. Nothing is deleted.
    Disable {
        /// The account.
        account: String,
    },
    /// Turn an account on again.
    Enable {
        /// The account.
        account: String,
    },
    /// Set limits of an account in place of the relay's. Without any, the limits are printed.
    Limit {
        /// The account.
        account: String,
        /// Its limits.
        #[command(flatten)]
        limits: LimitFlags,
    },
    /// Delete an account with its aliases and keys. Sealed mail in the mailbox stays readable. The aliases are never given out again.
    Delete {
        /// The account.
        account: String,
        /// Confirms it. Without this nothing is deleted.
        #[arg(long)]
        yes: bool,
    },
    /// Its link with the sign-in provider.
    #[command(flatten)]
    Provider(LinkCommand),
    /// Remove the second factor, the passkeys and the API keys of an account, and end its sessions. The password stays.
    ResetSecondFactor {
        /// The account.
        account: String,
    },
}

/// The limits to set: a number, or `relay` for the relay's limit. One that is not named stays.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct LimitFlags {
    /// Most mailboxes.
    #[arg(long, value_name = "NUMBER|relay")]
    mailboxes: Option<Limit>,
    /// Most aliases.
    #[arg(long, value_name = "NUMBER|relay")]
    aliases: Option<Limit>,
    /// Most messages to its aliases within an hour.
    #[arg(long, value_name = "NUMBER|relay")]
    messages: Option<Limit>,
    /// Most replies from its aliases within an hour.
    #[arg(long, value_name = "NUMBER|relay")]
    replies: Option<Limit>,
}

/// A limit as it is typed. `None` is the relay's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(Option<u32>);

impl FromStr for Limit {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        match text {
            "relay" => Ok(Self(None)),
            number => number.parse().map(Some).map(Self),
        }
    }
}

/// Whether somebody has a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// The person has it.
    On,
    /// The person does not have it.
    Off,
}

pub(super) async fn run(command: AccountCommand, config: &Config, output: &mut impl Write) -> Result<(), CommandError> {
    let store = open(config).await?;
    let act = Act::by_command(SystemClock.now());
    match command {
        AccountCommand::List { json } => list(&store.account_summaries().await?, json, output),
        AccountCommand::Show { account, json } => {
            let id = find(&store, account).await?;
            show_one(&store, id, json, output).await
        }
        AccountCommand::Create { address, administrator } => {
            let id = create(&store, &address, administrator, config, act).await?;
            say_created(id, &address, config, output)
        }
        AccountCommand::Administrator { account, state } => {
            let id = find(&store, account).await?;
            set_role(&store, id, state, act, output).await
        }
        AccountCommand::ResetPassword { account } => {
            let id = find(&store, account).await?;
            print_code(&store, id, config, act, output).await
        }
        AccountCommand::Disable { account } => {
            let id = find(&store, account).await?;
            set_disabled(&store, id, true, act, output).await
        }
        AccountCommand::Enable { account } => {
            let id = find(&store, account).await?;
            set_disabled(&store, id, false, act, output).await
        }
        AccountCommand::Limit { account, limits } => {
            let id = find(&store, account).await?;
            limit(&store, id, limits, config, act, output).await
        }
        AccountCommand::Provider(command) => {
            let id = find(&store, command.account().to_owned()).await?;
            link::run(command, &store, id, config, act, output).await
        }
        AccountCommand::Delete { account, yes } => {
            let id = find(&store, account).await?;
            delete(&store, id, yes, act, output).await
        }
        AccountCommand::ResetSecondFactor { account } => {
            let id = find(&store, account).await?;
            store.reset_second_factor(id, act).await?;
            Ok(writeln!(
                output,
                "Account {} signs in with its password alone now. Its passkeys and API keys are gone, and its sessions have ended.",
                id.0
            )?)
        }
    }
}

pub(super) async fn find(store: &Store, which: String) -> Result<Id, CommandError> {
    let found = store.find_account(&which).await?;
    found.ok_or(CommandError::NoAccount(which))
}

async fn set_role(
    store: &Store,
    account: Id,
    role: Role,
    act: Act,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    let changed = store.set_administrator(account, role == Role::On, act).await?;
    let text = match (role, changed) {
        (Role::On, true) => "is an administrator now",
        (Role::On, false) => "is an administrator already",
        (Role::Off, true) => "is no administrator any more",
        (Role::Off, false) => "is no administrator",
    };
    Ok(writeln!(output, "The person of account {} {text}.", account.0)?)
}

async fn set_disabled(
    store: &Store,
    account: Id,
    disabled: bool,
    act: Act,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    let changed = store.set_account_disabled(account, disabled, act).await?;
    let text = match (disabled, changed) {
        (true, true) => "is off now: nobody can sign in, and mail to its aliases is refused",
        (true, false) => "was off already",
        (false, true) => "is on again",
        (false, false) => "was on already",
    };
    Ok(writeln!(output, "Account {} {text}.", account.0)?)
}

async fn show_one(store: &Store, account: Id, json: bool, output: &mut impl Write) -> Result<(), CommandError> {
    let account = store.account_summary(account).await?;
    match json {
        true => list(account.as_slice(), true, output),
        false => account.iter().try_for_each(|each| show(each, output)),
    }
}

async fn delete(
    store: &Store,
    account: Id,
    is_confirmed: bool,
    act: Act,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    if !is_confirmed {
        return Err(CommandError::Unconfirmed);
    }
    store.delete_account_of(account, act).await?;
    Ok(writeln!(output, "Account {} is deleted.", account.0)?)
}

async fn print_code(
    store: &Store,
    account: Id,
    config: &Config,
    act: Act,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    if config.local_sign_in == Switch::Off {
        return Err(CommandError::LocalSignInOff);
    }
    let vault = config.open_vault()?;
    store.bind(&vault).await?;
    let code = web::print_reset_code(store, &vault, account, act).await?;
    let (url, hours) = (&config.public_url, web::PRINTED_LIFETIME.whole_hours());
    Ok(writeln!(
        output,
        "{}\n\nGood for a new password at {url}/forgot/code, once, within {hours} hours.",
        *code
    )?)
}

/// Sets the limits that are named, and prints all.
async fn limit(
    store: &Store,
    account: Id,
    flags: LimitFlags,
    config: &Config,
    act: Act,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    let set = |flag: Option<Limit>, former| flag.map_or(former, |Limit(limit)| limit);
    let change = |former: AccountLimits| AccountLimits {
        mailboxes: set(flags.mailboxes, former.mailboxes),
        aliases: set(flags.aliases, former.aliases),
        messages_per_hour: set(flags.messages, former.messages_per_hour),
        replies_per_hour: set(flags.replies, former.replies_per_hour),
    };
    let limits = store.change_account_limits(account, change, act).await?;
    let relay = &config.allowance;
    for (name, own, of_relay) in [
        ("Mailboxes", limits.mailboxes, relay.mailboxes),
        ("Aliases", limits.aliases, relay.aliases),
        (
            "Messages an hour",
            limits.messages_per_hour,
            relay.messages_per_hour.into(),
        ),
        (
            "Replies an hour",
            limits.replies_per_hour,
            relay.replies_per_hour.into(),
        ),
    ] {
        match own {
            Some(own) => writeln!(output, "{name:16}  {own} (of the relay: {of_relay})")?,
            None => writeln!(output, "{name:16}  {of_relay}, as the relay's")?,
        }
    }
    Ok(())
}

fn say_created(
    Id(id): Id,
    address: &EmailAddress,
    config: &Config,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    let url = &config.public_url;
    if let (Switch::Off, Some(provider)) = (config.local_sign_in, &config.oidc) {
        return Ok(writeln!(
            output,
            "Account {id} is made. Its person signs in at {url}/sign-in with {}, which must have verified {address}.",
            provider.name
        )?);
    }
    Ok(writeln!(
        output,
        "Account {id} is made. Its person opens {url}/forgot and types {address}:\n\
         the relay mails a code there, with which they choose a password."
    )?)
}

async fn create(
    store: &Store,
    address: &EmailAddress,
    administrator: bool,
    config: &Config,
    act: Act,
) -> Result<Id, CommandError> {
    let domains = Domains::new(config.domain.clone(), config.other_domains.clone());
    if domains.are_own(address.domain()) {
        return Err(CommandError::OwnAddress(address.to_string()));
    }
    if !deliver::can_be_mailbox(address) {
        return Err(CommandError::Address(address.clone()));
    }
    let password = web::unknown_password()?;
    let made = match store.create_account_for(address, password, act).await {
        Err(StoreError::Taken) => return Err(CommandError::AddressTaken(address.to_string())),
        made => made?.0,
    };
    if administrator {
        store.set_administrator(made, true, act).await?;
    }
    Ok(made)
}

fn list(all: &[AccountSummary], json: bool, output: &mut impl Write) -> Result<(), CommandError> {
    if json {
        let all: Vec<_> = all.iter().map(as_json).collect();
        return Ok(writeln!(output, "{}", json!(all))?);
    }
    writeln!(
        output,
        "{:>6}  {:10}  {:10}  {:10}  {:>7}  {:>9}  {:12}  {:13}  ADDRESS",
        "NUMBER", "CREATED", "SEEN", "LAST MAIL", "ALIASES", "MESSAGES", "STATE", "ROLE"
    )?;
    for each in all {
        writeln!(
            output,
            "{:>6}  {:10}  {:10}  {:10}  {:>7}  {:>9}  {:12}  {:13}  {}",
            each.id.0,
            day(Some(each.created)),
            day(each.last_seen),
            day(each.last_mail),
            each.aliases,
            each.relayed,
            state(each),
            role(each),
            each.email
        )?;
    }
    Ok(())
}

fn show(each: &AccountSummary, output: &mut impl Write) -> Result<(), CommandError> {
    let second = if each.second_factor { "yes" } else { "no" };
    Ok(writeln!(
        output,
        "Number          {}\nAddress         {}\nState           {}\nRole            {}\nCreated         {}\nLast seen       {}\n\
         Second factor   {second}\nMailboxes       {}\nAliases         {}\nMessages        {}\nLast mail       {}",
        each.id.0,
        each.email,
        state(each),
        role(each),
        day(Some(each.created)),
        day(each.last_seen),
        each.mailboxes,
        each.aliases,
        each.relayed,
        day(each.last_mail),
    )?)
}

fn as_json(each: &AccountSummary) -> serde_json::Value {
    let AccountSummary {
        id: Id(id),
        email,
        verified,
        created,
        disabled,
        administrator,
        second_factor,
        last_seen,
        mailboxes,
        aliases,
        relayed,
        last_mail,
    } = each;
    json!({
        "number": id,
        "address": email,
        "verified": verified,
        "created": moment(Some(*created)),
        "disabled": moment(*disabled),
        "administrator": administrator,
        "second_factor": second_factor,
        "last_seen": moment(*last_seen),
        "mailboxes": mailboxes,
        "aliases": aliases,
        "messages": relayed,
        "last_mail": moment(*last_mail),
    })
}

fn state(account: &AccountSummary) -> &'static str {
    match (account.disabled, account.verified) {
        (Some(_), _) => "off",
        (None, true) => "on",
        (None, false) => "not verified",
    }
}

fn role(account: &AccountSummary) -> &'static str {
    if account.administrator { "administrator" } else { "-" }
}

/// RFC 3339, or `null`.
pub(super) fn moment(time: Option<OffsetDateTime>) -> Option<String> {
    time.and_then(|time| time.format(&Rfc3339).ok())
}

pub(super) fn day(time: Option<OffsetDateTime>) -> String {
    time.map_or_else(|| "-".into(), |time| time.date().to_string())
}
