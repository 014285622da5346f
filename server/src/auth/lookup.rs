//! Queries the DNS for SPF, DKIM and DMARC.
//!
//! A name that cannot exist (RFC 1035 §2.3.4) has no records. It is not looked up, and it is no failure, because no
//! later answer could differ.

use std::{borrow::Cow, net::IpAddr};

use hickory_resolver::{
    TokioResolver,
    net::NetError,
    proto::rr::{Name, RData, RecordType},
};

/// Asks a resolver.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a>(pub &'a TokioResolver);

/// A server did not answer, or said that it cannot (RFC 7208 §2.6.6). A later attempt may succeed.
#[derive(Debug, thiserror::Error)]
#[error("the DNS does not answer")]
pub(super) struct NoAnswer(#[source] NetError);

impl Lookup<'_> {
    /// Returns the TXT records of a name, each with its strings joined (RFC 7208 §3.3).
    pub async fn texts(&self, name: &str) -> Result<Vec<Vec<u8>>, NoAnswer> {
        let Some(name) = self::name(name) else {
            return Ok(Vec::new());
        };
        let found = self.ask(name, RecordType::TXT).await?.into_iter();
        Ok(found
            .filter_map(|data| match data {
                RData::TXT(text) => Some(text.txt_data.concat()),
                _ => None,
            })
            .collect())
    }

    /// Returns the addresses of a name, in the same family as `like`.
    pub async fn addresses(&self, name: Name, like: IpAddr) -> Result<Vec<IpAddr>, NoAnswer> {
        let kind = match like {
            IpAddr::V4(_) => RecordType::A,
            IpAddr::V6(_) => RecordType::AAAA,
        };
        let found = self.ask(name, kind).await?.into_iter();
        Ok(found
            .filter_map(|data| match data {
                RData::A(ip) if like.is_ipv4() => Some(IpAddr::V4(ip.0)),
                RData::AAAA(ip) if like.is_ipv6() => Some(IpAddr::V6(ip.0)),
                _ => None,
            })
            .collect())
    }

    /// Returns the mail hosts of a name.
    pub async fn mail_hosts(&self, name: Name) -> Result<Vec<Name>, NoAnswer> {
        let found = self.ask(name, RecordType::MX).await?.into_iter();
        Ok(found
            .filter_map(|data| match data {
                RData::MX(host) => Some(host.exchange),
                _ => None,
            })
            .collect())
    }

    /// Returns the names of an address.
    pub async fn names_of(&self, ip: IpAddr) -> Result<Vec<Name>, NoAnswer> {
        let found = self.ask(Name::from(ip), RecordType::PTR).await?.into_iter();
        Ok(found
            .filter_map(|data| match data {
                RData::PTR(name) => Some(name.0),
                _ => None,
            })
            .collect())
    }

    /// Returns the records, or none if the name or such a record does not exist.
    async fn ask(&self, name: Name, kind: RecordType) -> Result<Vec<RData>, NoAnswer> {
        match self.0.lookup(name, kind).await {
            Ok(found) => Ok(found.answers().iter().map(|record| record.data.clone()).collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(NoAnswer(error)),
        }
    }
}

/// Returns a name in DNS form, or `None` if it cannot exist. That is so if it has an empty label, a label of more than
/// 63 octets, or more than 255 octets in all. Labels may hold any octet (RFC 2181 §11).
pub(super) fn name(text: &str) -> Option<Name> {
    let ascii = if text.is_ascii() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(idna::domain_to_ascii(text).ok()?)
    };
    let labels = ascii.strip_suffix('.').unwrap_or(&ascii).split('.');
    // The resolver caches answers by the exact spelling of the name.
    Some(Name::from_labels(labels.map(str::as_bytes)).ok()?.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_exist_are_none() {
        let long = format!("{}.example", "a".repeat(64));
        let longer = "a.".repeat(128);
        for text in ["", ".", "a..b", ".a", "a..", long.as_str(), longer.as_str()] {
            assert_eq!(name(text), None, "{text}");
        }
        for text in [
            "a",
            "Mail.Example.",
            "[127.0.0.1]",
            "space mail%.example",
            "b\u{fc}ro.example",
        ] {
            assert!(name(text).is_some_and(|name| name.is_fqdn()), "{text}");
        }
        assert_eq!(name("b\u{fc}ro.example"), name("XN--BRO-HOA.example."));
    }
}
