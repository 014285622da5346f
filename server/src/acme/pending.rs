//! Keeps the order that is under way, and the key that it is to certify. What the CA issued is then not lost if the program
//! is killed or the disk is full.

use std::path::PathBuf;

use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::{
    AcmeError,
    kept::{self, Asked},
};
use crate::key_file;

/// After this time an order is given up. Let's Encrypt's end after seven days.
const LONGEST: Duration = Duration::days(7);

/// The file.
pub(super) struct PendingFile {
    pub path: PathBuf,
    pub asked: Asked,
}

/// An order under way.
#[derive(Serialize, Deserialize)]
pub(super) struct PendingOrder {
    asked: Asked,
    /// Its URL at the CA (RFC 8555 §7.1.3).
    pub url: String,
    /// Its names.
    pub names: Vec<String>,
    /// The private key, as PEM.
    pub key: Zeroizing<String>,
    /// When it was made, in seconds since 1970.
    since: i64,
}

impl PendingFile {
    /// The order under way, if it is what the settings ask for and not too old.
    pub(super) fn read(&self, now: OffsetDateTime) -> Result<Option<PendingOrder>, AcmeError> {
        let kept: Option<PendingOrder> = kept::read(&self.path)?;
        Ok(kept.filter(|order| order.asked == self.asked && order.age(now) <= LONGEST))
    }

    /// Keeps an order, with a new key.
    pub(super) fn begin(&self, url: &str, names: &[String], now: OffsetDateTime) -> Result<PendingOrder, AcmeError> {
        let order = PendingOrder {
            asked: self.asked.clone(),
            url: url.to_owned(),
            names: names.to_vec(),
            key: Zeroizing::new(KeyPair::generate()?.serialize_pem()),
            since: now.unix_timestamp(),
        };
        kept::write(&self.path, &order)?;
        Ok(order)
    }

    /// Forgets the order.
    pub(super) fn remove(&self) -> Result<(), AcmeError> {
        key_file::remove(&self.path).map_err(|error| AcmeError::Write(self.path.clone(), error))
    }

    /// Whether there is an order.
    pub(super) fn exists(&self) -> bool {
        self.path.exists()
    }
}

impl PendingOrder {
    /// The certificate signing request (RFC 8555 §7.4), in DER form.
    pub(super) fn request(&self) -> Result<Vec<u8>, AcmeError> {
        let key = KeyPair::from_pem(&self.key)?;
        let mut params = CertificateParams::new(self.names.clone())?;
        params.distinguished_name = DistinguishedName::new();
        Ok(params.serialize_request(&key)?.der().to_vec())
    }

    /// The time since it was made, also by a clock that went back.
    pub(super) fn age(&self, now: OffsetDateTime) -> Duration {
        Duration::seconds(now.unix_timestamp().saturating_sub(self.since)).abs()
    }
}
