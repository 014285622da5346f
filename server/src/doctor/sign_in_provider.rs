//! The provider at which people sign in answers, and the client's secret can be read. It is not known whether the secret is right: only
//! somebody who signs in can find out.

use std::sync::Arc;

use super::finding::{Check, Finding};
use crate::{
    causes::chain,
    clock::SystemClock,
    config::{Config, OidcSettings, Switch},
    oidc::{Described, OidcError, Provider},
};

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    let Some(settings) = &config.oidc else {
        return Vec::new();
    };
    let checked = match Provider::new(settings.clone(), &config.public_url, Arc::new(SystemClock)) {
        Ok(provider) => provider.check().await,
        Err(error) => Err(error),
    };
    vec![judge(settings, config.local_sign_in, checked)]
}

fn judge(settings: &OidcSettings, local_sign_in: Switch, checked: Result<Described, OidcError>) -> Finding {
    let of = settings.issuer.clone();
    let error = match checked {
        Ok(Described { lacks_auth_time: false }) => {
            return Finding::good(Check::SignInProvider, of, "the provider answers, and names itself so");
        }
        Ok(Described { lacks_auth_time: true }) => {
            return Finding::warning(
                Check::SignInProvider,
                of,
                "the provider answers, and does not list auth_time among its claims",
                "People can sign in. If its tokens do not say when a person signed in, who has no password here cannot confirm sensitive \
                 steps, such as deleting an account.",
                "Try a sensitive step with an account that has no password. If it fails, let the provider put auth_time into its ID tokens.",
            );
        }
        Err(error) => error,
    };
    let means = match local_sign_in {
        Switch::On => "Nobody can sign in at the provider. Passwords and passkeys work.",
        Switch::Off => "Nobody can sign in. Mail goes on, and so do sessions that are open.",
    };
    let action = match error {
        OidcError::Secret(..) | OidcError::SecretExposed(_) => {
            "Correct oidc_client_secret_file: the relay must be able to read the file, and nobody else."
        }
        _ => {
            "Start the provider, or correct oidc_issuer: it must be just as the provider's own document names it, with a slash at the \
             end or without one. Its certificate must be trusted by this system."
        }
    };
    Finding::bad(Check::SignInProvider, of, chain(&error), means, action)
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;
    use crate::config::ClientSecret;

    fn settings(secret: ClientSecret) -> OidcSettings {
        OidcSettings {
            // Nothing listens there.
            issuer: "http://127.0.0.1:1".to_owned(),
            client_id: "sealpost".to_owned(),
            client_secret: secret,
            name: "House".to_owned(),
            sign_up: false,
        }
    }

    #[tokio::test]
    async fn a_provider_that_is_down_and_a_secret_that_is_gone_are_told_apart() {
        for (secret, says, action) in [
            (
                ClientSecret::Value("x".to_owned().into()),
                "cannot be had",
                "Start the provider",
            ),
            (
                ClientSecret::File("/nowhere/secret".into()),
                "cannot be read",
                "oidc_client_secret_file",
            ),
        ] {
            let settings = settings(secret);
            let url = "https://relay.example.org".parse().unwrap();
            let provider = Provider::new(settings.clone(), &url, Arc::new(SystemClock)).unwrap();
            let checked = provider.check().await;
            let finding = judge(&settings, Switch::Off, checked);
            assert_eq!(finding.state, State::Bad);
            assert!(finding.found.contains(says), "{}", finding.found);
            assert!(finding.action.contains(action), "{}", finding.action);
        }
        let good = judge(
            &settings(ClientSecret::Value("x".to_owned().into())),
            Switch::On,
            Ok(Described { lacks_auth_time: false }),
        );
        assert_eq!(good.state, State::Good);
        let silent = judge(
            &settings(ClientSecret::Value("x".to_owned().into())),
            Switch::On,
            Ok(Described { lacks_auth_time: true }),
        );
        assert_eq!(silent.state, State::Warning);
    }
}
