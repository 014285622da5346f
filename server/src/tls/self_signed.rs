//! Creates a self-signed certificate once, and stores it in the data folder. It proves nothing about the host.

use std::io;
use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DnType, KeyIdMethod, KeyPair};
use zeroize::Zeroizing;

use super::files::Files;
use crate::key_file;

/// How long the certificate is valid: very long, because nobody checks or renews it.
const YEARS: i64 = 10;

/// Why no certificate could be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SelfSignedError {
    /// The files could not be written.
    #[error("cannot write {}", .0.display())]
    Write(PathBuf, #[source] io::Error),
    /// The host name does not fit a certificate, or no key could be generated.
    #[error("cannot make a certificate")]
    Certificate(#[source] rcgen::Error),
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
    let key = KeyPair::generate().map_err(SelfSignedError::Certificate)?;
    let certificate = certificate(&key, hostname).map_err(SelfSignedError::Certificate)?;
    write(&files.key, &Zeroizing::new(key.serialize_pem()))?;
    write(&files.certificate, &certificate.pem())?;
    Ok(files)
}

/// Gives files that cannot be used other names.
pub(super) fn set_aside(files: &Files) -> Result<(), SelfSignedError> {
    for path in [&files.certificate, &files.key] {
        key_file::set_aside(path).map_err(|cause| SelfSignedError::Write(path.clone(), cause))?;
    }
    Ok(())
}

fn certificate(key: &KeyPair, hostname: &str) -> Result<rcgen::Certificate, rcgen::Error> {
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

fn write(path: &Path, text: &str) -> Result<(), SelfSignedError> {
    key_file::replace(path, text).map_err(|cause| SelfSignedError::Write(path.to_owned(), cause))
}

#[cfg(test)]
mod tests {
    use std::fs;
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
