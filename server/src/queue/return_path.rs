//! Makes and verifies return paths: an own envelope sender for each item, by which its bounce is recognised (variable
//! envelope return path). The address holds the item's token, its last valid day, and a keyed hash of both. Nobody else can
//! make one, and none is valid for ever.

use app::address::EmailAddress;
use time::{Date, Duration, OffsetDateTime};

use crate::{
    local_part::RETURN_PREFIX,
    store::queue::REMEMBERED,
    vault::{Token, Vault},
};

const TOKEN: usize = 16;
const DAY: usize = 2;
/// Octets of the hash: 80 bits. The local part has at most 64 octets, and each guess costs an SMTP transaction.
const MAC: usize = 10;

/// Days are counted from this date.
const EPOCH: Date = time::macros::date!(2020 - 01 - 01);

/// Makes the return path of an item that was accepted at `created`. Returns `None` only if the domain makes no valid
/// address.
pub fn address(token: Token, created: OffsetDateTime, domain: &str, vault: &Vault) -> Option<EmailAddress> {
    let ends = day(created + REMEMBERED + Duration::days(1));
    let name = [token.0.as_slice(), &ends, &mac(token, ends, vault)].concat();
    format!("{RETURN_PREFIX}{}@{domain}", hex::encode(name)).parse().ok()
}

/// Returns the token of the item that a local part names, if the address is genuine and still valid.
pub fn parse(local: &str, now: OffsetDateTime, vault: &Vault) -> Option<Token> {
    let name: [u8; TOKEN + DAY + MAC] = hex::decode(local.to_ascii_lowercase().strip_prefix(RETURN_PREFIX)?)
        .ok()?
        .try_into()
        .ok()?;
    let (token, rest) = name.split_first_chunk::<TOKEN>()?;
    let (ends, given) = rest.split_first_chunk::<DAY>()?;
    let token = Token(*token);
    // A timing leak of this comparison would help less than guessing, because nobody else has the key.
    let genuine = constant_time_eq(&mac(token, *ends, vault), given);
    (genuine && day(now) <= *ends).then_some(token)
}

fn mac(token: Token, ends: [u8; DAY], vault: &Vault) -> [u8; MAC] {
    let full = vault.pseudonym("return path", &[token.0.as_slice(), &ends].concat());
    let mut mac = [0; MAC];
    mac.copy_from_slice(&full[..MAC]);
    mac
}

fn day(time: OffsetDateTime) -> [u8; DAY] {
    let days = (time.date() - EPOCH).whole_days();
    u16::try_from(days).unwrap_or(u16::MAX).to_be_bytes()
}

fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;
    use zeroize::Zeroizing;

    use super::*;
    use crate::vault::MasterKeySource;

    fn vault(text: &str) -> Vault {
        Vault::open(&MasterKeySource::Value(Zeroizing::new(text.to_owned()))).unwrap()
    }

    #[test]
    fn only_a_genuine_address_names_its_item_and_only_for_a_time() {
        let ours = vault("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=");
        let created = datetime!(2026-11-24 23:59 UTC);
        let item = Token([7; 16]);
        let path = address(item, created, "relay.example", &ours).unwrap();
        let local = path.local();
        assert!(local.len() <= 64, "RFC 5321 §4.5.3.1.1: {local}");
        assert_eq!(parse(local, created, &ours), Some(item));
        assert_eq!(parse(&local.to_uppercase(), created + REMEMBERED, &ours), Some(item));
        assert_eq!(parse(local, created + REMEMBERED + Duration::days(2), &ours), None);
        let other = vault("QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=");
        assert_eq!(parse(local, created, &other), None);
        for at in 2..local.len() {
            let mut forged = local.to_owned().into_bytes();
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(parse(&forged, created, &ours), None, "{forged}");
        }
        for broken in ["", "b-", "b-00", "r-00", "b-zz", &local[..local.len() - 2]] {
            assert_eq!(parse(broken, created, &ours), None, "{broken}");
        }
    }
}
