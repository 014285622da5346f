//! `sealpost dns`.

use std::io::Write;

use super::{CommandError, expect_owner, expect_relay};
use crate::{config::Config, publish};

pub(super) fn print(config: &Config, output: &mut impl Write) -> Result<(), CommandError> {
    // Records are wanted before the first start, too. Without settings they would be of a relay that nobody meant.
    match config.domain.ends_with("localhost") {
        true => expect_relay(config)?,
        false => expect_owner(config)?,
    }
    let records = publish::records(config)?;
    Ok(write!(output, "{records}")?)
}
