//! Makes state, nonce and code verifier of one browser from the token in its cookie.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The secrets that bind an answer of the provider to the browser that asked. Each is a hash of the token for its own purpose, so none leads to
/// the token or to another one. Their 43 characters are a code verifier (RFC 7636 §4.1).
pub struct Secrets {
    state: Zeroizing<String>,
    nonce: Zeroizing<String>,
    verifier: Zeroizing<String>,
}

impl Secrets {
    /// Those of a browser whose cookie has this token of 256 random bits.
    pub fn of(token: &str) -> Self {
        let derive = |purpose: &str| {
            let hash = Sha256::new()
                .chain_update(purpose)
                .chain_update([0])
                .chain_update(token)
                .finalize();
            Zeroizing::new(URL_SAFE_NO_PAD.encode(hash))
        };
        Self {
            state: derive("sealpost oidc state"),
            nonce: derive("sealpost oidc nonce"),
            verifier: derive("sealpost oidc verifier"),
        }
    }

    /// Whether an answer has the state of this browser (RFC 6749 §10.12).
    pub fn has_state(&self, state: &str) -> bool {
        self.state.as_bytes().ct_eq(state.as_bytes()).into()
    }

    pub(super) fn state(&self) -> &str {
        &self.state
    }

    pub(super) fn nonce(&self) -> &str {
        &self.nonce
    }

    pub(super) fn verifier(&self) -> &str {
        &self.verifier
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secrets_of_a_browser_are_its_own_and_different() {
        let (one, same, other) = (Secrets::of("a"), Secrets::of("a"), Secrets::of("b"));
        let all = [
            one.state(),
            one.nonce(),
            one.verifier(),
            other.state(),
            other.nonce(),
            other.verifier(),
        ];
        for (at, secret) in all.iter().enumerate() {
            assert_eq!(secret.len(), 43);
            assert!(!all[..at].contains(secret));
        }
        assert!(one.has_state(same.state()));
        assert!(!one.has_state(other.state()) && !one.has_state("") && !one.has_state(&one.state()[..42]));
    }
}
