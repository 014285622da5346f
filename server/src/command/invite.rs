//! `sealpost invite`.

use std::io::Write;

use app::api::administration::InvitationName;
use clap::Subcommand;

use super::{CommandError, open};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    invitation,
    store::operator::Act,
};

/// What to do with invitations. Without a command, one is made.
#[derive(Debug, Subcommand)]
pub enum InviteCommand {
    /// List the invitations that nobody has used yet: names and days, never codes.
    List,
    /// Take an invitation back, so that its code is refused.
    Revoke {
        /// A name of the list.
        invitation: InvitationName,
    },
}

pub(super) async fn run(
    command: Option<InviteCommand>,
    config: &Config,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    let store = open(config).await?;
    let now = SystemClock.now();
    let act = Act::by_command(now);
    match command {
        None => {
            let invitation = invitation::make(&store, act).await?;
            let (url, days) = (&config.public_url, invitation::LIFETIME.whole_days());
            Ok(writeln!(
                output,
                "{}\n\nGood for one account at {url}/sign-up within {days} days.\n\
                 To take it back: sealpost invite revoke {}",
                invitation.code, invitation.name
            )?)
        }
        Some(InviteCommand::List) => {
            writeln!(output, "{:12}  EXPIRES", "INVITATION")?;
            for open in store.open_invitations(now).await? {
                writeln!(output, "{:12}  {}", open.name, open.expires.date())?;
            }
            Ok(())
        }
        Some(InviteCommand::Revoke { invitation }) => match store.revoke_invitation(&invitation, act).await? {
            true => Ok(writeln!(
                output,
                "Invitation {invitation} is revoked: its code is refused."
            )?),
            false => Err(CommandError::NoInvitation(invitation)),
        },
    }
}
