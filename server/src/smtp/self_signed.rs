//! Creates a self-signed certificate for STARTTLS once, and stores it in the data folder. It proves nothing about the host.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use rcgen::{CertificateParams, DnType, KeyIdMethod, PublicKeyData, SignatureAlgorithm, SigningKey};
use zeroize::Zeroizing;

/// How long the certificate is valid: very long, because nobody checks or renews it.
const YEARS: i64 = 10;

/// Why no certificate could be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SelfSignedError {
    /// The files could not be written.
    #[error("cannot write {}", .0.display())]
    Write(PathBuf, #[source] io::Error),
    /// No key could be generated.
    #[error("cannot make a key")]
    Key(#[source] aws_lc_rs::error::Unspecified),
    /// The host name does not fit a certificate, or signing failed.
    #[error("cannot make a certificate")]
    Certificate(#[source] rcgen::Error),
    /// The key could not be encoded as PEM.
    #[error("cannot encode a key")]
    Encode(#[source] der::pem::Error),
}

/// The paths of certificate and key.
pub(super) struct Files {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Files {
    /// The paths in the data folder, whether the files are there or not.
    pub(super) fn in_folder(data: &Path) -> Self {
        Self {
            certificate: data.join("smtp.crt"),
            key: data.join("smtp.key"),
        }
    }
}

/// Returns the files in `data`. Creates them for `hostname` if one is missing.
pub(super) fn ensure(data: &Path, hostname: &str) -> Result<Files, SelfSignedError> {
    let files = Files::in_folder(data);
    if files.certificate.is_file() && files.key.is_file() {
        return Ok(files);
    }
    let key = EcKey(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(SelfSignedError::Key)?);
    let certificate = certificate(&key, hostname).map_err(SelfSignedError::Certificate)?;
    write(&files.key, key.pem()?.as_bytes(), 0o600)?;
    write(&files.certificate, certificate.pem().as_bytes(), 0o644)?;
    Ok(files)
}

fn certificate(key: &EcKey, hostname: &str) -> Result<rcgen::Certificate, rcgen::Error> {
    let now = time::OffsetDateTime::now_utc();
    let mut serial = [0; 16];
    aws_lc_rs::rand::fill(&mut serial).map_err(|_| rcgen::Error::RemoteKeyError)?;
    // RFC 5280 §4.1.2.2: the serial number is positive and of fixed length.
    serial[0] = serial[0] & 0x7f | 0x40;
    let mut params = CertificateParams::new([hostname.to_owned()])?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, hostname);
    params.not_before = now - time::Duration::days(1);
    params.not_after = now + time::Duration::days(365 * YEARS);
    params.serial_number = Some(serial.to_vec().into());
    params.key_identifier_method = KeyIdMethod::PreSpecified(serial.to_vec());
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    params.self_signed(key)
}

/// Writes the file complete or not at all, so that a crash leaves no half key.
fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), SelfSignedError> {
    let unfinished = path.with_extension("new");
    let written = || {
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    };
    written().map_err(|cause| SelfSignedError::Write(path.to_owned(), cause))
}

/// The signer for rcgen, which is built without a crypto backend.
struct EcKey(EcdsaKeyPair);

impl EcKey {
    fn pem(&self) -> Result<Zeroizing<String>, SelfSignedError> {
        let document = self.0.to_pkcs8v1().map_err(SelfSignedError::Key)?;
        der::pem::encode_string("PRIVATE KEY", der::pem::LineEnding::LF, document.as_ref())
            .map(Zeroizing::new)
            .map_err(SelfSignedError::Encode)
    }
}

impl PublicKeyData for EcKey {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl SigningKey for EcKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.0
            .sign(&aws_lc_rs::rand::SystemRandom::new(), message)
            .map(|signature| signature.as_ref().to_vec())
            .map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;

    fn openssl(arguments: &[&str], file: &Path) -> String {
        let output = Command::new("openssl").args(arguments).arg(file).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn is_made_once_and_openssl_takes_it() {
        let data = tempfile::tempdir().unwrap();
        let files = ensure(data.path(), "relay.example").unwrap();
        let mode = fs::metadata(&files.key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let cert = files.certificate.to_str().unwrap();
        assert!(openssl(&["verify", "-check_ss_sig", "-CAfile", cert], &files.certificate).ends_with(": OK\n"));
        assert!(
            openssl(
                &["x509", "-noout", "-checkhost", "relay.example", "-in"],
                &files.certificate
            )
            .contains("does match")
        );
        openssl(&["pkey", "-noout", "-check", "-in"], &files.key);
        assert_eq!(
            openssl(&["pkey", "-pubout", "-in"], &files.key),
            openssl(&["x509", "-noout", "-pubkey", "-in"], &files.certificate)
        );
        let before = fs::read(&files.key).unwrap();
        ensure(data.path(), "relay.example").unwrap();
        assert_eq!(fs::read(&files.key).unwrap(), before);
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 2);
    }
}
