//! Parses SPF records strictly by the grammar of RFC 7208 §12.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use super::{super::finding::SpfOutcome, error::Broken, macros::Template};

/// The beginning of every record, in either case (RFC 5234 §2.3).
const VERSION: &[u8] = b"v=spf1";

/// A valid record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub directives: Vec<Directive>,
    /// The domain whose record applies if no directive matches (§6.1).
    pub redirect: Option<Template>,
}

/// A mechanism, and its result if it matches (§4.6.2).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directive {
    pub outcome: SpfOutcome,
    pub mechanism: Mechanism,
}

/// §5
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    All,
    Include(Template),
    A(Hosts),
    Mx(Hosts),
    /// The domain, by default the record's own.
    Ptr(Option<Template>),
    Ip4(Ipv4Net),
    Ip6(Ipv6Net),
    Exists(Template),
}

/// The networks around the addresses of a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hosts {
    /// The domain, or `None` for the record's own.
    pub domain: Option<Template>,
    /// Bits of an IPv4 network, 0 to 32.
    pub ip4: u8,
    /// Bits of an IPv6 network, 0 to 128.
    pub ip6: u8,
}

/// Whether a TXT record is an SPF record (§4.5).
pub(super) fn is_spf(text: &[u8]) -> bool {
    text.split_at_checked(VERSION.len()).is_some_and(|(version, rest)| {
        version.eq_ignore_ascii_case(VERSION) && matches!(rest.first(), None | Some(b' '))
    })
}

impl Record {
    /// Parses a TXT record that [`is_spf`].
    pub fn parse(text: &[u8]) -> Result<Self, Broken> {
        let terms = text.get(VERSION.len()..).unwrap_or_default();
        if !terms.iter().all(|octet| matches!(octet, b' '..=b'~')) {
            return Err(Broken::Characters);
        }
        let terms = str::from_utf8(terms).map_err(|_| Broken::Characters)?;
        let mut record = Self {
            directives: Vec::new(),
            redirect: None,
        };
        let mut explained = false;
        for term in terms.split(' ').filter(|term| !term.is_empty()) {
            match modifier(term) {
                Some((name, value)) if name.eq_ignore_ascii_case("redirect") => {
                    let before = record.redirect.replace(Template::domain_spec(value)?);
                    if before.is_some() {
                        return Err(Broken::Twice);
                    }
                }
                Some((name, value)) if name.eq_ignore_ascii_case("exp") => {
                    Template::domain_spec(value)?;
                    if explained {
                        return Err(Broken::Twice);
                    }
                    explained = true;
                }
                // §6: unknown modifiers are ignored, but must be well-formed.
                Some((_, value)) => drop(Template::parse(value)?),
                None => record.directives.push(Directive::parse(term)?),
            }
        }
        Ok(record)
    }
}

/// `name=value`
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let inside = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(inside)).then_some((name, value))
}

impl Directive {
    fn parse(term: &str) -> Result<Self, Broken> {
        let (outcome, mechanism) = match term.split_at_checked(1) {
            Some(("+", rest)) => (SpfOutcome::Pass, rest),
            Some(("-", rest)) => (SpfOutcome::Fail, rest),
            Some(("~", rest)) => (SpfOutcome::SoftFail, rest),
            Some(("?", rest)) => (SpfOutcome::Neutral, rest),
            _ => (SpfOutcome::Pass, term),
        };
        let mechanism = Mechanism::parse(mechanism)?;
        Ok(Self { outcome, mechanism })
    }
}

impl Mechanism {
    fn parse(text: &str) -> Result<Self, Broken> {
        let end = text.find([':', '/']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let value = rest.strip_prefix(':');
        Ok(match (name.to_ascii_lowercase().as_str(), value) {
            ("all", None) if rest.is_empty() => Self::All,
            ("include", Some(value)) => Self::Include(Template::domain_spec(value)?),
            ("exists", Some(value)) => Self::Exists(Template::domain_spec(value)?),
            ("ptr", Some(value)) => Self::Ptr(Some(Template::domain_spec(value)?)),
            ("ptr", None) if rest.is_empty() => Self::Ptr(None),
            ("a", _) => Self::A(Hosts::parse(rest)?),
            ("mx", _) => Self::Mx(Hosts::parse(rest)?),
            ("ip4", Some(value)) => Self::Ip4(ip4(value)?),
            ("ip6", Some(value)) => Self::Ip6(ip6(value)?),
            _ => return Err(Broken::Term),
        })
    }
}

impl Hosts {
    /// `[":" domain-spec] ["/" ip4] ["//" ip6]`
    fn parse(text: &str) -> Result<Self, Broken> {
        let (text, ip6) = prefix(text, "//", 128)?;
        let (text, ip4) = prefix(text, "/", 32)?;
        let domain = match text.strip_prefix(':') {
            Some(domain) => Some(Template::domain_spec(domain)?),
            None if text.is_empty() => None,
            None => return Err(Broken::Network),
        };
        Ok(Self { domain, ip4, ip6 })
    }
}

/// Removes a prefix length from the end. A domain may contain a slash, but not before its last digits only.
fn prefix<'a>(text: &'a str, mark: &str, most: u8) -> Result<(&'a str, u8), Broken> {
    match text.rsplit_once(mark) {
        Some((before, bits)) if !bits.is_empty() && bits.bytes().all(|octet| octet.is_ascii_digit()) => {
            Ok((before, bits_of(bits, most)?))
        }
        _ => Ok((text, most)),
    }
}

/// Parses a number without leading zeros.
fn bits_of(text: &str, most: u8) -> Result<u8, Broken> {
    let plain = text == "0" || text.starts_with(|c: char| ('1'..='9').contains(&c));
    let bits = text.parse().ok().filter(|bits| plain && *bits <= most);
    bits.ok_or(Broken::Network)
}

fn ip4(text: &str) -> Result<Ipv4Net, Broken> {
    let (address, bits) = network(text, 32)?;
    let address: Ipv4Addr = address.parse().map_err(|_| Broken::Network)?;
    Ipv4Net::new(address, bits).map_err(|_| Broken::Network)
}

fn ip6(text: &str) -> Result<Ipv6Net, Broken> {
    let (address, bits) = network(text, 128)?;
    let address: Ipv6Addr = address.parse().map_err(|_| Broken::Network)?;
    Ipv6Net::new(address, bits).map_err(|_| Broken::Network)
}

fn network(text: &str, most: u8) -> Result<(&str, u8), Broken> {
    match text.split_once('/') {
        Some((address, bits)) => Ok((address, bits_of(bits, most)?)),
        None => Ok((text, most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(terms: &str) -> Result<Record, Broken> {
        Record::parse(format!("v=spf1 {terms}").as_bytes())
    }

    #[test]
    fn records_of_spf_are_told_from_others() {
        for text in ["v=spf1", "V=sPf1 -all", "v=spf1 "] {
            assert!(is_spf(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "v=spf",
            "v=spf10",
            "v=spf1-all",
            "v=spf2.0/pra -all",
            " v=spf1",
            "v=spf1\t-all",
        ] {
            assert!(!is_spf(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn every_term_has_its_place() {
        let record = parse(
            "A mx/24 -mx:m.example//64 a:x/y.example/8//0 ptr ?ptr:e.example ~exists:%{i}.e.example \
             ip4:192.0.2.0/24 ip6:2001:db8::/32 include:i.example moo.cow-far_out=man:dog/cat exp=e.example \
             redirect=_spf.%{d} -ALL",
        );
        let record = record.unwrap();
        let template = |text: &str| Template::domain_spec(text).unwrap();
        let hosts = |domain: Option<&str>, ip4, ip6| Hosts {
            domain: domain.map(template),
            ip4,
            ip6,
        };
        let expected = [
            (SpfOutcome::Pass, Mechanism::A(hosts(None, 32, 128))),
            (SpfOutcome::Pass, Mechanism::Mx(hosts(None, 24, 128))),
            (SpfOutcome::Fail, Mechanism::Mx(hosts(Some("m.example"), 32, 64))),
            (SpfOutcome::Pass, Mechanism::A(hosts(Some("x/y.example"), 8, 0))),
            (SpfOutcome::Pass, Mechanism::Ptr(None)),
            (SpfOutcome::Neutral, Mechanism::Ptr(Some(template("e.example")))),
            (SpfOutcome::SoftFail, Mechanism::Exists(template("%{i}.e.example"))),
            (SpfOutcome::Pass, Mechanism::Ip4("192.0.2.0/24".parse().unwrap())),
            (SpfOutcome::Pass, Mechanism::Ip6("2001:db8::/32".parse().unwrap())),
            (SpfOutcome::Pass, Mechanism::Include(template("i.example"))),
            (SpfOutcome::Fail, Mechanism::All),
        ];
        assert_eq!(record.directives.len(), expected.len());
        for (found, (outcome, mechanism)) in record.directives.into_iter().zip(expected) {
            assert_eq!(found, Directive { outcome, mechanism });
        }
        assert_eq!(record.redirect, Some(template("_spf.%{d}")));
        assert_eq!(parse("").unwrap().directives, []);
    }

    #[test]
    fn one_error_breaks_a_record() {
        for (terms, broken) in [
            ("a:ex\u{e4}mple.org", Broken::Characters),
            ("a:e.example\rptr", Broken::Characters),
            ("ip4:192.0.2.5\n", Broken::Characters),
            ("-all\0", Broken::Characters),
            ("-all\t", Broken::Characters),
            ("nothing", Broken::Term),
            ("all:e.example", Broken::Term),
            ("all/8", Broken::Term),
            ("include", Broken::Term),
            ("exists/24", Broken::Term),
            ("ptr/24", Broken::Term),
            ("redirect:e.example", Broken::Term),
            ("--all", Broken::Term),
            ("-redirect=e.example", Broken::Term),
            ("1up=foo", Broken::Term),
            ("=all", Broken::Term),
            ("ip4", Broken::Term),
            ("ip4:192.0.2.1/33", Broken::Network),
            ("ip4:192.0.2.1/032", Broken::Network),
            ("ip4:192.0.2.1/", Broken::Network),
            ("ip4:192.0.2.1//32", Broken::Network),
            ("ip4:192.0.2", Broken::Network),
            ("ip4:192.0.2.01", Broken::Network),
            ("ip6:2001:db8::/129", Broken::Network),
            ("ip6:192.0.2.1", Broken::Network),
            ("a/33", Broken::Network),
            ("a/+8", Broken::Network),
            ("a//129", Broken::Network),
            ("a/24/64", Broken::Network),
            ("mx//64/24", Broken::Network),
            ("a/", Broken::Network),
            ("a:", Broken::DomainSpec),
            ("a:e.example/", Broken::DomainSpec),
            ("a:e.example:8080", Broken::DomainSpec),
            ("a:111.222.33.44", Broken::DomainSpec),
            ("include:e.example/24", Broken::DomainSpec),
            ("exp=-all", Broken::DomainSpec),
            ("redirect=-all", Broken::DomainSpec),
            ("exists:%(i).e.example", Broken::Macro),
            ("moo=%x", Broken::Macro),
            ("redirect=a.example redirect=b.example", Broken::Twice),
            ("exp=a.example EXP=b.example", Broken::Twice),
        ] {
            assert_eq!(
                parse(&format!("ip4:192.0.2.1 {terms} ~all")).unwrap_err(),
                broken,
                "{terms}"
            );
        }
    }
}
