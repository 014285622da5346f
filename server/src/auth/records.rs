//! Looks up the TXT records of DKIM and DMARC, and passes them to mail-auth as its cache.
//!
//! mail-auth uses the first record of a name that it can parse. The rules here decide which records count at all.

use std::{
    borrow::Borrow,
    collections::{HashMap, HashSet},
    hash::Hash,
    time::Instant,
};

use futures::future;
use mail_auth::{
    AuthenticatedMessage, DnsError, Error, ResolverCache, Txt,
    common::{
        parse::TxtRecordParser,
        resolver::ToFqdn,
        to_a_label,
        verify::{DomainKey, VerifySignature},
    },
    dmarc::{Dmarc, Psd},
};

use super::lookup::{Lookup, NoAnswer, name};

/// Most labels that RFC 9989 §4.10 checks after the author's own domain.
const LABELS_ABOVE: usize = 7;

/// Records by name in mail-auth's spelling: in lower case, with a dot at the end.
#[derive(Default)]
pub(super) struct Records(HashMap<Box<str>, Txt>);

impl Records {
    /// Looks up the keys of a message's signatures.
    pub async fn keys(lookup: Lookup<'_>, message: &AuthenticatedMessage<'_>) -> Self {
        let signatures = message.dkim_headers.iter();
        Self::of_keys(lookup, signatures.map(|field| field.header.domain_key())).await
    }

    /// Looks up the keys of all seals of a message, and of the newest signature among them (RFC 8617 §5.2).
    pub async fn chain_keys(lookup: Lookup<'_>, message: &AuthenticatedMessage<'_>) -> Self {
        let seals = message.as_headers.iter().map(|field| field.header.domain_key());
        let newest = message.ams_headers.last().map(|field| field.header.domain_key());
        Self::of_keys(lookup, seals.chain(newest)).await
    }

    async fn of_keys(lookup: Lookup<'_>, names: impl Iterator<Item = String>) -> Self {
        let names: HashSet<_> = names.map(|name| name.to_fqdn().into_owned()).collect();
        let questions = names.into_iter().map(|name| async {
            let key = lookup.texts(&name).await.map_or_else(no_answer, |texts| key(&texts));
            (name.into_boxed_str(), key)
        });
        Self(future::join_all(questions).await.into_iter().collect())
    }

    /// Looks up the policies of authors' domains, and those that tell whether others belong to the same organisation.
    pub async fn policies(lookup: Lookup<'_>, authors: &[&str], others: &[&str]) -> Self {
        let mut records = Self::default();
        let related = |other: &&&str| authors.iter().any(|author| may_be_aligned(author, other));
        for domain in authors.iter().chain(others.iter().filter(related)) {
            records.walk(lookup, &to_a_label(domain)).await;
        }
        records
    }

    /// Walks the DNS tree (RFC 9989 §4.10) from a domain up to its top-level domain, until a record marks the end.
    async fn walk(&mut self, lookup: Lookup<'_>, domain: &str) {
        let labels: Vec<&str> = domain.split('.').collect();
        if labels.len() < 2 || name(domain).is_none() {
            return;
        }
        let mut count = labels.len();
        while count > 0 {
            let above = labels.iter().skip(labels.len() - count).copied();
            let name = format!("_dmarc.{}.", above.collect::<Vec<_>>().join("."));
            let policy = match self.0.get(&*name) {
                Some(known) => known.clone(),
                None => lookup.texts(&name).await.map_or_else(no_answer, |texts| policy(&texts)),
            };
            let ends = match &policy {
                Txt::Dmarc(policy) => policy.psd != Psd::Default,
                Txt::Error(Error::Dns(DnsError::Resolver(_))) => true,
                _ => false,
            };
            self.0.insert(name.into_boxed_str(), policy);
            if ends {
                return;
            }
            count = (count - 1).min(LABELS_ABOVE);
        }
    }
}

/// Whether two different domains may have one organisation, because their last two labels are equal.
fn may_be_aligned(author: &str, other: &str) -> bool {
    let last = |domain: &str| {
        let domain = to_a_label(domain);
        let mut labels = domain.rsplit('.').map(str::to_owned);
        (labels.next(), labels.next())
    };
    !author.eq_ignore_ascii_case(other) && last(author) == last(other)
}

/// Returns mail-auth's value for a temporary failure.
fn no_answer(_: NoAnswer) -> Txt {
    Txt::Error(Error::Dns(DnsError::Resolver(String::new())))
}

/// Returns the first valid key, unless it is not for mail.
fn key(texts: &[Vec<u8>]) -> Txt {
    let mut found = Err(Error::Dns(DnsError::InvalidRecordType));
    for text in texts {
        found = DomainKey::parse(text);
        if found.is_ok() {
            return if is_for_mail(text) { found.into() } else { none() };
        }
    }
    found.into()
}

/// Whether a key may verify signatures with SHA-256 on mail (RFC 6376 §3.6.1: `h=` and `s=`).
fn is_for_mail(text: &[u8]) -> bool {
    allows(text, b"h", &[b"sha256"]) && allows(text, b"s", &[b"*", b"email"])
}

/// Whether a tag's list contains one of these names, or the tag is missing.
fn allows(text: &[u8], tag: &[u8], names: &[&[u8]]) -> bool {
    let tags = text.split(|octet| *octet == b';').filter_map(|each| {
        let at = memchr::memchr(b'=', each)?;
        Some((each.get(..at)?.trim_ascii(), each.get(at + 1..)?))
    });
    let mut lists = tags.filter(|(name, _)| *name == tag).map(|(_, list)| list);
    lists.all(|list| {
        let mut listed = list.split(|octet| *octet == b':').map(<[u8]>::trim_ascii);
        listed.any(|each| names.iter().any(|name| each.eq_ignore_ascii_case(name)))
    })
}

/// Returns mail-auth's value for a missing record.
fn none() -> Txt {
    Txt::Error(Error::Dns(DnsError::InvalidRecordType))
}

/// Returns the only policy of a name. If there are several, none counts (RFC 9989 §4.10).
fn policy(texts: &[Vec<u8>]) -> Txt {
    let read = texts.iter().map(|text| Dmarc::parse(text));
    let mut policies = read.filter(|read| !matches!(read, Err(Error::Dns(DnsError::InvalidRecordType))));
    match (policies.next(), policies.next()) {
        (Some(policy), None) => policy.into(),
        _ => none(),
    }
}

/// mail-auth looks up missing records itself.
impl ResolverCache<Box<str>, Txt> for Records {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.get(name).cloned()
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_say_what_they_are_for() {
        for text in [
            "p=AA",
            "v=DKIM1; h=sha256; p=AA",
            "v=DKIM1; h=sha1 : sha256; s=*; p=AA",
            "v=DKIM1;s= other : email ;p=AA",
            "h = sha256 ; s = * ; p=AA",
        ] {
            assert!(is_for_mail(text.as_bytes()), "{text}");
        }
        for text in [
            "v=DKIM1; h=sha1; p=AA",
            "h = sha1;p=AA",
            "v=DKIM1; s=tlsrpt; p=AA",
            "v=DKIM1; h=sha256; s=; p=AA",
            "s=emails:mail; p=AA",
        ] {
            assert!(!is_for_mail(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn two_policies_are_none() {
        let texts = |texts: &[&str]| -> Vec<Vec<u8>> { texts.iter().map(|text| text.as_bytes().to_vec()).collect() };
        let found = |each: &[&str]| policy(&texts(each));
        let one = "v=DMARC1; p=reject";
        assert!(matches!(found(&["v=spf1 -all", one, "p=none"]), Txt::Dmarc(_)));
        for several in [&[one, one][..], &[one, "v=DMARC1; p=odd"], &["v=spf1 -all"], &[]] {
            assert!(
                matches!(found(several), Txt::Error(Error::Dns(DnsError::InvalidRecordType))),
                "{several:?}"
            );
        }
        assert!(matches!(found(&["v=DMARC1; p=odd"]), Txt::Error(Error::ParseError)));
    }

    #[test]
    fn domains_of_one_organisation_share_two_labels() {
        for (author, other, expected) in [
            ("example.org", "mail.example.org", true),
            ("a.example.org", "B.Example.ORG", true),
            ("example.org", "Example.org", false),
            ("example.org", "example.net", false),
            ("example.org", "badexample.org", false),
            ("example.org", "", false),
        ] {
            assert_eq!(may_be_aligned(author, other), expected, "{author} {other}");
        }
    }
}
