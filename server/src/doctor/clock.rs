//! The clock of this machine is right, as a time server says (SNTP, RFC 4330).

use std::{io, net::SocketAddr, time::Duration};

use futures::future::{FutureExt, select_ok};
use rsntp::{AsyncSntpClient, Config as Sntp, SynchronizationError};

use super::finding::{Check, Finding};
use crate::{
    causes::chain,
    config::{Config, TimeServer},
    dns::{LookUp, NoAnswer},
};

/// Most addresses of a time server that are asked.
const MOST: usize = 8;
/// How long the time server may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// From so many seconds on the clock is not as it should be: one-time codes change every 30.
const OFF: f64 = 10.0;
/// From so many seconds on others refuse what this machine signs, and it refuses their certificates.
const FAR_OFF: f64 = 300.0;

/// Why the time is not known.
#[derive(Debug, thiserror::Error)]
enum NoTime {
    #[error("its address is not known")]
    Resolver(#[from] NoAnswer),
    #[error("it has no address")]
    Nowhere,
    #[error("no port could be opened")]
    Port(#[from] io::Error),
    #[error("it does not say the time")]
    Silent(#[from] SynchronizationError),
}

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    let Some(server) = &config.time_server else {
        return Vec::new();
    };
    let of = server.to_string();
    vec![match seconds_behind(server, config.dns).await {
        Ok(behind) => judge(of, behind),
        Err(error) => {
            let action = "Let UDP port 123 out, or name a server in SEALPOST_TIME_SERVER that answers; off leaves this check out.";
            Finding::not_checked(Check::Clock, of, chain(&error), action)
        }
    }]
}

/// By how many seconds the clock is behind. Below zero it is ahead.
async fn seconds_behind(server: &TimeServer, resolver: Option<SocketAddr>) -> Result<f64, NoTime> {
    let addresses = match server {
        TimeServer::Address(address) => vec![*address],
        TimeServer::Host(host, port) => {
            let addresses = LookUp::new(resolver)?.addresses(host).await?;
            addresses.into_iter().map(|ip| SocketAddr::new(ip, *port)).collect()
        }
    };
    // Some machines have one of IPv4 and IPv6 only: the first answer counts.
    let asked = addresses.into_iter().take(MOST).map(|address| ask(address).boxed());
    match asked.collect::<Vec<_>>() {
        none if none.is_empty() => Err(NoTime::Nowhere),
        asked => select_ok(asked).await.map(|(behind, _)| behind),
    }
}

async fn ask(address: SocketAddr) -> Result<f64, NoTime> {
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
        SocketAddr::V6(_) => ([0_u16; 8], 0).into(),
    };
    let client = AsyncSntpClient::with_config(Sntp::default().bind_address(any).timeout(PATIENCE));
    Ok(client.synchronize(address).await?.clock_offset().as_secs_f64())
}

fn judge(of: String, behind: f64) -> Finding {
    let (seconds, way) = (behind.abs(), if behind < 0.0 { "ahead" } else { "behind" });
    if seconds < OFF {
        return Finding::good(Check::Clock, of, "the clock is right");
    }
    let is_far = seconds >= FAR_OFF;
    let found = match is_far {
        true => format!("the clock is {:.0} minutes {way}", seconds / 60.0),
        false => format!("the clock is {seconds:.0} seconds {way}"),
    };
    let means = match is_far {
        true => {
            "Certificates and signatures count as not yet or no longer valid, here and elsewhere: TLS fails, DKIM signatures are \
             refused, and nobody signs in with one-time codes."
        }
        false => "One-time codes may be refused.",
    };
    let action =
        "Let the system set the clock, for example: apt install systemd-timesyncd, and timedatectl set-ntp true.";
    Finding::warning(Check::Clock, of, found, means, action).bad_if(is_far)
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_clock_that_is_seconds_off_is_a_warning_and_minutes_are_bad() {
        for (behind, expected, says) in [
            (0.3, State::Good, "is right"),
            (-9.0, State::Good, "is right"),
            (45.0, State::Warning, "45 seconds behind"),
            (-45.0, State::Warning, "45 seconds ahead"),
            (-3600.0, State::Bad, "60 minutes ahead"),
        ] {
            let finding = judge(String::new(), behind);
            assert_eq!(finding.state, expected, "{behind}");
            assert!(finding.found.contains(says), "{}", finding.found);
        }
    }
}
