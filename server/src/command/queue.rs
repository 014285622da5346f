//! `sealpost queue`.

use std::io::Write;

use clap::Subcommand;
use serde_json::json;

use super::{
    CommandError,
    account::{find, moment},
    open,
};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    store::{operator::Act, queue_summary::Waiting},
    vault::Token,
};

/// Most messages of a list: more would be read by nobody, and the oldest come first.
const MOST: u64 = 10_000;

/// What to do with messages that wait for delivery. MESSAGE is a name of the list.
#[derive(Debug, Subcommand)]
pub enum QueueCommand {
    /// List what waits: sizes, times and whose mail it is, never from whom or to whom.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show one message.
    Show {
        /// The message.
        message: String,
    },
    /// Try to deliver now.
    Retry {
        /// The message; without it all that wait.
        message: Option<String>,
    },
    /// Delete a message, or all messages of an account. Nobody is told of it.
    Drop {
        /// The message.
        #[arg(required_unless_present = "account", conflicts_with = "account")]
        message: Option<String>,
        /// The account whose messages are deleted, from it and to it: for one that sends what it should not.
        #[arg(long)]
        account: Option<String>,
        /// Confirms it. Without this nothing is deleted.
        #[arg(long)]
        yes: bool,
    },
}

pub(super) async fn run(command: QueueCommand, config: &Config, output: &mut impl Write) -> Result<(), CommandError> {
    let store = open(config).await?;
    let now = SystemClock.now();
    match command {
        QueueCommand::List { json } => list(&store.waiting(0, MOST, now).await?, json, output),
        QueueCommand::Show { message } => match store.waiting_message(parse(&message)?, now).await? {
            Some(waiting) => list(&[waiting], false, output),
            None => Err(CommandError::NotWaiting(message)),
        },
        QueueCommand::Retry { message: None } => {
            store.make_all_due(now).await?;
            Ok(writeln!(output, "A running relay tries all that wait within seconds.")?)
        }
        QueueCommand::Retry { message: Some(message) } => match store.make_due(parse(&message)?, now).await? {
            true => Ok(writeln!(output, "A running relay tries it within seconds.")?),
            false => Err(CommandError::NotWaiting(message)),
        },
        QueueCommand::Drop { yes: false, .. } => Err(CommandError::Unconfirmed),
        QueueCommand::Drop {
            account: Some(account), ..
        } => {
            let id = find(&store, account).await?;
            let count = store.drop_waiting_of(id, Act::by_command(now)).await?;
            Ok(writeln!(
                output,
                "Messages of account {} that are deleted: {count}.",
                id.0
            )?)
        }
        QueueCommand::Drop { message, .. } => {
            let message = message.unwrap_or_default();
            let token = parse(&message)?;
            match store.drop_waiting(token, Act::by_command(now)).await? {
                true => Ok(writeln!(output, "The message is deleted.")?),
                false => Err(CommandError::NotWaiting(message)),
            }
        }
    }
}

fn parse(message: &str) -> Result<Token, CommandError> {
    let mut token = [0; 16];
    match hex::decode_to_slice(message, &mut token) {
        Ok(()) => Ok(Token(token)),
        Err(_) => Err(CommandError::NotWaiting(message.into())),
    }
}

fn list(waiting: &[Waiting], json: bool, output: &mut impl Write) -> Result<(), CommandError> {
    if json {
        let all = waiting.iter().map(|each| {
            json!({
                "message": hex::encode(each.token.0),
                "octets": each.octets,
                "tries": each.attempts,
                "accepted": moment(Some(each.accepted)),
                "next_try": moment(Some(each.next_try)),
                "in_delivery": each.leased,
                "account": each.account.map(|account| account.0),
            })
        });
        return Ok(writeln!(output, "{}", json!(all.collect::<Vec<_>>()))?);
    }
    writeln!(
        output,
        "{:32}  {:>7}  {:>9}  {:>5}  {:20}  NEXT TRY",
        "MESSAGE", "ACCOUNT", "OCTETS", "TRIES", "ACCEPTED"
    )?;
    for each in waiting {
        let next = match each.leased {
            true => "now".into(),
            false => seconds(each.next_try),
        };
        let account = each.account.map_or_else(|| "-".into(), |account| account.0.to_string());
        writeln!(
            output,
            "{}  {account:>7}  {:>9}  {:>5}  {:20}  {next}",
            hex::encode(each.token.0),
            each.octets,
            each.attempts,
            seconds(each.accepted),
        )?;
    }
    Ok(())
}

fn seconds(time: time::OffsetDateTime) -> String {
    moment(time.replace_nanosecond(0).ok()).unwrap_or_default()
}
