//! The next hop would take mail: a smarthost is reached, and lets the relay log in.

use std::io;

use super::{
    CONNECTING,
    finding::{Check, Finding},
    is_reserved,
};
use crate::{
    causes::chain,
    config::{Config, Destination},
    deliver::{ConnectError, Courier, KeepLimits, SmarthostCourier},
};

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    match &config.delivery {
        Destination::Mx => Vec::new(),
        Destination::File(folder) => vec![judge_file(&config.domain, &folder.display().to_string())],
        Destination::Smarthost { url, login } => {
            let courier = SmarthostCourier::new(url, login.as_ref(), &config.mx, KeepLimits::of(config.lanes));
            vec![match courier {
                Ok(courier) => {
                    let courier = courier.with_timeouts(CONNECTING);
                    judge(&courier.next_hop(""), courier.greet().await, login.is_some())
                }
                Err(error) => Finding::bad(
                    Check::NextHop,
                    "",
                    chain(&error),
                    "The relay does not start.",
                    "Correct SEALPOST_DELIVERY.",
                ),
            }]
        }
    }
}

fn judge_file(domain: &str, folder: &str) -> Finding {
    let found = "mail is written to files in this folder, and goes nowhere";
    match is_reserved(domain) {
        true => Finding::good(Check::NextHop, folder, found),
        false => Finding::bad(
            Check::NextHop,
            folder,
            found,
            "Nobody gets any mail: no code for a new account, no relayed mail, no answer.",
            "Set SEALPOST_DELIVERY to your smarthost (smtps://HOST:465), or to mx.",
        ),
    }
}

fn judge(host: &str, greeted: Result<(), ConnectError>, has_login: bool) -> Finding {
    let error = match greeted {
        Ok(()) if has_login => {
            return Finding::good(
                Check::NextHop,
                host,
                "the smarthost answers, and takes user and password",
            );
        }
        Ok(()) => return Finding::good(Check::NextHop, host, "the smarthost answers"),
        Err(error) => error,
    };
    let cause = chain(&error);
    let (found, action) = match &error {
        ConnectError::UnknownName(_) => (
            "the name of the smarthost is not found".to_owned(),
            "Correct the host in SEALPOST_DELIVERY, or the resolver of the system.",
        ),
        ConnectError::TooSlow => (
            "the smarthost does not answer in time".to_owned(),
            "Correct host and port in SEALPOST_DELIVERY. If they are right, a firewall or your hoster closes the port: \
             465 and 587 are closed less often than 25.",
        ),
        ConnectError::Unreachable(error) if error.kind() == io::ErrorKind::ConnectionRefused => (
            "the connection is refused: nothing listens on this port".to_owned(),
            "Correct host and port in SEALPOST_DELIVERY, or start the smarthost.",
        ),
        ConnectError::Unreachable(_) => (
            format!("no connection ({cause})"),
            "Look at the network and the firewall of this machine.",
        ),
        ConnectError::Tls(_) | ConnectError::StartTls(_) => (
            format!("there is no secure connection ({cause})"),
            "smtps:// is for port 465, and smtp:// for 587. The name in SEALPOST_DELIVERY must be the one in the smarthost's \
             certificate, and the certificate must be valid and trusted by this system.",
        ),
        ConnectError::Login(_) => (
            format!("the smarthost refuses user or password ({cause})"),
            "Correct SEALPOST_DELIVERY_USER and SEALPOST_DELIVERY_PASSWORD. Some providers want a password that is made for \
             programs.",
        ),
        ConnectError::Greeting(_) => (
            format!("the smarthost refuses the relay, or does not speak SMTP here ({cause})"),
            "smtps:// is for port 465, and smtp:// for 587. If the port is right, the answer says what the smarthost wants.",
        ),
    };
    let means = "No mail leaves: it waits in the queue for five days, and codes for new accounts do not arrive.";
    Finding::bad(Check::NextHop, host, found, means, action)
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn files_are_for_trying_only() {
        assert_eq!(judge_file("relay.localhost", "outbox").state, State::Good);
        assert_eq!(judge_file("relay.example.org", "outbox").state, State::Bad);
    }

    #[test]
    fn each_obstacle_is_named() {
        let io = |kind: io::ErrorKind| io::Error::from(kind);
        for (error, says) in [
            (ConnectError::UnknownName(io(io::ErrorKind::Other)), "is not found"),
            (ConnectError::TooSlow, "in time"),
            (
                ConnectError::Unreachable(io(io::ErrorKind::ConnectionRefused)),
                "is refused",
            ),
            (
                ConnectError::Unreachable(io(io::ErrorKind::HostUnreachable)),
                "host unreachable",
            ),
            (
                ConnectError::Tls(io(io::ErrorKind::InvalidData)),
                "no secure connection",
            ),
        ] {
            let finding = judge("mail.example:465", Err(error), true);
            assert_eq!(finding.state, State::Bad);
            assert!(finding.found.contains(says), "{}", finding.found);
        }
    }
}
