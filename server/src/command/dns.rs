//! `sealpost dns`.

use std::io::Write;

use super::CommandError;
use crate::{config::Config, publish};

pub(super) fn print(config: &Config, output: &mut impl Write) -> Result<(), CommandError> {
    let records = publish::records(config)?;
    Ok(write!(output, "{records}")?)
}
