//! `sealpost log`.

use std::io::Write;

use super::{CommandError, account::moment, open};
use crate::config::Config;

/// Entries that are shown.
const MOST: u64 = 1000;

pub(super) async fn print(config: &Config, output: &mut impl Write) -> Result<(), CommandError> {
    let store = open(config).await?;
    for entry in store.operator_log(0, MOST).await? {
        let at = moment(Some(entry.at)).unwrap_or_default();
        let by = entry.administrator.map(|account| format!("  by account {}", account.0));
        let (action, subject) = (entry.action, entry.subject);
        writeln!(output, "{at}  {action:20}  {subject}{}", by.unwrap_or_default())?;
    }
    Ok(())
}
