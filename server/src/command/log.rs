//! `sealpost log`.

use std::io::Write;

use super::{CommandError, account::moment, open};
use crate::config::Config;

/// Entries that are shown.
const MOST: u64 = 1000;

pub(super) async fn print(config: &Config, output: &mut impl Write) -> Result<(), CommandError> {
    let store = open(config).await?;
    for entry in store.operator_log(MOST).await? {
        let at = moment(Some(entry.at)).unwrap_or_default();
        writeln!(output, "{at}  {:20}  {}", entry.action.word(), entry.subject)?;
    }
    Ok(())
}
