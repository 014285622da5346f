//! Which certificate TLSA records accept (RFC 6698, RFC 7671, RFC 7672).

use std::{io, sync::Arc};

use rustls::{
    AlertDescription, CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};
use sha2::{Digest, Sha256, Sha512};

/// Trust anchor assertion, DANE-TA (RFC 7672 §3.1.2).
const TRUST_ANCHOR: u8 = 2;
/// Domain-issued certificate, DANE-EE (RFC 7672 §3.1.1).
const END_ENTITY: u8 = 3;

/// Most TLSA records that are looked at. Domains have two or three, during a change of certificates four to six.
const MOST_RECORDS: usize = 32;

/// The largest record that is looked at, in octets: that of a whole certificate (RFC 6698 §2.1.3). Others have a digest.
const LARGEST: usize = 4 << 10;

/// A TLSA record (RFC 6698 §2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::deliver) struct Tlsa {
    pub usage: u8,
    pub selector: u8,
    pub matching: u8,
    pub data: Vec<u8>,
}

impl Tlsa {
    /// Whether SMTP can use the record. PKIX-TA and PKIX-EE are not for SMTP (RFC 7672 §3.1.3).
    fn is_usable(&self) -> bool {
        let fits = match self.matching {
            0 => (1..=LARGEST).contains(&self.data.len()),
            1 => self.data.len() == Sha256::output_size(),
            2 => self.data.len() == Sha512::output_size(),
            _ => false,
        };
        matches!(self.usage, TRUST_ANCHOR | END_ENTITY) && self.selector <= 1 && fits
    }

    fn matches(&self, certificate: &CertificateDer<'_>) -> bool {
        let key;
        let selected: &[u8] = match self.selector {
            0 => certificate,
            _ => {
                let Ok(parsed) = ParsedCertificate::try_from(certificate) else {
                    return false;
                };
                key = parsed.subject_public_key_info();
                &key
            }
        };
        match self.matching {
            0 => self.data == selected,
            1 => self.data == Sha256::digest(selected).as_slice(),
            _ => self.data == Sha512::digest(selected).as_slice(),
        }
    }
}

/// Keeps the records that count: the usable ones, and of digests the strongest (RFC 7671 §9).
pub(in crate::deliver) fn usable(records: Vec<Tlsa>) -> Vec<Tlsa> {
    let mut usable: Vec<_> = records.into_iter().filter(Tlsa::is_usable).take(MOST_RECORDS).collect();
    let strong: Vec<_> = usable
        .iter()
        .filter(|record| record.matching == 2)
        .map(|record| (record.usage, record.selector))
        .collect();
    usable.retain(|record| record.matching != 1 || !strong.contains(&(record.usage, record.selector)));
    usable
}

/// No TLSA record accepts the certificate.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no TLSA record matches the certificate")]
struct NoMatch;

/// The cause of a failed handshake in words. rustls shows the errors of other verifiers than its own only as they are in the code.
pub(in crate::deliver) fn in_words(error: io::Error) -> io::Error {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<Error>());
    match cause {
        Some(Error::InvalidCertificate(CertificateError::Other(other))) if other.0.is::<NoMatch>() => {
            io::Error::new(error.kind(), NoMatch)
        }
        _ => error,
    }
}

/// Whether a handshake failed, in the words of [`in_words`], because of what the host is: its certificate is not the right one, or it speaks
/// no TLS that is good enough. All else may pass.
pub(in crate::deliver) fn is_unfit(error: &io::Error) -> bool {
    let Some(cause) = error.get_ref() else { return false };
    cause.is::<NoMatch>()
        || matches!(
            cause.downcast_ref::<Error>(),
            Some(
                Error::InvalidCertificate(_)
                    | Error::PeerIncompatible(_)
                    | Error::AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::ProtocolVersion)
            )
        )
}

/// Accepts the certificates that TLSA records name.
#[derive(Debug)]
pub(super) struct DaneVerifier {
    records: Vec<Tlsa>,
    /// The names of which a certificate below a trust anchor must have one (RFC 7672 §3.2.2).
    names: Vec<ServerName<'static>>,
    provider: Arc<CryptoProvider>,
}

impl DaneVerifier {
    pub fn new(records: Vec<Tlsa>, names: Vec<ServerName<'static>>, provider: Arc<CryptoProvider>) -> Self {
        Self {
            records,
            names,
            provider,
        }
    }

    /// Verifies the chain up to a certificate that a DANE-TA record names, and the server's name.
    fn verify_below_anchor(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut anchors = RootCertStore::empty();
        for record in self.records.iter().filter(|record| record.usage == TRUST_ANCHOR) {
            // The record may hold the anchor itself, which the server then need not send.
            let own =
                (record.selector == 0 && record.matching == 0).then(|| CertificateDer::from(record.data.as_slice()));
            for anchor in intermediates.iter().chain(own.as_ref()) {
                if record.matches(anchor) {
                    // One that cannot be read is no reason to refuse what the others name (RFC 7671 §4).
                    let _ = anchors.add(anchor.clone().into_owned());
                }
            }
        }
        if anchors.is_empty() {
            return Err(no_match());
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(anchors.into(), Arc::clone(&self.provider))
            .build()
            .map_err(|error| Error::General(error.to_string()))?;
        let mut last = no_match();
        for name in &self.names {
            match verifier.verify_server_cert(end_entity, intermediates, name, ocsp, now) {
                Ok(verified) => return Ok(verified),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

fn no_match() -> Error {
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(NoMatch))))
}

impl ServerCertVerifier for DaneVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // Neither names nor dates count for DANE-EE (RFC 7672 §3.1.1).
        let mut of_host = self.records.iter().filter(|record| record.usage == END_ENTITY);
        if of_host.any(|record| record.matches(end_entity)) {
            return Ok(ServerCertVerified::assertion());
        }
        self.verify_below_anchor(end_entity, intermediates, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rustls::{InvalidMessage, PeerIncompatible};

    use super::*;

    fn record(usage: u8, selector: u8, matching: u8, octets: usize) -> Tlsa {
        Tlsa {
            usage,
            selector,
            matching,
            data: vec![0; octets],
        }
    }

    #[test]
    fn records_that_smtp_cannot_use_do_not_count() {
        for (usage, selector, matching, octets, expected) in [
            (3, 1, 1, 32, true),
            (2, 0, 2, 64, true),
            (2, 0, 0, 500, true),
            (0, 1, 1, 32, false),
            (1, 1, 1, 32, false),
            (3, 2, 1, 32, false),
            (3, 1, 3, 32, false),
            (3, 1, 1, 31, false),
            (3, 1, 2, 32, false),
            (3, 1, 0, 0, false),
            (255, 1, 1, 32, false),
        ] {
            let record = record(usage, selector, matching, octets);
            assert_eq!(record.is_usable(), expected, "{record:?}");
        }
    }

    #[test]
    fn a_handshake_that_fails_for_now_is_told_from_one_that_always_fails() {
        let failed = |error: Error| is_unfit(&in_words(io::Error::new(io::ErrorKind::InvalidData, error)));
        for error in [
            no_match(),
            Error::InvalidCertificate(CertificateError::Expired),
            Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13),
            Error::AlertReceived(AlertDescription::HandshakeFailure),
            Error::AlertReceived(AlertDescription::ProtocolVersion),
        ] {
            assert!(failed(error.clone()), "{error:?}");
        }
        for error in [
            Error::AlertReceived(AlertDescription::InternalError),
            Error::InvalidMessage(InvalidMessage::InvalidContentType),
            Error::General("x".into()),
        ] {
            assert!(!failed(error.clone()), "{error:?}");
        }
        assert!(!is_unfit(&io::ErrorKind::InvalidData.into()));
    }

    #[test]
    fn of_two_digests_the_stronger_counts() {
        let (weak, strong) = (record(3, 1, 1, 32), record(3, 1, 2, 64));
        let other = record(2, 1, 1, 32);
        let found = usable(vec![weak, strong.clone(), other.clone()]);
        assert_eq!(found, [strong, other]);
    }
}
