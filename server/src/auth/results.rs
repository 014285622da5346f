//! Writes the findings as an Authentication-Results field (RFC 8601).

use super::finding::{Authentication, DkimOutcome, DmarcOutcome, Identity, Policy, SpfOutcome};
use crate::mail::header;

impl Authentication {
    /// Returns the field, folded and with CRLF. `authserv_id` is the relay's domain (RFC 8601 §2.5).
    pub fn results(&self, authserv_id: &str) -> String {
        let mut field = format!("{}: {authserv_id}", header::AUTHENTICATION_RESULTS);
        let name = match self.spf.identity {
            Identity::Helo => "smtp.helo",
            Identity::MailFrom => "smtp.mailfrom",
        };
        push(&mut field, "spf", spf(self.spf.outcome), &[(name, &self.spf.domain)]);
        for each in &self.dkim {
            let properties = [("header.d", &*each.domain), ("header.s", &*each.selector)];
            push(&mut field, "dkim", dkim(each.outcome), &properties);
        }
        if self.dkim.is_empty() {
            push(&mut field, "dkim", "none", &[]);
        }
        let properties = [
            ("header.from", &*self.dmarc.domain),
            ("policy.dmarc", policy(self.dmarc.policy)),
        ];
        let properties = match self.dmarc.outcome {
            DmarcOutcome::Pass | DmarcOutcome::Fail => &properties[..],
            DmarcOutcome::None | DmarcOutcome::PermError => &properties[..1],
        };
        push(&mut field, "dmarc", dmarc(self.dmarc.outcome), properties);
        if let Some(sealer) = &self.sealer {
            push(&mut field, "arc", "pass", &[("header.d", sealer)]);
        }
        field.push_str("\r\n");
        field
    }
}

fn push(field: &mut String, method: &str, result: &str, properties: &[(&str, &str)]) {
    field.push_str(&format!(";\r\n\t{method}={result}"));
    for (name, value) in properties {
        if is_plain(value) {
            field.push_str(&format!(" {name}={value}"));
        }
    }
}

/// Whether a value from the message can stand there without quotes, in the ASCII form of a domain. Other values are
/// omitted, not changed.
pub(super) fn is_plain(value: &str) -> bool {
    (1..=255).contains(&value.len()) && value.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
}

fn spf(outcome: SpfOutcome) -> &'static str {
    match outcome {
        SpfOutcome::Pass => "pass",
        SpfOutcome::Fail => "fail",
        SpfOutcome::SoftFail => "softfail",
        SpfOutcome::Neutral => "neutral",
        SpfOutcome::None => "none",
        SpfOutcome::PermError => "permerror",
        SpfOutcome::TempError => "temperror",
    }
}

fn dkim(outcome: DkimOutcome) -> &'static str {
    match outcome {
        DkimOutcome::Pass => "pass",
        DkimOutcome::Fail => "fail",
        DkimOutcome::Neutral => "neutral",
        DkimOutcome::PermError => "permerror",
        DkimOutcome::TempError => "temperror",
    }
}

fn dmarc(outcome: DmarcOutcome) -> &'static str {
    match outcome {
        DmarcOutcome::Pass => "pass",
        DmarcOutcome::Fail => "fail",
        DmarcOutcome::None => "none",
        DmarcOutcome::PermError => "permerror",
    }
}

fn policy(policy: Policy) -> &'static str {
    match policy {
        Policy::None => "none",
        Policy::Quarantine => "quarantine",
        Policy::Reject => "reject",
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::{Author, Dkim, Dmarc, Spf};
    use super::*;

    fn found() -> Authentication {
        Authentication {
            author: Author::Clear("bob@example.org".parse().unwrap()),
            fault: None,
            envelope: Some("example.org".into()),
            spf: Spf {
                outcome: SpfOutcome::Pass,
                identity: Identity::MailFrom,
                domain: "example.org".into(),
                aligned: true,
            },
            dkim: vec![Dkim {
                outcome: DkimOutcome::Fail,
                domain: "example.org".into(),
                selector: "s1".into(),
            }],
            dmarc: Dmarc {
                outcome: DmarcOutcome::Pass,
                domain: "example.org".into(),
                policy: Policy::Reject,
            },
            sealer: None,
            covered: None,
            ambiguous: false,
        }
    }

    #[test]
    fn each_method_has_its_line() {
        assert_eq!(
            found().results("relay.example"),
            "Authentication-Results: relay.example;\r\n\tspf=pass smtp.mailfrom=example.org;\r\n\
             \tdkim=fail header.d=example.org header.s=s1;\r\n\
             \tdmarc=pass header.from=example.org policy.dmarc=reject\r\n"
        );
        let sealed = Authentication {
            sealer: Some("lists.example".into()),
            ..found()
        };
        let field = sealed.results("relay.example");
        assert!(field.ends_with(";\r\n\tarc=pass header.d=lists.example\r\n"), "{field}");
        let mut none = found();
        none.dkim.clear();
        none.spf.outcome = SpfOutcome::None;
        none.spf.identity = Identity::Helo;
        none.dmarc.outcome = DmarcOutcome::None;
        assert_eq!(
            none.results("relay.example"),
            "Authentication-Results: relay.example;\r\n\tspf=none smtp.helo=example.org;\r\n\tdkim=none;\r\n\
             \tdmarc=none header.from=example.org\r\n"
        );
    }

    #[test]
    fn a_value_of_the_sender_cannot_add_a_result() {
        let mut forged = found();
        forged.spf.domain = "x; dkim=pass".into();
        forged.dkim[0].domain = "x\r\nBcc: y".into();
        forged.dkim[0].selector = "(".into();
        forged.dmarc.domain = "\u{e4}.example".into();
        assert_eq!(
            forged.results("relay.example"),
            "Authentication-Results: relay.example;\r\n\tspf=pass;\r\n\tdkim=fail;\r\n\tdmarc=pass policy.dmarc=reject\r\n"
        );
    }
}
