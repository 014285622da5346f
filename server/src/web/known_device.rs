//! Recognises devices that an account was signed in to before.
//!
//! Each has a cookie that only this server can create, so that strangers who try passwords do not lock the person out
//! there. The cookie opens nothing. It only gives the device its own count of tries.

use axum::http::{HeaderMap, HeaderValue};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

use super::session::{Cookie, DEVICE_LIFETIME, cookie};

use crate::{config::PublicUrl, store::AccountId, vault::Vault};

/// Most accounts in the cookie of one browser, such as those of a family. Cookies must stay small.
const ACCOUNTS: usize = 4;

/// The random identifier of a device.
pub type DeviceId = [u8; 16];

/// The part of the cookie for one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    device: DeviceId,
    /// Unix seconds.
    ends: i64,
    /// The keyed hash of account, device and end.
    tag: [u8; 16],
}

/// The accounts that the browser's cookie names. [`KnownDevice::of_account`] verifies them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KnownDevice([Option<Mark>; ACCOUNTS]);

impl KnownDevice {
    /// Reads the cookie. Invalid marks are dropped.
    pub fn of(headers: &HeaderMap, public_url: &PublicUrl) -> Self {
        let text = cookie(headers, Cookie::Device.name(public_url)).unwrap_or_default();
        let mut marks = text.split('.').filter_map(Mark::read);
        Self(std::array::from_fn(|_| marks.next()))
    }

    /// Returns the device, if the account was signed in to on it.
    pub fn of_account(&self, vault: &Vault, account: AccountId, now: OffsetDateTime) -> Option<DeviceId> {
        let mut marks = self.0.iter().flatten();
        marks
            .find(|mark| mark.is_of(vault, account, now))
            .map(|mark| mark.device)
    }

    /// Returns a cookie that makes the device known to one more account, or for longer.
    pub fn remember(
        &self,
        vault: &Vault,
        account: AccountId,
        now: OffsetDateTime,
        public_url: &PublicUrl,
    ) -> Result<Option<HeaderValue>, getrandom::Error> {
        let device = match self.of_account(vault, account, now) {
            Some(device) => device,
            None => {
                let mut device = DeviceId::default();
                getrandom::fill(&mut device)?;
                device
            }
        };
        let ends = (now + DEVICE_LIFETIME).unix_timestamp();
        let tag = tag(vault, account, device, ends);
        let others = self.0.iter().flatten().filter(|mark| !mark.is_of(vault, account, now));
        let marks = std::iter::once(Mark { device, ends, tag }).chain(others.copied());
        let texts: Vec<_> = marks.take(ACCOUNTS).map(Mark::text).collect();
        Ok(Cookie::Device.field(&texts.join("."), DEVICE_LIFETIME, public_url))
    }
}

impl Mark {
    fn read(text: &str) -> Option<Self> {
        let bytes: [u8; 40] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (device, rest) = bytes.split_first_chunk::<16>()?;
        let (ends, tag) = rest.split_first_chunk::<8>()?;
        Some(Self {
            device: *device,
            ends: i64::from_be_bytes(*ends),
            tag: tag.try_into().ok()?,
        })
    }

    fn text(self) -> String {
        URL_SAFE_NO_PAD.encode([self.device.as_slice(), &self.ends.to_be_bytes(), &self.tag].concat())
    }

    fn is_of(&self, vault: &Vault, account: AccountId, now: OffsetDateTime) -> bool {
        let right = tag(vault, account, self.device, self.ends).ct_eq(&self.tag);
        bool::from(right) && self.ends > now.unix_timestamp()
    }
}

fn tag(vault: &Vault, account: AccountId, device: DeviceId, ends: i64) -> [u8; 16] {
    let of = [account.0.to_be_bytes().as_slice(), &device, &ends.to_be_bytes()].concat();
    vault.pseudonym("known device", &of)
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;
    use time::{Duration, macros::datetime};
    use zeroize::Zeroizing;

    use super::*;
    use crate::vault::MasterKeySource;

    const NOW: OffsetDateTime = datetime!(2026-11-24 03:00:00 UTC);

    fn vault(key: &str) -> Vault {
        Vault::open(&MasterKeySource::Value(Zeroizing::new(key.repeat(10) + "QUE="))).unwrap()
    }

    fn url() -> PublicUrl {
        "https://relay.example".parse().unwrap()
    }

    /// Reads the cookie as the browser returns it.
    fn back(cookie: Option<HeaderValue>) -> KnownDevice {
        let text = cookie.unwrap().to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(&text).unwrap());
        KnownDevice::of(&headers, &url())
    }

    #[test]
    fn a_device_is_known_to_its_accounts_and_to_no_other() {
        let vault = vault("QUFB");
        let mut known = KnownDevice::default();
        for account in 1..=6 {
            known = back(known.remember(&vault, AccountId(account), NOW, &url()).unwrap());
        }
        let knows = |account| known.of_account(&vault, AccountId(account), NOW).is_some();
        assert_eq!([1, 2, 3, 4, 5, 6].map(knows), [false, false, true, true, true, true]);
        assert!(!knows(7) && !knows(0));
        let other = self::vault("QkJC");
        assert_eq!(known.of_account(&other, AccountId(6), NOW), None, "another server's");
        assert_eq!(
            known.of_account(&vault, AccountId(6), NOW + DEVICE_LIFETIME),
            None,
            "too old"
        );
    }

    #[test]
    fn signing_in_again_keeps_the_device_and_moves_its_end() {
        let vault = vault("QUFB");
        let first = back(
            KnownDevice::default()
                .remember(&vault, AccountId(1), NOW, &url())
                .unwrap(),
        );
        let later = NOW + Duration::days(100);
        let second = back(first.remember(&vault, AccountId(1), later, &url()).unwrap());
        let device = first.of_account(&vault, AccountId(1), NOW);
        assert_eq!(second.of_account(&vault, AccountId(1), NOW + DEVICE_LIFETIME), device);
        assert_eq!(second.0.iter().flatten().count(), 1);
    }

    #[test]
    fn a_changed_mark_is_none() {
        let vault = vault("QUFB");
        let known = back(
            KnownDevice::default()
                .remember(&vault, AccountId(1), NOW, &url())
                .unwrap(),
        );
        let mark = known.0[0].unwrap();
        for changed in [
            Mark {
                ends: mark.ends + 1,
                ..mark
            },
            Mark {
                device: [0; 16],
                ..mark
            },
            Mark { tag: [0; 16], ..mark },
        ] {
            assert!(!changed.is_of(&vault, AccountId(1), NOW));
        }
        for text in ["", "x", "..", "AAAA.AAAA"] {
            let mut headers = HeaderMap::new();
            let value = format!("__Host-sealpost_device={text}");
            headers.insert(COOKIE, HeaderValue::from_str(&value).unwrap());
            assert_eq!(KnownDevice::of(&headers, &url()), KnownDevice::default());
        }
    }
}
