//! Fits the connections into the number of files that the process may have open.

use super::{Config, ConnectionLimits};

/// Files besides connections: the database and its journal for each of its connections, name servers, files that are served,
/// the log, the listeners and the runtime.
const RESERVE: usize = 256;
/// Connections of each listener that are on their way out, or not looked at yet.
const LEAVING: usize = 128;
/// Descriptors of a delivery: the connection, and a question to a name server, up to twice as many when some are slow; and a
/// connection that is kept for the next.
const OF_A_DELIVERY: usize = 5;
/// The fewest connections that a listener keeps. With fewer the relay is of no use.
const FEWEST: usize = 16;

/// The system allows too few open files for the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the settings need {needed} open files and the system allows {allowed}, so that there are {smtp} connections for SMTP and \
     {web} for the web at most: raise LimitNOFILE, or lower SEALPOST_MAX_CONNECTIONS and SEALPOST_MAX_WEB_CONNECTIONS"
)]
pub struct TooFewFiles {
    needed: usize,
    allowed: usize,
    smtp: usize,
    web: usize,
}

impl Config {
    /// Lowers the limits on connections to what fits into `allowed` open files. Without a descriptor left the database fails,
    /// and mail with it.
    pub fn fit(&mut self, allowed: usize) -> Result<(), TooFewFiles> {
        let mut others = RESERVE + 2 * LEAVING + OF_A_DELIVERY * self.lanes.total + ConnectionLimits::METRICS.total;
        if self.https.is_some() {
            others += LEAVING + ConnectionLimits::REDIRECTS.total;
        }
        let (smtp, web) = (&mut self.limits.connections.total, &mut self.web_connections.total);
        let wanted = smtp.saturating_add(*web);
        let needed = wanted.saturating_add(others);
        if needed <= allowed {
            return Ok(());
        }
        let room = allowed.saturating_sub(others);
        let part = |most: usize| (most.saturating_mul(room) / wanted.max(1)).max(FEWEST).min(most);
        (*smtp, *web) = (part(*smtp), part(*web));
        Err(TooFewFiles {
            needed,
            allowed,
            smtp: *smtp,
            web: *web,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use figment::providers::{Format, Toml};

    use super::{super::sources::Sources, *};

    fn fitted(allowed: usize) -> (usize, usize, bool) {
        fitted_with("", allowed)
    }

    fn fitted_with(toml: &str, allowed: usize) -> (usize, usize, bool) {
        let mut config = Config::from_sources(Sources::new(Path::new("none"), toml, Toml::string(""))).unwrap();
        let fits = config.fit(allowed).is_ok();
        (config.limits.connections.total, config.web_connections.total, fits)
    }

    #[test]
    fn connections_leave_descriptors_for_everything_else() {
        assert_eq!(fitted(1 << 20), (1024, 1024, true));
        let others = RESERVE + 2 * LEAVING + 5 * 20 + 32;
        assert_eq!(fitted(2048 + others), (1024, 1024, true));
        assert_eq!(fitted(2047 + others), (1023, 1023, false));
        assert_eq!(fitted(1024), (190, 190, false), "an old default of the system");
        let https = "https = '127.0.0.1:443'\npublic_url = 'https://a.example'";
        assert_eq!(fitted_with(https, 2048 + others + 256), (1024, 1024, true));
        assert_eq!(fitted_with(https, 2047 + others + 256), (1023, 1023, false));
        assert_eq!(fitted(10), (FEWEST, FEWEST, false));
    }
}
