//! One-time codes, computed by the RFCs and without the library that checks them.

use app::api::two_factor::TwoFactorView;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use time::{Duration, OffsetDateTime};

use crate::http::site::{Browser, PASSWORD, Site};

/// Turns one-time codes on; gives the secret.
pub async fn turn_on(site: &Site, browser: &Browser<'_>) -> Vec<u8> {
    browser
        .call::<()>("start_two_factor", &[("password", PASSWORD)])
        .await
        .unwrap();
    let TwoFactorView::SetUp { secret, qr } = browser.call("two_factor", &[]).await.unwrap() else {
        panic!("no set-up");
    };
    assert!(qr.starts_with("data:image/svg+xml;base64,"));
    let secret = base32(&secret);
    assert_eq!(secret.len(), 20);
    let answer = browser
        .post("finish_two_factor", &[("code", &code(&secret, site.now()))])
        .await;
    assert!(answer.status.is_success(), "{}", answer.text());
    // The code that turned it on is used up.
    site.pass(Duration::seconds(30));
    secret
}

/// RFC 4226 §5.3 over the steps of RFC 6238 §4.2.
pub fn code(secret: &[u8], at: OffsetDateTime) -> String {
    let step = u64::try_from(at.unix_timestamp()).unwrap() / 30;
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).unwrap();
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes(hash[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

fn base32(text: &str) -> Vec<u8> {
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for c in text.chars().filter(|c| *c != ' ') {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap();
        bits = bits << 5 | u32::try_from(value).unwrap();
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 255).unwrap());
        }
    }
    bytes
}
