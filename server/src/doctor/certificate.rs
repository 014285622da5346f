//! The certificate of the SMTP receiver is valid, names the mail host, fits its key, and is of a CA that is trusted.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    client::{WebPkiServerVerifier, danger::ServerCertVerifier, verify_server_name},
    pki_types::{
        CertificateDer, ServerName, UnixTime,
        pem::{self, PemObject},
    },
    server::ParsedCertificate,
};
use time::{Duration, OffsetDateTime};
use x509_cert::{Certificate, der::Decode};

use super::finding::{Check, Finding};
use crate::{
    acme,
    causes::chain,
    clock::{Clock, SystemClock},
    config::{Config, StsMode},
    tls::{Tls, trusted_roots},
};

/// How long before its end a certificate should have been renewed at the latest. Let's Encrypt's of 90 days are renewed 30 days before.
const SOON: Duration = Duration::days(14);

/// Whether a certificate ends soon. One that lives for days only is renewed in its last third, as all are.
pub(super) fn ends_soon(begins: OffsetDateTime, ends: OffsetDateTime, now: OffsetDateTime) -> bool {
    now + SOON.min((ends - begins) / 6) > ends
}

/// What matters of a certificate.
#[derive(Clone, Copy, Debug)]
struct Facts {
    is_self_signed: bool,
    names_host: bool,
    is_untrusted: bool,
    begins: OffsetDateTime,
    ends: OffsetDateTime,
}

/// Why a certificate could not be read.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("the file cannot be read")]
    File(#[from] std::io::Error),
    #[error("the file has no certificate in PEM form")]
    Pem(#[from] pem::Error),
    #[error("the certificate cannot be read")]
    Certificate(#[from] x509_cert::der::Error),
    #[error("the file has no certificate")]
    Empty,
}

pub(super) fn check(config: &Config) -> Vec<Finding> {
    let (certificate, key) = match &config.tls {
        Some(files) => (files.certificate.clone(), files.key.clone()),
        None => files_of_our_own(config),
    };
    let of = certificate.display().to_string();
    if config.acme.is_some() && certificate != acme::certificate_file_in(&config.data) {
        return vec![Finding::bad(
            Check::Certificate,
            of,
            "the CA has given no certificate yet",
            "Browsers refuse the web interface. Servers that know your MTA-STS policy may not deliver.",
            "Look at the addresses of the names, and at port 80, or 443 with SEALPOST_ACME_CHALLENGE=tls-alpn-01: the CA has to \
             reach the relay there from outside. The log has what the CA answered, and when it is asked again.",
        )];
    }
    if config.tls.is_none() && !certificate.exists() {
        let found = "the relay makes a self-signed certificate when it starts";
        return vec![Finding::not_checked(Check::Certificate, of, found, "")];
    }
    if let Err(error) = Tls::from_files(&certificate, &key) {
        return vec![Finding::bad(
            Check::Certificate,
            of,
            chain(&error),
            "The relay does not start, or goes on with the certificate before.",
            "Give it the chain and the key of one certificate, in PEM form, in files that its user can read.",
        )];
    }
    vec![match read(&certificate, &config.mx) {
        Ok(facts) => judge(&of, &config.mx, facts, config.mta_sts, SystemClock.now()),
        Err(error) => Finding::not_checked(Check::Certificate, of, chain(&error), ""),
    }]
}

/// The certificate of a CA, once there is one, and the self-signed one before.
pub(super) fn files_of_our_own(config: &Config) -> (PathBuf, PathBuf) {
    let issued = acme::certificate_file_in(&config.data);
    match config.acme.is_some() && issued.exists() {
        true => (issued.clone(), issued),
        false => Tls::self_signed_files(&config.data),
    }
}

fn read(file: &Path, host: &str) -> Result<Facts, ReadError> {
    // The key may stand in the same file, as in that of the relay's own.
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&fs::read(file)?).collect::<Result<_, _>>()?;
    let (der, others) = chain.split_first().ok_or(ReadError::Empty)?;
    let leaf = Certificate::from_der(der)?;
    let tbs = leaf.tbs_certificate();
    let name = ServerName::try_from(host);
    let names_host = match (ParsedCertificate::try_from(der), &name) {
        (Ok(parsed), Ok(name)) => verify_server_name(&parsed, name).is_ok(),
        _ => false,
    };
    let moment = |time: x509_cert::time::Time| OffsetDateTime::UNIX_EPOCH + time.to_unix_duration();
    Ok(Facts {
        is_self_signed: tbs.issuer() == tbs.subject(),
        names_host,
        is_untrusted: name.is_ok_and(|name| is_untrusted(der, others, &name)),
        begins: moment(tbs.validity().not_before),
        ends: moment(tbs.validity().not_after),
    })
}

/// Whether a certificate does not lead to a CA that this system trusts. A system that trusts none cannot tell.
fn is_untrusted(leaf: &CertificateDer<'_>, others: &[CertificateDer<'_>], name: &ServerName<'_>) -> bool {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let roots = Arc::new(trusted_roots());
    let Ok(verifier) = WebPkiServerVerifier::builder_with_provider(roots, provider).build() else {
        return false;
    };
    // Its dates and names are judged before.
    verifier
        .verify_server_cert(leaf, others, name, &[], UnixTime::now())
        .is_err()
}

fn judge(of: &str, host: &str, facts: Facts, mode: StsMode, now: OffsetDateTime) -> Finding {
    // Without MTA-STS other servers use TLS whatever the certificate is (RFC 7435).
    let is_enforced = mode == StsMode::Enforce;
    let means = match is_enforced {
        true => {
            "Servers that know your MTA-STS policy do not deliver: it demands a valid certificate (SEALPOST_MTA_STS=enforce)."
        }
        false => "Mail arrives, and an attacker on the way can read it before it is sealed.",
    };
    let warning = |found: String, action: String| {
        Finding::warning(Check::Certificate, of, found, means, action).bad_if(is_enforced)
    };
    let renew = "Renew it, and look why it was not renewed by itself. A new file is read without a restart.";
    let ends = facts.ends.date();
    if facts.is_self_signed {
        let action = format!(
            "Get a certificate for {host}, for example with Certbot, and name its files in SEALPOST_TLS_CERTIFICATE and SEALPOST_TLS_KEY."
        );
        return warning(
            "it is self-signed, so it proves nothing about the host".to_owned(),
            action,
        );
    }
    if now > facts.ends {
        return Finding::bad(Check::Certificate, of, format!("it ended on {ends}"), means, renew);
    }
    if now < facts.begins {
        let action = "Set the clock of this machine, or wait.";
        return Finding::bad(
            Check::Certificate,
            of,
            format!("it begins only on {}", facts.begins.date()),
            means,
            action,
        );
    }
    if !facts.names_host {
        return warning(
            format!("it does not name the mail host {host}"),
            format!("Get a certificate for {host}, or correct SEALPOST_MX_HOST."),
        );
    }
    if facts.is_untrusted {
        return warning(
            "it is of a CA that this system does not trust, or the CA's intermediate certificate is missing in the file".to_owned(),
            "Put the whole chain into the file (Certbot: fullchain.pem), or get a certificate of a public CA.".to_owned(),
        );
    }
    if ends_soon(facts.begins, facts.ends, now) {
        let means = "When it has ended, servers that check it do not deliver.";
        return Finding::warning(Check::Certificate, of, format!("it ends on {ends}"), means, renew);
    }
    Finding::good(Check::Certificate, of, format!("it names {host}, and ends on {ends}"))
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_valid_certificate_of_the_host_is_good() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let good = Facts {
            is_self_signed: false,
            names_host: true,
            is_untrusted: false,
            begins: now - Duration::days(200),
            ends: now + Duration::days(60),
        };
        let of_days = |days: i64, left| Facts {
            begins: now - Duration::days(days - left),
            ends: now + Duration::days(left),
            ..good
        };
        let ends = |ends| Facts { ends, ..good };
        let self_signed = Facts {
            is_self_signed: true,
            ..good
        };
        let other = Facts {
            names_host: false,
            ..good
        };
        let unknown = Facts {
            is_untrusted: true,
            ..good
        };
        let early = Facts {
            begins: now + Duration::days(1),
            ..good
        };
        for (facts, testing, enforce) in [
            (good, State::Good, State::Good),
            (self_signed, State::Warning, State::Bad),
            (other, State::Warning, State::Bad),
            (unknown, State::Warning, State::Bad),
            (early, State::Bad, State::Bad),
            (ends(now + Duration::days(15)), State::Good, State::Good),
            (ends(now + Duration::days(13)), State::Warning, State::Warning),
            (ends(now - Duration::days(1)), State::Bad, State::Bad),
            (of_days(12, 3), State::Good, State::Good),
            (of_days(12, 1), State::Warning, State::Warning),
        ] {
            let state = |mode| judge("a.pem", "mail.example.org", facts, mode, now).state;
            assert_eq!(
                (state(StsMode::Testing), state(StsMode::Enforce)),
                (testing, enforce),
                "{facts:?}"
            );
        }
    }
}
