//! The DKIM record of a domain (RFC 6376 §3.6) has the public half of the key that signs.

use super::{
    finding::{Check, Finding},
    tags, unanswered,
};
use crate::{
    causes::chain,
    config::{Config, DkimKeySource},
    dkim::DkimKey,
    dns::LookUp,
    publish::DomainRecords,
};

pub(super) async fn check(config: &Config, look_up: &LookUp, domain: &str) -> Vec<Finding> {
    let names = DomainRecords::new(config, domain);
    let mut findings = vec![check_key(&config.dkim_key, look_up, (domain, &names.dkim_name), Role::Signs).await];
    if let Some((second, name)) = config.second_dkim_key.as_ref().zip(names.second_dkim_name) {
        findings.push(check_key(&second.key, look_up, (domain, &name), Role::Second).await);
    }
    findings
}

/// The use of a key.
#[derive(Clone, Copy)]
enum Role {
    /// It signs what leaves.
    Signs,
    /// It is the next one or the previous one.
    Second,
}

async fn check_key(source: &DkimKeySource, look_up: &LookUp, (domain, name): (&str, &str), role: Role) -> Finding {
    let key = match DkimKey::open_existing(source) {
        Ok(Some(key)) => key,
        Ok(None) => {
            let found = "there is no DKIM key yet; the relay makes one when it starts";
            return Finding::not_checked(Check::Dkim, domain, found, PRINT);
        }
        Err(error) => {
            let means = "The relay does not start, because it cannot read a DKIM key.";
            let action = "Correct the file of the key, or SEALPOST_DKIM_KEY_FILE and SEALPOST_DKIM_SECOND_KEY_FILE.";
            return Finding::bad(Check::Dkim, domain, chain(&error), means, action);
        }
    };
    match look_up.texts(name).await {
        Ok(texts) => judge(name, &texts, &key.public(), role),
        Err(error) => unanswered(Check::Dkim, name, &error),
    }
}

const PRINT: &str = "Run sealpost dns, and publish the DKIM record that it prints.";

fn judge(name: &str, texts: &[String], public: &str, role: Role) -> Finding {
    let bad = |found: &str| match role {
        Role::Signs => {
            let means = "Signatures of the relay are not valid: providers refuse its mail, or take it for spam.";
            Finding::bad(Check::Dkim, name, found, means, PRINT)
        }
        Role::Second => {
            let means = "Signatures of the second key are not valid: do not change to it. If it signed until now, mail under way \
                         that it signed may be refused.";
            Finding::warning(Check::Dkim, name, found, means, PRINT)
        }
    };
    let (same, other) = match role {
        Role::Signs => (
            "the published key is the one that signs",
            "the published key is another one than the key that signs",
        ),
        Role::Second => (
            "the published key is the second one",
            "the published key is another one than the second key",
        ),
    };
    // `v=` may be left out (RFC 6376 §3.6.1).
    let keys: Vec<_> = texts.iter().filter_map(|text| tags::value(text, "p")).collect();
    match keys.as_slice() {
        [] => bad("there is no DKIM record"),
        [key] if key == public => Finding::good(Check::Dkim, name, same),
        [key] if key.is_empty() => bad("the record says that the key is revoked"),
        [_] => bad(other),
        _ => bad("there is more than one DKIM record under the same name"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn only_the_same_key_is_good() {
        for (texts, expected) in [
            (vec![], State::Bad),
            (vec!["hello"], State::Bad),
            (vec!["v=DKIM1; k=rsa; p="], State::Bad),
            (vec!["v=DKIM1; k=rsa; p=OTHER"], State::Bad),
            (vec!["v=DKIM1; p=KEY", "v=DKIM1; p=OTHER"], State::Bad),
            (vec!["v=DKIM1; k=rsa; p=K EY"], State::Good),
        ] {
            let texts: Vec<_> = texts.into_iter().map(str::to_owned).collect();
            assert_eq!(
                judge("s._domainkey.example.org", &texts, "KEY", Role::Signs).state,
                expected,
                "{texts:?}"
            );
            let second = judge("s._domainkey.example.org", &texts, "KEY", Role::Second).state;
            let expected = if expected == State::Bad {
                State::Warning
            } else {
                expected
            };
            assert_eq!(second, expected, "{texts:?}");
        }
    }
}
