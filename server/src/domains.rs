//! Holds the relay's domains: the main one and the others.
//!
//! Relay addresses, return paths and the relay's own addresses are under the main domain. Aliases are under any of
//! them. A local part is given out once for all domains.

use app::address::{AddressError, EmailAddress};

/// The main domain and the other domains, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domains {
    main: String,
    others: Vec<String>,
}

impl Domains {
    /// Creates the list. Repeated domains, and the main one among the others, count once.
    pub fn new(main: String, others: Vec<String>) -> Self {
        let mut different: Vec<String> = Vec::with_capacity(others.len());
        for other in others {
            if other != main && !different.contains(&other) {
                different.push(other);
            }
        }
        Self {
            main,
            others: different,
        }
    }

    /// Returns the main domain.
    pub fn main(&self) -> &str {
        &self.main
    }

    /// Returns the other domains in the operator's order.
    pub fn others(&self) -> &[String] {
        &self.others
    }

    /// Returns all domains, the main one first.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.main.as_str()).chain(self.others.iter().map(String::as_str))
    }

    /// Returns the stored form of a domain, or `None` if it is not the relay's. The main domain is stored as an empty
    /// text, so that it can be renamed.
    pub fn stored<'a>(&self, domain: &'a str) -> Option<&'a str> {
        match self.main == domain {
            true => Some(""),
            false => self.others.iter().any(|other| other == domain).then_some(domain),
        }
    }

    /// Returns the domain of a stored form.
    pub fn written<'a>(&'a self, stored: &'a str) -> &'a str {
        if stored.is_empty() { &self.main } else { stored }
    }

    /// Returns the address of an alias under a domain in its stored form.
    pub fn address(&self, local: &str, stored: &str) -> Result<EmailAddress, AddressError> {
        format!("{local}@{}", self.written(stored)).parse()
    }

    /// Whether a host is one of the domains or below one. Mail to it would come back to the relay.
    pub fn are_own(&self, host: &str) -> bool {
        self.all().any(|domain| {
            host.strip_suffix(domain)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_domain_is_stored_as_nothing() {
        let domains = Domains::new(
            "relay.example".into(),
            vec!["b.example".into(), "relay.example".into(), "b.example".into()],
        );
        assert_eq!(domains.all().collect::<Vec<_>>(), ["relay.example", "b.example"]);
        assert_eq!(domains.stored("relay.example"), Some(""));
        assert_eq!(domains.stored("b.example"), Some("b.example"));
        assert_eq!(domains.stored("c.example"), None);
        assert_eq!(domains.address("amber", "").unwrap().as_str(), "amber@relay.example");
        assert_eq!(
            domains.address("amber", "b.example").unwrap().as_str(),
            "amber@b.example"
        );
    }

    #[test]
    fn what_is_below_a_domain_is_own() {
        let domains = Domains::new("relay.example".into(), vec!["b.example".into()]);
        for own in ["relay.example", "x.relay.example", "b.example", "x.b.example"] {
            assert!(domains.are_own(own), "{own}");
        }
        for other in ["notrelay.example", "example", "bb.example"] {
            assert!(!domains.are_own(other), "{other}");
        }
    }
}
