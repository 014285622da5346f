//! The spam filter answers. While it does not, mail to aliases waits with its senders.

use std::time::Duration;

use tokio::time::timeout;

use super::finding::{Check, Finding};
use crate::{
    causes::chain,
    config::Config,
    spam::{SpamError, SpamFilter},
};

/// How long it may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(4);

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    let Some(address) = config.rspamd else {
        return Vec::new();
    };
    let answered = timeout(PATIENCE, SpamFilter::new(address).ping()).await;
    vec![judge(address.to_string(), answered.unwrap_or(Err(SpamError::TooSlow)))]
}

fn judge(of: String, answered: Result<(), SpamError>) -> Finding {
    match answered {
        Ok(()) => Finding::good(Check::SpamFilter, of, "it answers"),
        Err(error) => Finding::bad(
            Check::SpamFilter,
            of,
            chain(&error),
            "All mail to aliases is put off (451 4.3.0): nothing is relayed that the filter has not seen. Senders try again for some days.",
            "Start rspamd, or take SEALPOST_RSPAMD out of the settings and restart the relay.",
        ),
    }
}
