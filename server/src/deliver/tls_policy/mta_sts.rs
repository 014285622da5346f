//! Reads MTA-STS records and policies (RFC 8461 §3).

use std::time::Duration;

/// Most `mx` lines of a policy. Large providers have five to ten.
const MOST_HOSTS: usize = 64;
/// The longest `max_age` (RFC 8461 §3.2).
const LONGEST_AGE: u64 = 31_557_600;
/// The longest id of a record (RFC 8461 §3.1).
const LONGEST_ID: usize = 32;
/// The longest name of a host in the DNS (RFC 1035 §2.3.4).
const LONGEST_NAME: usize = 253;

/// The wish of a domain for the hosts that its mail goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::deliver) struct Policy {
    pub mode: Mode,
    /// How long it applies after it was fetched.
    pub max_age: Duration,
    /// Names of mail hosts. The first label may be `*`.
    hosts: Vec<String>,
}

/// How a policy wants to be applied (RFC 8461 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::deliver) enum Mode {
    /// Deliver to a host that satisfies the policy, or not at all.
    Enforce,
    /// Deliver anyway, and report.
    Testing,
    /// Deliver as if there were no policy.
    None,
}

/// Why a policy cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::deliver) enum PolicyError {
    /// It is not text.
    #[error("it is not text")]
    NotText,
    /// It is not of version STSv1.
    #[error("it is not of version STSv1")]
    Version,
    /// The mode is missing or unknown.
    #[error("its mode is not known")]
    Mode,
    /// `max_age` is missing or not a number.
    #[error("its max_age is not a number")]
    MaxAge,
    /// It names no host although its mode needs one, or too many, or one that cannot be.
    #[error("its mx lines are not valid")]
    Hosts,
}

/// Returns the id in the TXT records of `_mta-sts`. A domain with none, or more than one, has no policy (RFC 8461 §3.1).
pub(in crate::deliver) fn id_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut records = texts.into_iter().filter_map(|text| {
        let (version, fields) = text.split_once(';')?;
        (version.trim_end() == "v=STSv1").then_some(fields)
    });
    let fields = records.next()?;
    if records.next().is_some() {
        return None;
    }
    let mut fields = fields.split(';').filter_map(|field| field.split_once('='));
    let (_, id) = fields.find(|(name, _)| name.trim() == "id")?;
    let id = id.trim();
    let is_valid = (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|octet| octet.is_ascii_alphanumeric());
    is_valid.then_some(id)
}

impl Policy {
    /// Reads a policy (RFC 8461 §3.2). Of a field that occurs more than once the first counts, except `mx`.
    ///
    /// # Errors
    /// It is not a policy that can be applied.
    pub fn parse(text: &[u8]) -> Result<Self, PolicyError> {
        let text = std::str::from_utf8(text).map_err(|_| PolicyError::NotText)?;
        let fields = || {
            let lines = text.lines().filter_map(|line| line.split_once(':'));
            lines.map(|(name, value)| (name.trim(), value.trim()))
        };
        let field = |wanted| fields().find(|(name, _)| *name == wanted).map(|(_, value)| value);
        if field("version") != Some("STSv1") {
            return Err(PolicyError::Version);
        }
        let mode = match field("mode") {
            Some("enforce") => Mode::Enforce,
            Some("testing") => Mode::Testing,
            Some("none") => Mode::None,
            _ => return Err(PolicyError::Mode),
        };
        let max_age = field("max_age").and_then(|value| value.parse::<u64>().ok());
        let max_age = max_age.ok_or(PolicyError::MaxAge)?.min(LONGEST_AGE);
        let hosts = fields().filter(|(name, _)| *name == "mx").map(|(_, host)| host);
        let hosts: Vec<_> = hosts.take(MOST_HOSTS + 1).map(normalize).collect();
        let is_empty = hosts.is_empty() && mode != Mode::None;
        if is_empty || hosts.len() > MOST_HOSTS || !hosts.iter().all(|host| is_pattern(host)) {
            return Err(PolicyError::Hosts);
        }
        Ok(Self {
            mode,
            max_age: Duration::from_secs(max_age),
            hosts,
        })
    }

    /// Whether the policy names a mail host (RFC 8461 §4.1). A `*` stands for exactly one label.
    pub fn names(&self, host: &str) -> bool {
        let host = normalize(host);
        self.hosts.iter().any(|pattern| match pattern.strip_prefix("*.") {
            Some(parent) => host
                .split_once('.')
                .is_some_and(|(label, rest)| !label.is_empty() && rest == parent),
            None => *pattern == host,
        })
    }
}

fn normalize(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

fn is_pattern(pattern: &str) -> bool {
    let name = pattern.strip_prefix("*.").unwrap_or(pattern);
    let is_label = |label: &str| {
        let is_known = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_';
        !label.is_empty() && label.bytes().all(is_known)
    };
    pattern.len() <= LONGEST_NAME && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\n\
                        mx: backupmx.example.com\r\nmax_age: 604800\r\n";

    #[test]
    fn the_example_of_the_rfc_is_read() {
        let policy = Policy::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(policy.mode, Mode::Enforce);
        assert_eq!(policy.max_age, Duration::from_secs(604_800));
        for (host, expected) in [
            ("mail.example.com", true),
            ("MAIL.Example.COM.", true),
            ("mx.example.net", true),
            ("a.mx.example.net", false),
            ("example.net", false),
            (".example.net", false),
            ("mail.example.com.evil.example", false),
            ("evilmail.example.com", false),
        ] {
            assert_eq!(policy.names(host), expected, "{host}");
        }
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        for (from, to, expected) in [
            ("version: STSv1", "version: STSv2", PolicyError::Version),
            ("version: STSv1\r\n", "", PolicyError::Version),
            ("enforce", "strict", PolicyError::Mode),
            ("604800", "-1", PolicyError::MaxAge),
            ("604800", "a week", PolicyError::MaxAge),
            ("*.example.net", "mx.*.example.net", PolicyError::Hosts),
            ("*.example.net", "*", PolicyError::Hosts),
            ("*.example.net", "", PolicyError::Hosts),
        ] {
            let text = GOOD.replace(from, to);
            assert_eq!(Policy::parse(text.as_bytes()), Err(expected), "{text}");
        }
        let nobody = b"version: STSv1\nmode: enforce\nmax_age: 1\n";
        assert_eq!(Policy::parse(nobody), Err(PolicyError::Hosts));
        let many = format!("{GOOD}{}", "mx: a.example\n".repeat(MOST_HOSTS));
        assert_eq!(Policy::parse(many.as_bytes()), Err(PolicyError::Hosts));
        assert_eq!(Policy::parse(b"\xff"), Err(PolicyError::NotText));
    }

    #[test]
    fn ages_are_bounded_and_unknown_fields_ignored() {
        let text = "version:STSv1\nfuture: x\nmode:none\nmode: enforce\nmax_age: 99999999999";
        let policy = Policy::parse(text.as_bytes()).unwrap();
        assert_eq!(policy.mode, Mode::None);
        assert_eq!(policy.max_age, Duration::from_secs(LONGEST_AGE));
    }

    #[test]
    fn a_domain_has_one_record_or_none() {
        for (texts, expected) in [
            (vec!["v=STSv1; id=20160831085700Z;"], Some("20160831085700Z")),
            (vec!["other", "v=STSv1;id=1"], Some("1")),
            (vec!["v=STSv1; x=2; id=1"], Some("1")),
            (vec!["v=STSv1; id=1", "v=STSv1; id=2"], None),
            (vec!["v=STSv1; id="], None),
            (vec!["v=STSv1; id=a-b"], None),
            (vec!["v=STSv10; id=1"], None),
            (vec!["v=STSv1"], None),
            (vec![], None),
        ] {
            assert_eq!(id_of(texts.iter().copied()), expected, "{texts:?}");
        }
        let long = format!("v=STSv1; id={}", "1".repeat(LONGEST_ID + 1));
        assert_eq!(id_of([long.as_str()]), None);
    }
}
