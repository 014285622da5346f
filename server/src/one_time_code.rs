//! Computes one-time codes of authenticator apps (RFC 6238: HMAC-SHA-1, six digits, 30 seconds), and codes that people keep on paper.
//!
//! It is pure: the time is a parameter.

use base64::{Engine, engine::general_purpose::STANDARD};
use qrcode::{EcLevel, QrCode, render::svg};
use time::OffsetDateTime;
use totp_rs::{Algorithm, Builder, Secret, Totp, TotpError};
use zeroize::Zeroizing;

/// Bytes of a secret, as RFC 4226 §4 recommends.
pub const SECRET: usize = 20;
/// Random bytes of a recovery code on paper: 80 bits, 16 letters and digits.
pub const PAPER: usize = 10;
/// Random bytes of a mailed code. Its letters hold 60 of their 64 bits.
pub const MAILED: usize = 8;
/// Letters and digits of a mailed code. An attacker who uses every try of every code that the limits permit in a year
/// guesses one with a probability below 10^-11 (docs/SECURITY.md).
const MAILED_LETTERS: usize = 12;

/// The number of codes of six digits.
const SIX_DIGITS: u32 = 1_000_000;

/// Why no set-up could be created.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The secret or a name is invalid.
    #[error("the secret cannot be written for an app")]
    Totp(#[from] TotpError),
    /// The QR code could not be drawn.
    #[error("the secret does not fit into a QR code")]
    Qr(#[from] qrcode::types::QrError),
}

/// A secret in the forms that an authenticator app takes.
pub struct SetUp {
    /// The secret in base 32, in groups of four.
    pub secret: String,
    /// The image of a QR code as a data URL.
    pub qr: String,
}

/// Returns the time step whose code was typed: the current one or one beside it, because clocks differ (RFC 6238 §5.2).
pub fn step(secret: &[u8], typed: &str, now: OffsetDateTime) -> Result<Option<u64>, TotpError> {
    let digits = normalise_digits(typed);
    if !is_six_digits(&digits) {
        return Ok(None);
    }
    let time = u64::try_from(now.unix_timestamp()).unwrap_or(0);
    Ok(totp(secret, "", "")?.check(&digits, time))
}

/// Creates the data that an app needs to take the secret.
pub fn set_up(secret: &[u8], domain: &str, account: &str) -> Result<SetUp, SetUpError> {
    // A colon separates issuer and account in the URI, so neither may contain one.
    let url = Zeroizing::new(totp(secret, domain, &account.replace(':', "_"))?.to_url()?);
    let image = QrCode::with_error_correction_level(url.as_bytes(), EcLevel::M)?
        .render::<svg::Color<'_>>()
        .min_dimensions(220, 220)
        .dark_color(svg::Color("#000000"))
        .light_color(svg::Color("#ffffff"))
        .build();
    Ok(SetUp {
        secret: group_by_four(&Secret::new(secret.into()).to_base32()),
        qr: format!("data:image/svg+xml;base64,{}", STANDARD.encode(image)),
    })
}

/// Formats bytes as a code to write down and type: lower case, in groups of four.
pub fn format_paper(bytes: &[u8]) -> String {
    group_by_four(&Secret::new(bytes.into()).to_base32().to_lowercase()).replace(' ', "-")
}

/// Formats a mailed code, like [`format_paper`] but shorter.
pub fn format_mailed(bytes: &[u8; MAILED]) -> Zeroizing<String> {
    const GROUPED: usize = MAILED_LETTERS + MAILED_LETTERS / 4 - 1;
    let long = Zeroizing::new(format_paper(bytes));
    Zeroizing::new(long.chars().take(GROUPED).collect())
}

/// Normalises a typed mailed code for comparison, like [`normalise`]. Digits that no code contains count as the letters
/// that they resemble.
pub fn normalise_mailed(typed: &str) -> Zeroizing<String> {
    let alike = |c| match c {
        '0' => 'o',
        '1' => 'l',
        '8' => 'b',
        c => c,
    };
    Zeroizing::new(normalise(typed).chars().map(alike).collect())
}

/// Creates a code of six digits from 32 random bits. Returns `None` for the few numbers that would make some codes more
/// likely. The caller then draws again.
pub fn six_digits(random: u32) -> Option<Zeroizing<String>> {
    let even = u32::MAX - u32::MAX % SIX_DIGITS;
    (random < even).then(|| Zeroizing::new(format!("{:06}", random % SIX_DIGITS)))
}

/// Normalises a typed code of six digits for comparison: without white space.
pub fn normalise_digits(typed: &str) -> Zeroizing<String> {
    Zeroizing::new(typed.chars().filter(|c| !c.is_whitespace()).collect())
}

/// Whether a text has the length of a mailed code.
pub fn is_mailed(plain: &str) -> bool {
    plain.len() == MAILED_LETTERS
}

/// Normalises a typed code for comparison: lower case, without separators.
pub fn normalise(typed: &str) -> Zeroizing<String> {
    let kept = typed.chars().filter(char::is_ascii_alphanumeric);
    Zeroizing::new(kept.map(|c| c.to_ascii_lowercase()).collect())
}

/// Whether a text has the form of a one-time code.
pub fn is_six_digits(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn totp(secret: &[u8], issuer: &str, account: &str) -> Result<Totp, TotpError> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(secret.to_vec())
        .with_issuer((!issuer.is_empty()).then(|| format!("Sealpost {issuer}")))
        .with_account_name(account)
        .build()
}

fn group_by_four(text: &str) -> String {
    let groups = text.as_bytes().chunks(4).map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, SHA-1; the last six of its eight digits.
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = u64::try_from(seconds).unwrap() / 30;
            assert_eq!(step(secret, code, at(seconds)).unwrap(), Some(now), "{code}");
            assert_eq!(step(secret, code, at(seconds + 30)).unwrap(), Some(now), "a step late");
            assert_eq!(step(secret, code, at(seconds - 30)).unwrap(), Some(now), "a step early");
            assert_eq!(step(secret, code, at(seconds + 60)).unwrap(), None, "two steps late");
            assert_eq!(step(secret, code, at(seconds - 60)).unwrap(), None, "two steps early");
        }
        for seconds in [29, 59, 89] {
            assert_eq!(step(secret, " 287 082 ", at(seconds)).unwrap(), Some(1));
        }
        for typed in ["", "287083", "28708", "2870820", "28708a", "２８７０８２"] {
            assert_eq!(step(secret, typed, at(59)).unwrap(), None, "{typed}");
        }
    }

    #[test]
    fn a_set_up_names_relay_and_account() {
        let set_up = set_up(b"12345678901234567890", "relay.example", "ann@example.org").unwrap();
        assert_eq!(set_up.secret, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        let image = set_up.qr.strip_prefix("data:image/svg+xml;base64,").unwrap();
        assert!(
            String::from_utf8(STANDARD.decode(image).unwrap())
                .unwrap()
                .contains("<svg")
        );
    }

    #[test]
    fn six_digits_are_equally_likely() {
        assert_eq!(six_digits(0).as_deref().map(String::as_str), Some("000000"));
        assert_eq!(six_digits(12_000_345).as_deref().map(String::as_str), Some("000345"));
        assert_eq!(six_digits(4_293_999_999).as_deref().map(String::as_str), Some("999999"));
        assert!(six_digits(4_294_000_000).is_none() && six_digits(u32::MAX).is_none());
        assert_eq!(*normalise_digits(" 123 456\n"), "123456");
    }

    #[test]
    fn mailed_codes_are_twelve_letters_of_sixty_bits() {
        assert_eq!(*format_mailed(&[0; MAILED]), "aaaa-aaaa-aaaa");
        assert_eq!(*format_mailed(&[0xff; MAILED]), "7777-7777-7777");
        assert_ne!(
            *format_mailed(&[0, 0, 0, 0, 0, 0, 0, 0x10]),
            "aaaa-aaaa-aaaa",
            "the last bit that counts"
        );
        let code = format_mailed(&[0x70, 1, 2, 3, 4, 5, 6, 7]);
        assert!(is_mailed(&normalise_mailed(&code)) && is_mailed(&normalise_mailed(" ABCD efgh-IJKL\n")));
        assert_eq!(*normalise_mailed("0L18-ABcd-efgh"), "ollbabcdefgh");
        assert!(!is_mailed("123456") && !is_mailed(&normalise("aaaa-bbbb-cccc-dddd")));
    }

    #[test]
    fn paper_codes_are_compared_without_what_people_put_between() {
        let code = format_paper(&[0xff, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(code, "74aa-caqd-aqcq-mbyi");
        assert_eq!(*normalise(" 74AA caqd-AQCQ mbyi\n"), "74aacaqdaqcqmbyi");
    }
}
