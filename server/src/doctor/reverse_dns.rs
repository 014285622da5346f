//! The names of the mail host's addresses lead back to them.

use std::net::IpAddr;

use super::{
    finding::{Check, Finding},
    is_direct, is_reserved, unanswered,
};
use crate::{
    config::Config,
    deliver::is_public,
    dns::{LookUp, NoAnswer},
};

/// Most names of an address that are followed.
const MOST_NAMES: usize = 5;

pub(super) async fn check(config: &Config, look_up: &LookUp) -> Vec<Finding> {
    if !is_direct(config) {
        let found = "this matters only to a relay with delivery = \"mx\"";
        return vec![Finding::not_checked(Check::ReverseDns, "", found, "")];
    }
    if is_reserved(&config.mx) {
        return Vec::new();
    }
    // A failure is a finding about the mail host already.
    let addresses = look_up.addresses(&config.mx).await.unwrap_or_default();
    let mut findings = Vec::new();
    for ip in addresses.into_iter().filter(|ip| is_public(*ip)) {
        findings.push(match names(look_up, ip).await {
            Ok(names) => judge(ip, &names),
            Err(error) => unanswered(Check::ReverseDns, &ip.to_string(), &error),
        });
    }
    findings
}

/// The names of an address, each with the addresses that it leads to.
async fn names(look_up: &LookUp, ip: IpAddr) -> Result<Vec<(String, Vec<IpAddr>)>, NoAnswer> {
    let mut names = Vec::new();
    for name in look_up.names_of(ip).await?.into_iter().take(MOST_NAMES) {
        let addresses = look_up.addresses(&name).await?;
        names.push((name, addresses));
    }
    Ok(names)
}

fn judge(ip: IpAddr, names: &[(String, Vec<IpAddr>)]) -> Finding {
    const MEANS: &str = "Many providers refuse mail from such an address, or take it for spam.";
    if let Some((name, _)) = names.iter().find(|(_, addresses)| addresses.contains(&ip)) {
        return Finding::good(
            Check::ReverseDns,
            ip.to_string(),
            format!("its name {name} leads back to it"),
        );
    }
    match names.first() {
        None => Finding::bad(
            Check::ReverseDns,
            ip.to_string(),
            "the address has no name",
            MEANS,
            "Set the reverse DNS (PTR record) of the address at your hoster to the name of the mail host.",
        ),
        Some((name, _)) => Finding::bad(
            Check::ReverseDns,
            ip.to_string(),
            format!("its name {name} does not lead back to it"),
            MEANS,
            format!(
                "Publish {ip} as an address of {name}, or set the reverse DNS at your hoster to the name of the mail host."
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn one_name_that_leads_back_is_enough() {
        let ip = IpAddr::from([9, 9, 9, 9]);
        let other = ("other.example.org".to_owned(), vec![IpAddr::from([9, 9, 9, 8])]);
        let back = ("mail.example.org".to_owned(), vec![ip]);
        assert_eq!(judge(ip, &[]).state, State::Bad);
        assert_eq!(judge(ip, std::slice::from_ref(&other)).state, State::Bad);
        assert_eq!(judge(ip, &[other, back]).state, State::Good);
    }
}
