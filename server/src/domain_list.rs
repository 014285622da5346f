//! Lists the domains of aliases with their use.

use std::collections::BTreeMap;

use app::api::administration::{DomainRole, DomainView};

use crate::{domains::Domains, store::domain_use::DomainUse};

/// Returns the domains of the settings, and those that aliases are under though the settings do not name them any more.
pub fn all_domains(domains: &Domains, uses: Vec<DomainUse>) -> Vec<DomainView> {
    let mut uses: BTreeMap<_, _> = uses.into_iter().map(|each| (each.stored.clone(), each)).collect();
    let mut view = |stored: &str, role| {
        let used = uses.remove(stored);
        DomainView {
            domain: domains.written(stored).to_owned(),
            role,
            aliases: used.as_ref().map_or(0, |used| used.aliases),
            last_mail: used.and_then(|used| used.last_mail),
        }
    };
    let mut all = vec![view("", DomainRole::Main)];
    all.extend(domains.others().iter().map(|other| view(other, DomainRole::Other)));
    all.extend(uses.into_values().map(|used| DomainView {
        domain: used.stored,
        role: DomainRole::Gone,
        aliases: used.aliases,
        last_mail: used.last_mail,
    }));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_that_left_the_settings_is_listed_while_it_has_aliases() {
        let domains = Domains::new("relay.example".into(), vec!["b.example".into()]);
        let used = |stored: &str, aliases| DomainUse {
            stored: stored.into(),
            aliases,
            last_mail: None,
        };
        let all = all_domains(&domains, vec![used("gone.example", 2), used("", 7)]);
        let all: Vec<_> = all
            .iter()
            .map(|each| (&*each.domain, each.role, each.aliases))
            .collect();
        assert_eq!(
            all,
            [
                ("relay.example", DomainRole::Main, 7),
                ("b.example", DomainRole::Other, 0),
                ("gone.example", DomainRole::Gone, 2)
            ]
        );
    }
}
