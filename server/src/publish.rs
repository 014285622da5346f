//! Lists the DNS records to publish for the domains, and writes the MTA-STS policy (RFC 8461) for the web interface.

use sha2::{Digest, Sha256};

use crate::{
    config::{Config, Destination, StsMode},
    dkim::{DkimKey, DkimKeyError},
    domains::Domains,
    key_file,
};

/// How long other servers cache the policy, in seconds.
const MAX_AGE: u32 = 604_800;

/// Octets of one string in a TXT record (RFC 1035 §3.3.14).
const LONGEST_STRING: usize = 255;

/// Stands for an address that only the operator knows.
pub const YOUR_ADDRESS: &str = "YOUR-ADDRESS";

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
    let second = config.second_dkim_key.as_ref();
    let second = second.map(|second| DkimKey::open(&second.key)).transpose()?;
    let domains = Domains::new(config.domain.clone(), config.other_domains.clone());
    let host = format!(
        "; The host that mail comes to. Put in its addresses; leave AAAA out where it has none.\n\
         {mx}. A YOUR-IPV4-ADDRESS\n\
         {mx}. AAAA YOUR-IPV6-ADDRESS\n",
        mx = config.mx
    );
    let greeting = match matches!(config.delivery, Destination::Mx) && domains.all().all(|domain| domain != config.mx) {
        true => format!(
            "; The relay introduces itself by this name, which receivers ask about when a report comes without a sender.\n\
             {}. TXT \"v=spf1 a -all\"\n",
            config.mx
        ),
        false => String::new(),
    };
    let host = host + &greeting;
    let each = domains
        .all()
        .map(|domain| domain_records(config, domain, &key, second.as_ref()));
    Ok(std::iter::once(host).chain(each).collect::<Vec<_>>().join("\n"))
}

/// The records of one domain: names without the dot at the end, and texts. Only the DKIM record needs a key.
pub struct DomainRecords {
    /// The text of the SPF record, at the domain itself.
    pub spf: &'static str,
    /// The name of the DKIM record.
    pub dkim_name: String,
    /// The name of the record of the second DKIM key, if there is one.
    pub second_dkim_name: Option<String>,
    /// The name of the DMARC record.
    pub dmarc_name: String,
    /// The text of the DMARC record.
    pub dmarc: &'static str,
    /// The host of the MTA-STS policy.
    pub sts_host: String,
    /// The name of the MTA-STS record.
    pub sts_name: String,
    /// The text of the MTA-STS record.
    pub sts: String,
    /// The name of the record that asks for reports on TLS.
    pub tls_report_name: String,
    /// The text of that record, with [`YOUR_ADDRESS`] in the place of the operator's address.
    pub tls_report: String,
}

impl DomainRecords {
    /// Returns the records of a domain. Mail host, key and policy are the same for all domains.
    pub fn new(config: &Config, domain: &str) -> Self {
        let policy = sts_policy(&config.mx, config.mta_sts);
        // RFC 8461 §3.1: a changed policy needs a new id.
        let id = hex::encode(&Sha256::digest(&policy)[..8]);
        Self {
            spf: "v=spf1 mx -all",
            dkim_name: format!("{}._domainkey.{domain}", config.dkim_selector),
            second_dkim_name: config
                .second_dkim_key
                .as_ref()
                .map(|second| format!("{}._domainkey.{domain}", second.selector)),
            dmarc_name: format!("_dmarc.{domain}"),
            dmarc: "v=DMARC1; p=reject",
            sts_host: format!("mta-sts.{domain}"),
            sts_name: format!("_mta-sts.{domain}"),
            sts: format!("v=STSv1; id={id}"),
            tls_report_name: format!("_smtp._tls.{domain}"),
            tls_report: format!("v=TLSRPTv1; rua=mailto:{YOUR_ADDRESS}"),
        }
    }
}

/// Writes the records of one domain.
fn domain_records(config: &Config, domain: &str, key: &DkimKey, second: Option<&DkimKey>) -> String {
    let mx = &config.mx;
    let policy = sts_policy(mx, config.mta_sts).replace("\r\n", "\n;   ");
    let dkim = txt_strings(&key.record());
    let DomainRecords {
        spf,
        dkim_name,
        second_dkim_name,
        dmarc_name,
        dmarc,
        sts_host,
        sts_name,
        sts,
        tls_report_name,
        tls_report,
    } = DomainRecords::new(config, domain);
    let second = second_dkim_name.zip(second).map_or_else(String::new, |(name, key)| {
        let text = txt_strings(&key.record());
        format!(
            "; DKIM: the second key, which signs nothing now. Publish it before a change of the key, and a week after it.\n\
             {name}. TXT {text}\n\n"
        )
    });
    format!(
        "; Mail for {domain} comes to this host.\n\
         {domain}. MX 10 {mx}.\n\n\
         ; SPF: who may send for the domain. With a smarthost, put what it asks for in the place of mx.\n\
         {domain}. TXT \"{spf}\"\n\n\
         ; DKIM: the key that all mail of the relay is signed with.\n\
         {dkim_name}. TXT {dkim}\n\n\
         {second}\
         ; DMARC: what neither SPF nor DKIM confirms is not from here.\n\
         {dmarc_name}. TXT \"{dmarc}\"\n\n\
         ; MTA-STS: other servers use TLS. The name must lead to the web interface, by https; the policy there is\n\
         ;   {policy}\n\
         {sts_host}. CNAME YOUR-WEB-HOST.\n\
         {sts_name}. TXT \"{sts}\"\n\n\
         ; Reports of failures with TLS, to an address of yours elsewhere.\n\
         {tls_report_name}. TXT \"{tls_report}\"\n"
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
