//! Lists the DNS records to publish for the domains, and writes the MTA-STS policy (RFC 8461) for the web interface.

use sha2::{Digest, Sha256};

use crate::{
    config::{Config, StsMode},
    dkim::{DkimKey, DkimKeyError},
    domains::Domains,
    key_file,
};

/// How long other servers cache the policy, in seconds.
const MAX_AGE: u32 = 604_800;

/// Octets of one string in a TXT record (RFC 1035 §3.3.14).
const LONGEST_STRING: usize = 255;

/// Why the records cannot be listed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The data folder cannot be created.
    #[error("the data folder {0} cannot be made")]
    Data(String, #[source] std::io::Error),
    /// The DKIM key.
    #[error("the DKIM key cannot be used")]
    Key(#[from] DkimKeyError),
}

/// Returns the policy for `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`.
pub fn sts_policy(mx: &str, mode: StsMode) -> String {
    let mode = match mode {
        StsMode::Testing => "testing",
        StsMode::Enforce => "enforce",
        StsMode::None => "none",
    };
    format!("version: STSv1\r\nmode: {mode}\r\nmx: {mx}\r\nmax_age: {MAX_AGE}\r\n")
}

/// Returns all DNS records of all domains as a zone file with comments. Creates the DKIM key if there is none.
pub fn records(config: &Config) -> Result<String, PublishError> {
    key_file::make_folder(&config.data)
        .map_err(|error| PublishError::Data(config.data.display().to_string(), error))?;
    let key = DkimKey::open(&config.dkim_key)?;
    let domains = Domains::new(config.domain.clone(), config.other_domains.clone());
    let host = format!(
        "; The host that mail comes to. Put in its addresses; leave AAAA out where it has none.\n\
         {mx}. A YOUR-IPV4-ADDRESS\n\
         {mx}. AAAA YOUR-IPV6-ADDRESS\n",
        mx = config.mx
    );
    let each = domains.all().map(|domain| domain_records(config, domain, &key));
    Ok(std::iter::once(host).chain(each).collect::<Vec<_>>().join("\n"))
}

/// Returns the records of one domain. Mail host, key and policy are the same for all domains.
fn domain_records(config: &Config, domain: &str, key: &DkimKey) -> String {
    let (mx, selector) = (&config.mx, &config.dkim_selector);
    let policy = sts_policy(mx, config.mta_sts);
    // RFC 8461 §3.1: a changed policy needs a new id.
    let id = hex::encode(&Sha256::digest(&policy)[..8]);
    let dkim = txt_strings(&format!("v=DKIM1; k=rsa; p={}", key.public()));
    let policy = policy.replace("\r\n", "\n;   ");
    format!(
        "; Mail for {domain} comes to this host.\n\
         {domain}. MX 10 {mx}.\n\n\
         ; SPF: who may send for the domain. With a smarthost, put what it asks for in the place of mx.\n\
         {domain}. TXT \"v=spf1 mx -all\"\n\n\
         ; DKIM: the key that all mail of the relay is signed with.\n\
         {selector}._domainkey.{domain}. TXT {dkim}\n\n\
         ; DMARC: what neither SPF nor DKIM confirms is not from here.\n\
         _dmarc.{domain}. TXT \"v=DMARC1; p=reject\"\n\n\
         ; MTA-STS: other servers use TLS. The name must lead to the web interface, by https; the policy there is\n\
         ;   {policy}\n\
         mta-sts.{domain}. CNAME YOUR-WEB-HOST.\n\
         _mta-sts.{domain}. TXT \"v=STSv1; id={id}\"\n\n\
         ; Reports of failures with TLS, to an address of yours elsewhere.\n\
         _smtp._tls.{domain}. TXT \"v=TLSRPTv1; rua=mailto:YOUR-ADDRESS\"\n"
    )
    .replace("\n;   \n", "\n")
}

/// Splits a text into the strings of a TXT record. A long text needs several (RFC 6376 §3.6.2.2).
fn txt_strings(text: &str) -> String {
    let strings = text.as_bytes().chunks(LONGEST_STRING);
    let quoted: Vec<_> = strings
        .map(|string| format!("\"{}\"", String::from_utf8_lossy(string)))
        .collect();
    quoted.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_into_strings() {
        assert_eq!(txt_strings("a; b"), "\"a; b\"");
        let long = txt_strings(&"x".repeat(300));
        assert_eq!(
            long.split(' ').map(|each| each.len() - 2).collect::<Vec<_>>(),
            [255, 45]
        );
    }
}
