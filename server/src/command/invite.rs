//! `sealpost invite`.

use std::io::Write;

use super::{CommandError, open};
use crate::{config::Config, invitation};

pub(super) async fn print(config: &Config, output: &mut impl Write) -> Result<(), CommandError> {
    let code = invitation::make(&open(config).await?).await?;
    let url = &config.public_url;
    Ok(writeln!(
        output,
        "{code}\n\nGood for one account at {url}/sign-up within 14 days."
    )?)
}
