//! The DKIM record of a domain (RFC 6376 §3.6) has the public half of the key that signs.

use super::{
    finding::{Check, Finding},
    tags, unanswered,
};
use crate::{causes::chain, config::Config, dkim::DkimKey, dns::LookUp, publish::DomainRecords};

pub(super) async fn check(config: &Config, look_up: &LookUp, domain: &str) -> Vec<Finding> {
    let key = match DkimKey::open_existing(&config.dkim_key) {
        Ok(Some(key)) => key,
        Ok(None) => {
            let found = "there is no DKIM key yet; the relay makes one when it starts";
            return vec![Finding::not_checked(Check::Dkim, domain, found, PRINT)];
        }
        Err(error) => {
            let means = "The relay does not start, because it cannot sign mail.";
            let action = "Correct the file of the key, or SEALPOST_DKIM_KEY_FILE.";
            return vec![Finding::bad(Check::Dkim, domain, chain(&error), means, action)];
        }
    };
    let name = DomainRecords::new(config, domain).dkim_name;
    vec![match look_up.texts(&name).await {
        Ok(texts) => judge(&name, &texts, &key.public()),
        Err(error) => unanswered(Check::Dkim, &name, &error),
    }]
}

const PRINT: &str = "Run sealpost dns, and publish the DKIM record that it prints.";

fn judge(name: &str, texts: &[String], public: &str) -> Finding {
    let bad = |found: &str| {
        let means = "Signatures of the relay are not valid: providers refuse its mail, or take it for spam.";
        Finding::bad(Check::Dkim, name, found, means, PRINT)
    };
    // `v=` may be left out (RFC 6376 §3.6.1).
    let keys: Vec<_> = texts.iter().filter_map(|text| tags::value(text, "p")).collect();
    match keys.as_slice() {
        [] => bad("there is no DKIM record"),
        [key] if key == public => Finding::good(Check::Dkim, name, "the published key is the one that signs"),
        [key] if key.is_empty() => bad("the record says that the key is revoked"),
        [_] => bad("the published key is another one than the key that signs"),
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
                judge("s._domainkey.example.org", &texts, "KEY").state,
                expected,
                "{texts:?}"
            );
        }
    }
}
