//! `sealpost sign-up`.

use std::io::Write;

use app::api::account::SignUpMode;
use clap::ValueEnum;

use super::{CommandError, open};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    store::operator::Act,
};

/// Who can sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SignUpChoice {
    /// Everybody.
    Open,
    /// People with an invitation.
    Invite,
    /// Nobody.
    Closed,
    /// As SEALPOST_SIGN_UP says.
    Settings,
}

pub(super) async fn run(
    choice: Option<SignUpChoice>,
    config: &Config,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    let store = open(config).await?;
    if let Some(choice) = choice {
        let mode = match choice {
            SignUpChoice::Open => Some(SignUpMode::Open),
            SignUpChoice::Invite => Some(SignUpMode::Invite),
            SignUpChoice::Closed => Some(SignUpMode::Closed),
            SignUpChoice::Settings => None,
        };
        store.set_sign_up(mode, Act::by_command(SystemClock.now())).await?;
    }
    let chosen = store.live_settings().await?.sign_up;
    let people = match chosen.unwrap_or(config.sign_up) {
        SignUpMode::Open => "Everybody can sign up",
        SignUpMode::Invite => "People with an invitation can sign up",
        SignUpMode::Closed => "Nobody can sign up",
    };
    let by = match chosen {
        Some(_) => "as an administrator decided; `sealpost sign-up settings` goes back to SEALPOST_SIGN_UP",
        None => "as SEALPOST_SIGN_UP says",
    };
    Ok(writeln!(output, "{people}, {by}.")?)
}
