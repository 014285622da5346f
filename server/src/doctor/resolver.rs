//! The resolver answers.

use super::{
    finding::{Check, Finding},
    is_direct, is_reserved,
};
use crate::{causes::chain, config::Config, dns::LookUp};

/// Returns the resolver if it answers, whatever it says.
pub(super) async fn check(config: &Config) -> Result<(LookUp, Finding), Finding> {
    let look_up = LookUp::new(config.dns).map_err(|error| silent(config, &chain(&error)))?;
    match look_up.ping().await {
        Ok(()) => Ok((look_up, Finding::good(Check::Resolver, name(config), "it answers"))),
        Err(error) => Err(silent(config, &chain(&error))),
    }
}

/// The finding of a resolver that does not answer.
pub(super) fn silent(config: &Config, why: &str) -> Finding {
    let finding = Finding::bad(
        Check::Resolver,
        name(config),
        format!("{why}; nothing in the DNS was checked"),
        "Without a resolver the relay cannot check senders, and with delivery = \"mx\" it cannot find mail hosts. Mail waits.",
        match config.dns {
            Some(_) => "Correct SEALPOST_DNS, or remove it to use the system's resolver.",
            None => "Correct /etc/resolv.conf, or name a resolver in SEALPOST_DNS.",
        },
    );
    // Trying the relay needs no DNS.
    finding.bad_if(is_direct(config) || !is_reserved(&config.domain))
}

fn name(config: &Config) -> String {
    match config.dns {
        Some(address) => address.to_string(),
        None => "of the system".to_owned(),
    }
}
