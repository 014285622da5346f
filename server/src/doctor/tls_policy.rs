//! The MTA-STS record of a domain fits its policy (RFC 8461 §3.1), and reports on TLS go somewhere (RFC 8460 §3).

use super::{
    finding::{Check, Finding},
    tags, unanswered,
};
use crate::{
    config::{Config, StsMode},
    dns::LookUp,
    publish::{DomainRecords, YOUR_ADDRESS},
};

pub(super) async fn check(config: &Config, look_up: &LookUp, domain: &str) -> Vec<Finding> {
    let records = DomainRecords::new(config, domain);
    let (policy, host, reports) = tokio::join!(
        look_up.texts(&records.sts_name),
        look_up.addresses(&records.sts_host),
        look_up.texts(&records.tls_report_name)
    );
    let policy = match (policy, host) {
        (Ok(texts), Ok(addresses)) => judge_policy(&records, config.mta_sts, &texts, !addresses.is_empty()),
        (Err(error), _) | (_, Err(error)) => unanswered(Check::MtaSts, &records.sts_name, &error),
    };
    let reports = match reports {
        Ok(texts) => judge_reports(&records, &texts),
        Err(error) => unanswered(Check::TlsReports, &records.tls_report_name, &error),
    };
    vec![policy, reports]
}

fn judge_policy(records: &DomainRecords, mode: StsMode, texts: &[String], has_host: bool) -> Finding {
    let name = records.sts_name.as_str();
    let found = tags::of_version(texts, "STSv1");
    let publish = format!("Publish: {name}. TXT \"{}\"", records.sts);
    let is_same = |record: &&str| tags::value(record, "id") == tags::value(&records.sts, "id");
    match found.as_slice() {
        [] if mode == StsMode::None => Finding::good(Check::MtaSts, name, "MTA-STS is off"),
        [] => Finding::warning(
            Check::MtaSts,
            name,
            "there is no MTA-STS record",
            "Other servers do not insist on TLS, so an attacker on the way can read mail before it is sealed.",
            publish,
        ),
        [record] if !is_same(record) => Finding::warning(
            Check::MtaSts,
            name,
            "the id is not the one of the policy that the relay serves now",
            "Other servers go on with the policy that they know, which may name another mail host.",
            publish,
        ),
        [_] if !has_host => Finding::warning(
            Check::MtaSts,
            name,
            format!("{} has no address, so the policy cannot be read", records.sts_host),
            "Other servers do without the policy.",
            format!("Let {} lead to the web interface, by https.", records.sts_host),
        ),
        [_] => Finding::good(Check::MtaSts, name, "the record fits the policy"),
        _ => Finding::warning(
            Check::MtaSts,
            name,
            "there is more than one MTA-STS record",
            "More than one counts as none.",
            "Remove all but one.",
        ),
    }
}

fn judge_reports(records: &DomainRecords, texts: &[String]) -> Finding {
    let name = records.tls_report_name.as_str();
    let found = tags::of_version(texts, "TLSRPTv1");
    let to = found
        .first()
        .and_then(|record| tags::value(record, "rua"))
        .unwrap_or_default();
    if found.len() == 1 && !to.is_empty() && !to.contains(YOUR_ADDRESS) {
        return Finding::good(Check::TlsReports, name, format!("reports go to {to}"));
    }
    Finding::warning(
        Check::TlsReports,
        name,
        match found.len() {
            0 => "there is no record that asks for reports",
            1 => "the record names no address of yours",
            _ => "there is more than one record",
        },
        "Nobody tells you when other servers cannot use TLS with this relay.",
        format!(
            "Publish: {name}. TXT \"{}\", with an address of yours elsewhere.",
            records.tls_report
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    fn records() -> DomainRecords {
        DomainRecords {
            spf: "",
            dkim_name: String::new(),
            second_dkim_name: None,
            dmarc_name: String::new(),
            dmarc: "",
            sts_host: "mta-sts.example.org".into(),
            sts_name: "_mta-sts.example.org".into(),
            sts: "v=STSv1; id=1".into(),
            tls_report_name: "_smtp._tls.example.org".into(),
            tls_report: String::new(),
        }
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn the_id_must_be_that_of_the_policy() {
        for (mode, found, has_host, expected) in [
            (StsMode::None, vec![], false, State::Good),
            (StsMode::Testing, vec![], true, State::Warning),
            (StsMode::Testing, vec!["v=STSv1; id=2"], true, State::Warning),
            (StsMode::None, vec!["v=STSv1; id=2"], true, State::Warning),
            (
                StsMode::Testing,
                vec!["v=STSv1; id=1", "v=STSv1; id=2"],
                true,
                State::Warning,
            ),
            (StsMode::Testing, vec!["v=STSv1; id=1"], false, State::Warning),
            (StsMode::Enforce, vec!["v=STSv1; id=1;"], true, State::Good),
        ] {
            let state = judge_policy(&records(), mode, &texts(&found), has_host).state;
            assert_eq!(state, expected, "{mode:?} {found:?} {has_host}");
        }
    }

    #[test]
    fn reports_need_an_address_of_the_operator() {
        for (found, expected) in [
            (vec![], State::Warning),
            (vec!["v=TLSRPTv1; rua=mailto:YOUR-ADDRESS"], State::Warning),
            (vec!["v=TLSRPTv1"], State::Warning),
            (vec!["v=TLSRPTv1; rua=mailto:a@example.net"], State::Good),
        ] {
            assert_eq!(judge_reports(&records(), &texts(&found)).state, expected, "{found:?}");
        }
    }
}
