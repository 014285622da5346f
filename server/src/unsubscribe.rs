//! Creates and reads links that turn an alias off, for the unsubscribe button of mail clients and providers (RFC 8058).
//!
//! The token is the alias's id, encrypted and authenticated under the master key with a fresh nonce. Nobody else can
//! create one, and it can do nothing else. It reveals nothing, and it differs in each message, so it links no two
//! messages.

use std::sync::Arc;

use app::{address::EmailAddress, id::AliasId};
use data_encoding::BASE32_NOPAD_NOCASE;

use crate::{
    local_part::UNSUBSCRIBE_PREFIX,
    vault::{Purpose, Vault, VaultError, Wrapped},
};

/// Creates unsubscribe links.
#[derive(Clone)]
pub struct Links {
    vault: Arc<Vault>,
    /// The URL without the token. `None` if the web interface is not reachable as RFC 8058 requires.
    base: Option<String>,
    domain: String,
}

impl Links {
    /// Creates links to the web interface at `origin`, and addresses under the relay's main domain.
    pub fn new(vault: Arc<Vault>, origin: Option<String>, domain: String) -> Self {
        let base = origin.map(|origin| format!("{origin}/u/"));
        Self { vault, base, domain }
    }

    /// Returns the value of List-Unsubscribe (RFC 2369 §3.2) for one message to an alias.
    pub fn header_value(&self, alias: AliasId) -> Result<Option<String>, VaultError> {
        let Some(base) = &self.base else { return Ok(None) };
        let token = make_token(&self.vault, alias)?;
        Ok(Some(format!(
            "<{base}{token}>, <mailto:{UNSUBSCRIBE_PREFIX}{token}@{}>",
            self.domain
        )))
    }
}

/// Creates a token that turns an alias off: letters and digits that fit a local part (RFC 5321 §4.5.3.1.1) in any case.
pub fn make_token(vault: &Vault, alias: AliasId) -> Result<String, VaultError> {
    let Wrapped(wrapped) = vault.wrap(Purpose::Unsubscribe, &alias.0.to_be_bytes())?;
    Ok(BASE32_NOPAD_NOCASE.encode(&wrapped).to_ascii_lowercase())
}

/// Returns the alias that a token turns off, if the token is genuine.
pub fn alias_of_token(vault: &Vault, token: &str) -> Option<AliasId> {
    let wrapped = BASE32_NOPAD_NOCASE.decode(token.as_bytes()).ok()?;
    let opened = vault.unwrap(Purpose::Unsubscribe, &Wrapped(wrapped)).ok()?;
    opened.as_slice().try_into().ok().map(i64::from_be_bytes).map(AliasId)
}

/// Returns the alias that an unsubscribe address turns off, if its token is genuine.
pub fn alias_of_address(vault: &Vault, address: &EmailAddress) -> Option<AliasId> {
    alias_of_token(vault, address.local().strip_prefix(UNSUBSCRIBE_PREFIX)?)
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::vault::MasterKeySource;

    fn vault(letter: u8) -> Vault {
        let key = data_encoding::BASE64.encode(&[letter; 32]);
        Vault::open(&MasterKeySource::Value(Zeroizing::new(key))).unwrap()
    }

    #[test]
    fn a_token_stands_for_its_alias_and_is_never_the_same() {
        let vault = vault(1);
        let (one, other) = (
            make_token(&vault, AliasId(7)).unwrap(),
            make_token(&vault, AliasId(7)).unwrap(),
        );
        assert_ne!(one, other);
        assert!(one.len() + UNSUBSCRIBE_PREFIX.len() <= 64, "a local part");
        for token in [&one, &other, &one.to_uppercase()] {
            assert_eq!(alias_of_token(&vault, token), Some(AliasId(7)));
        }
        let address = format!("u-{one}@relay.example").parse().unwrap();
        assert_eq!(alias_of_address(&vault, &address), Some(AliasId(7)));
    }

    #[test]
    fn what_was_made_up_or_changed_stands_for_nothing() {
        let (own, foreign) = (vault(1), vault(2));
        let genuine = make_token(&own, AliasId(7)).unwrap();
        assert_eq!(alias_of_token(&foreign, &genuine), None);
        for at in 0..genuine.len() {
            let mut changed = genuine.clone().into_bytes();
            changed[at] = if changed[at] == b'a' { b'b' } else { b'a' };
            assert_eq!(
                alias_of_token(&own, std::str::from_utf8(&changed).unwrap()),
                None,
                "{at}"
            );
        }
        for text in ["", "a", "7", "/../x", &genuine[1..], &format!("{genuine}a")] {
            assert_eq!(alias_of_token(&own, text), None, "{text:?}");
        }
    }

    #[test]
    fn a_link_names_the_relay_only() {
        let links =
            |origin: Option<&str>| Links::new(Arc::new(vault(1)), origin.map(str::to_owned), "relay.example".into());
        let value = links(Some("https://mail.example"))
            .header_value(AliasId(7))
            .unwrap()
            .unwrap();
        let (https, mailto) = value.split_once(", ").unwrap();
        assert!(
            https.starts_with("<https://mail.example/u/") && https.ends_with('>'),
            "{https}"
        );
        assert!(
            mailto.starts_with("<mailto:u-") && mailto.ends_with("@relay.example>"),
            "{mailto}"
        );
        assert_eq!(links(None).header_value(AliasId(7)).unwrap(), None);
    }
}
