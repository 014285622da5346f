//! `sealpost dns`.

use std::io::Write;

use super::{CommandError, expect_relay};
use crate::{config::Config, publish};

pub(super) fn print(config: &Config, output: &mut impl Write) -> Result<(), CommandError> {
    expect_relay(config)?;
    let records = publish::records(config)?;
    Ok(write!(output, "{records}")?)
}
