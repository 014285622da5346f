//! Decides from the form of an outside address whether it can exist.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use app::address::OutsideAddress;

/// RFC 5321 §4.5.3.1.3, without the angle brackets: a longer address fits into no envelope.
const LONGEST_PATH: usize = 254;

/// RFC 1035 §2.3.4, without the length of the root.
const LONGEST_DOMAIN: usize = 253;

/// RFC 1035 §2.3.4.
const LONGEST_LABEL: usize = 63;

/// Never has a host (RFC 6761 §6.4).
const INVALID: &str = "invalid";

/// Whether mail can be sent to an address, as far as its form tells. A local part may be longer than the 64 octets of RFC 5321
/// §4.5.3.1.1: services that answer to such addresses are in use.
pub fn can_exist(address: &OutsideAddress) -> bool {
    address.as_str().len() <= LONGEST_PATH && (is_domain(address.domain()) || literal(address.domain()).is_some())
}

/// The domain as it is sent: in ASCII unless the local part needs SMTPUTF8 anyway (RFC 6531 §3.2).
pub fn wire_domain(address: &OutsideAddress) -> String {
    let ascii = idna::domain_to_ascii(address.domain());
    match ascii {
        Ok(ascii) if address.local().is_ascii() => ascii,
        _ => address.domain().to_owned(),
    }
}

/// The domain in ASCII (RFC 5890) and in lower case. A text that has no such form is returned as it is.
pub fn ascii_domain(domain: &str) -> String {
    idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_ascii_lowercase())
}

/// Whether a text has the form of a domain that may have hosts, in ASCII or not.
pub fn is_domain(text: &str) -> bool {
    let Ok(ascii) = idna::domain_to_ascii(text) else {
        return false;
    };
    let is_label = |label: &str| {
        let fits = label.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        (1..=LONGEST_LABEL).contains(&label.len()) && fits
    };
    ascii.len() <= LONGEST_DOMAIN && ascii.split('.').all(is_label) && ascii.rsplit('.').next() != Some(INVALID)
}

/// The address of an address literal (RFC 5321 §4.1.3).
pub fn literal(domain: &str) -> Option<IpAddr> {
    let inner = domain.strip_prefix('[')?.strip_suffix(']')?;
    match inner.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("ipv6:") => inner[5..].parse::<Ipv6Addr>().ok().map(IpAddr::from),
        _ => inner.parse::<Ipv4Addr>().ok().map(IpAddr::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_sent_in_ascii_if_the_local_part_is() {
        let written = |text: &str| wire_domain(&text.parse().unwrap());
        assert_eq!(written("ann@b\u{fc}cher.example"), "xn--bcher-kva.example");
        assert_eq!(written("\u{e4}nn@b\u{fc}cher.example"), "b\u{fc}cher.example");
        assert_eq!(written("ann@[192.0.2.1]"), "[192.0.2.1]");
    }

    #[test]
    fn a_domain_has_room_in_the_dns() {
        let labels = |last: usize| format!("{0}.{0}.{0}.{1}", "a".repeat(63), "b".repeat(last));
        assert!(is_domain(&labels(61)));
        assert!(!is_domain(&labels(62)));
    }

    #[test]
    fn the_form_tells_what_cannot_exist() {
        let long = format!("{}@svc.example", "a".repeat(100));
        let address = |text: &str| text.parse().unwrap();
        for fine in [
            "ann@example.org",
            "a..b@docomo.example",
            &long,
            "ann@[192.0.2.1]",
            "ann@[IPv6:2001:db8::1]",
            "ann@b\u{fc}cher.example",
            "ann@host_1.example",
            "ann@localhost",
        ] {
            assert!(can_exist(&address(fine)), "{fine}");
        }
        for none in [
            "ann@bank..test",
            "ann@.bank.test",
            "ann@unknown.invalid",
            "ann@[bank.test]",
            "ann@[999.0.0.1]",
            &format!("ann@{}.test", "a".repeat(64)),
            &format!("{}@x.test", "a".repeat(254)),
        ] {
            assert!(!can_exist(&address(none)), "{none}");
        }
    }
}
