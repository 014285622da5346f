//! The DMARC record of a domain (RFC 9989 §4.7) exists once and has a policy.

use super::{
    finding::{Check, Finding},
    tags, unanswered,
};
use crate::{config::Config, dns::LookUp, publish::DomainRecords};

pub(super) async fn check(config: &Config, look_up: &LookUp, domain: &str) -> Vec<Finding> {
    let records = DomainRecords::new(config, domain);
    let name = records.dmarc_name;
    vec![match look_up.texts(&name).await {
        Ok(texts) => judge(&name, &texts, records.dmarc),
        Err(error) => unanswered(Check::Dmarc, &name, &error),
    }]
}

fn judge(name: &str, texts: &[String], expected: &str) -> Finding {
    let publish = format!("Publish: {name}. TXT \"{expected}\"");
    let warning =
        |found: String, means: &str, action: String| Finding::warning(Check::Dmarc, name, found, means, action);
    let records = tags::of_version(texts, "DMARC1");
    let policy = match records.as_slice() {
        [] => {
            let means = "Large providers take mail from domains without DMARC for spam more often, and others can forge the domain.";
            return warning("there is no DMARC record".to_owned(), means, publish);
        }
        [record] => tags::value(record, "p").unwrap_or_default().to_ascii_lowercase(),
        several => {
            let found = format!("there are {} DMARC records", several.len());
            return warning(found, "More than one counts as none.", "Remove all but one.".to_owned());
        }
    };
    match policy.as_str() {
        "reject" | "quarantine" => Finding::good(Check::Dmarc, name, format!("the policy is {policy}")),
        "none" => {
            let found = "the policy is none: nothing is refused".to_owned();
            warning(found, "Others can forge the domain.", publish)
        }
        _ => {
            let found = format!("the policy is not one that exists: \"{policy}\"");
            warning(found, "Such a record counts as p=none at best.", publish)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn one_record_with_a_policy_that_refuses_is_good() {
        for (texts, expected) in [
            (vec![], State::Warning),
            (vec!["v=spf1 -all"], State::Warning),
            (vec!["v=DMARC1; p=reject", "v=DMARC1; p=none"], State::Warning),
            (vec!["v=DMARC1; p=none"], State::Warning),
            (vec!["v=DMARC1; p=rejct"], State::Warning),
            (vec!["v=DMARC1; rua=mailto:a@example.org"], State::Warning),
            (vec!["v=DMARC1;p=Quarantine"], State::Good),
            (vec!["v=DMARC1; p=reject", "hello"], State::Good),
        ] {
            let texts: Vec<_> = texts.into_iter().map(str::to_owned).collect();
            assert_eq!(judge("_dmarc.example.org", &texts, "x").state, expected, "{texts:?}");
        }
    }
}
