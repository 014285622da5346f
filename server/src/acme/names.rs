//! Chooses the names that a certificate is asked for: those of the settings that the DNS has addresses for.

use std::{collections::BTreeSet, net::IpAddr};

use futures::future::join_all;
use hickory_resolver::{TokioResolver, net::NetError};

use super::AcmeError;
use crate::{
    config::{Config, StsMode},
    domains::Domains,
};

/// The names of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The mail host and the web interface. A certificate without them is of little use, so their failures are those of the
    /// whole attempt.
    pub required: Vec<String>,
    /// The hosts of the MTA-STS policies (RFC 8461 §3.3). One that fails must not keep the others from a certificate.
    pub further: Vec<String>,
}

/// The DNS's answer about a name.
#[derive(Debug)]
pub(super) enum Looked {
    /// It has an address.
    Found,
    /// It has none. The CA would refuse the whole order for it.
    Absent,
    /// There is no answer, or one that says nothing of addresses.
    Failed(NetError),
}

/// Which names an order is for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub names: Vec<String>,
    /// Those that are left out if the CA refuses them.
    optional: BTreeSet<String>,
    /// Names of the settings that are left out, and why.
    pub left_out: Vec<(String, String)>,
}

impl Wanted {
    /// The names that the relay is reached by: the mail host, and with a TLS listener of its own also the web interface and
    /// the hosts of the MTA-STS policies.
    pub(super) fn of(config: &Config) -> Self {
        let mut wanted = Self::default();
        if config.https.is_some() {
            wanted.required.push(config.public_url.host().to_owned());
            if config.mta_sts != StsMode::None {
                let domains = Domains::new(config.domain.clone(), config.other_domains.clone());
                wanted.further = domains.all().map(|domain| format!("mta-sts.{domain}")).collect();
            }
        }
        wanted.required.push(config.mx.clone());
        let mut seen = BTreeSet::new();
        let mut is_new_name = |name: &String| {
            let bare = name.trim_start_matches('[').trim_end_matches(']');
            bare.parse::<IpAddr>().is_err() && seen.insert(name.clone())
        };
        wanted.required.retain(&mut is_new_name);
        wanted.further.retain(&mut is_new_name);
        wanted
    }

    /// All names, the required ones first.
    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        self.required.iter().chain(&self.further)
    }

    /// Chooses the names of an order. `kept` are those that a certificate in use has and should not lose.
    ///
    /// # Errors
    /// A required name could not be looked up, or a name to keep has no address.
    pub(super) fn plan(&self, looked: Vec<Looked>, kept: &[String]) -> Result<Plan, AcmeError> {
        let mut plan = Plan::default();
        let is_required = (0..).map(|place| place < self.required.len());
        for ((name, looked), is_required) in self.all().zip(looked).zip(is_required) {
            let is_kept = kept.contains(name);
            match looked {
                Looked::Found => {
                    plan.names.push(name.clone());
                    if !is_required && !is_kept {
                        plan.optional.insert(name.clone());
                    }
                }
                Looked::Absent if is_kept => return Err(AcmeError::Vanished(name.clone())),
                Looked::Absent => plan
                    .left_out
                    .push((name.clone(), "it has no address in the DNS".into())),
                Looked::Failed(error) if is_required || is_kept => return Err(error.into()),
                Looked::Failed(error) => plan.left_out.push((name.clone(), error.to_string())),
            }
        }
        match plan.names.is_empty() {
            true => Err(AcmeError::NoNames(self.all().cloned().collect::<Vec<_>>().join(" "))),
            false => Ok(plan),
        }
    }
}

impl Plan {
    /// Leaves out the names that the CA refuses, or all that can be left out if it did not say which. Returns whether another
    /// order makes sense: each refused name could be left out, and there was one.
    pub(super) fn leave_out(&mut self, refused: &[String], why: &str) -> bool {
        let refused: BTreeSet<String> = match refused {
            [] => self.optional.clone(),
            refused => refused.iter().cloned().collect(),
        };
        if refused.is_empty() || !refused.is_subset(&self.optional) {
            return false;
        }
        self.names.retain(|name| !refused.contains(name));
        self.optional.retain(|name| !refused.contains(name));
        self.left_out
            .extend(refused.into_iter().map(|name| (name, why.to_owned())));
        !self.names.is_empty()
    }
}

/// Asks the DNS for all names at once. The answers are in their order.
pub(super) async fn look_up(resolver: &TokioResolver, wanted: &Wanted) -> Vec<Looked> {
    join_all(wanted.all().map(|name| async move {
        match resolver.lookup_ip(format!("{name}.")).await {
            Ok(_) => Looked::Found,
            Err(error) if error.is_nx_domain() || error.is_no_records_found() => Looked::Absent,
            Err(error) => Looked::Failed(error),
        }
    }))
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Wanted {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Wanted {
            required: names(&["relay.example", "mail.example"]),
            further: names(&["mta-sts.a.example", "mta-sts.b.example"]),
        }
    }

    fn failed() -> Looked {
        Looked::Failed(NetError::from("no answer"))
    }

    fn plan(looked: [Looked; 4], kept: &[&str]) -> Result<Plan, AcmeError> {
        let kept: Vec<_> = kept.iter().map(ToString::to_string).collect();
        wanted().plan(looked.into(), &kept)
    }

    use Looked::{Absent, Found};

    #[test]
    fn a_further_name_that_cannot_be_looked_up_is_left_out_and_a_required_one_is_not() {
        let plan_of = plan([Found, Found, failed(), Found], &[]).unwrap();
        assert_eq!(plan_of.names, ["relay.example", "mail.example", "mta-sts.b.example"]);
        assert_eq!(plan_of.left_out[0].0, "mta-sts.a.example");
        let error = plan([failed(), Found, Found, Found], &[]);
        assert!(matches!(error, Err(AcmeError::Resolver(_))), "{error:?}");
    }

    #[test]
    fn a_name_of_the_certificate_is_kept_whatever_the_dns_says() {
        for (name, looked) in [
            ("mta-sts.a.example", [Found, Found, failed(), Found]),
            ("mta-sts.a.example", [Found, Found, Absent, Found]),
            ("mail.example", [Found, Absent, Found, Found]),
        ] {
            assert!(plan(looked, &[name]).is_err(), "{name}");
        }
        let plan_of = plan([Found, Absent, Absent, Found], &[]).unwrap();
        assert_eq!(plan_of.names, ["relay.example", "mta-sts.b.example"]);
    }

    #[test]
    fn the_ca_may_refuse_what_is_optional() {
        let refused = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let fresh = |kept: &[&str]| plan([Found, Found, Found, Found], kept).unwrap();
        let mut plan = fresh(&[]);
        assert!(plan.leave_out(&refused(&["mta-sts.a.example"]), "refused"));
        assert_eq!(plan.names, ["relay.example", "mail.example", "mta-sts.b.example"]);
        assert!(plan.leave_out(&[], "refused"), "it does not say which");
        assert_eq!(plan.names, ["relay.example", "mail.example"]);
        assert!(!plan.leave_out(&[], "refused"), "nothing is left to leave out");
        assert!(!fresh(&[]).leave_out(&refused(&["mail.example", "mta-sts.a.example"]), "refused"));
        assert!(!fresh(&["mta-sts.a.example"]).leave_out(&refused(&["mta-sts.a.example"]), "refused"));
    }
}
