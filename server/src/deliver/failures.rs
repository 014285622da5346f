//! Which of the failures of several mail hosts is that of the delivery.

use super::{DeliveryError, MxError};

use crate::envelope::RequireTls;

/// The failures so far of the mail hosts of a domain, each of which may have several addresses.
///
/// A host that does not satisfy REQUIRETLS at one address is judged: whether its others can be reached makes no difference. Any other
/// failure leaves open whether the message could be delivered as it demands.
#[derive(Default)]
pub(super) struct Failures {
    /// The last one that may pass.
    last: Option<DeliveryError>,
    /// Why a host does not satisfy REQUIRETLS.
    insecure: Option<DeliveryError>,
    /// Whether a host failed that may satisfy it.
    is_open: bool,
    /// Whether an address of the present host was not reached.
    is_unreached: bool,
    /// Whether the present host does not satisfy it.
    is_judged: bool,
}

impl Failures {
    /// Notes a failure of the present host.
    pub fn note(&mut self, error: DeliveryError) {
        if let DeliveryError::Insecure(_) = error {
            self.insecure = Some(error);
            self.is_judged = true;
            return;
        }
        match is_unreached(&error) {
            true => self.is_unreached = true,
            false => self.is_open = true,
        }
        self.last = Some(error);
    }

    /// From now on another host is the present one.
    pub fn begin_host(&mut self) {
        self.is_open |= self.is_unreached && !self.is_judged;
        (self.is_unreached, self.is_judged) = (false, false);
    }

    /// The failure of the delivery, if there is any. A host that was not reached may be the one that satisfies the demand. A bounce need
    /// not wait for it, because it goes without the demand if a host does not satisfy it.
    pub fn outcome(mut self, demand: RequireTls) -> Option<DeliveryError> {
        self.begin_host();
        match self.is_open && demand != RequireTls::IfSupported {
            true => self.last.or(self.insecure),
            false => self.insecure.or(self.last),
        }
    }
}

/// Whether nothing was learned of the address.
fn is_unreached(error: &DeliveryError) -> bool {
    let DeliveryError::Later(cause) = error else {
        return false;
    };
    matches!(
        cause.downcast_ref(),
        Some(MxError::Unreachable(_) | MxError::TooSlow(_))
    )
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::deliver::RequireTlsError;

    /// The status of the outcome. Each word is a host and each letter one of its addresses: `i` is insecure, `u` is not reached, and `b` is
    /// busy.
    fn status(hosts: &str, demand: RequireTls) -> Option<&'static str> {
        let mut failures = Failures::default();
        for host in hosts.split_whitespace() {
            failures.begin_host();
            for address in host.chars() {
                failures.note(match address {
                    'i' => RequireTlsError::NotSupported.into(),
                    'u' => MxError::Unreachable(io::ErrorKind::NetworkUnreachable.into()).transient(),
                    _ => DeliveryError::Later("450 not now".into()),
                });
            }
        }
        failures.outcome(demand).map(|error| error.status())
    }

    #[test]
    fn a_host_is_judged_at_the_address_that_is_reached_and_another_host_is_not() {
        for (hosts, always, if_supported) in [
            ("i", "5.7.30", "5.7.30"),
            ("iu", "5.7.30", "5.7.30"),
            ("ui", "5.7.30", "5.7.30"),
            ("iu ui", "5.7.30", "5.7.30"),
            ("iu u", "4.4.7", "5.7.30"),
            ("u iu", "4.4.7", "5.7.30"),
            ("ib", "4.4.7", "5.7.30"),
            ("u", "4.4.7", "4.4.7"),
            ("b u", "4.4.7", "4.4.7"),
        ] {
            assert_eq!(status(hosts, RequireTls::Always), Some(always), "{hosts}");
            assert_eq!(status(hosts, RequireTls::IfSupported), Some(if_supported), "{hosts}");
        }
        assert_eq!(status("", RequireTls::Always), None);
    }

    #[test]
    fn without_a_demand_the_last_failure_is_told() {
        let mut failures = Failures::default();
        failures.note(DeliveryError::Later("450 not now".into()));
        failures.begin_host();
        failures.note(MxError::NoHost("b.test".into()).transient());
        let Some(DeliveryError::Later(last)) = failures.outcome(RequireTls::No) else {
            panic!("it is no failure that may pass");
        };
        assert_eq!(last.to_string(), "b.test has no mail host");
    }
}
