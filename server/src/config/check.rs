//! Checks of settings one by one, which collect the mistakes.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use app::address::EmailAddress;
use zeroize::Zeroizing;

use super::{
    AcmeChallenge, AcmeSettings, ClientSecret, DkimKeySource, Fault, Mistake, OidcSettings, SecondDkimKey, Selector,
    Switch, acme, credential, oidc, raw::Raw, sources::Sources,
};
use crate::vault::{KeyCommand, MasterKeySource};

/// The settings that a master key can come from: itself, a file, a command.
pub(super) const MASTER_KEY: [&str; 3] = ["master_key", "master_key_file", "master_key_command"];
/// The same of the previous one.
pub(super) const PREVIOUS_MASTER_KEY: [&str; 3] = [
    "previous_master_key",
    "previous_master_key_file",
    "previous_master_key_command",
];

/// Checks settings one by one, and collects the mistakes.
pub(super) struct Check {
    pub(super) sources: Sources,
    pub(super) mistakes: Vec<Mistake>,
}

impl Check {
    /// Returns a setting that was parsed.
    pub(super) fn take<T, E: Into<Fault>>(&mut self, setting: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.refuse(setting, error.into())).ok()
    }

    /// Returns two settings that only work together, if both are set.
    pub(super) fn both<T, U>(
        &mut self,
        one: (&'static str, Option<T>),
        other: (&'static str, Option<U>),
    ) -> Option<(T, U)> {
        match (one.1, other.1) {
            (Some(_), None) => self.refuse(one.0, Fault::Half(other.0)),
            (None, Some(_)) => self.refuse(other.0, Fault::Half(one.0)),
            (one, other) => return one.zip(other),
        }
        None
    }

    /// Returns where a master key comes from: the one of its settings that is set, or else `own`.
    pub(super) fn master_key(
        &mut self,
        [of_value, of_file, of_command]: [&'static str; 3],
        (value, file, command): (Option<Zeroizing<String>>, Option<PathBuf>, Option<String>),
        own: PathBuf,
    ) -> Option<MasterKeySource> {
        if command.is_some() && value.is_some() {
            self.refuse(of_command, Fault::Excludes(of_value));
        }
        if command.is_some() && file.is_some() {
            self.refuse(of_command, Fault::Excludes(of_file));
        }
        Some(match (value, file, command) {
            (Some(value), ..) => MasterKeySource::Value(value),
            (None, Some(file), _) => MasterKeySource::File(credential::here(file)),
            (None, None, Some(command)) => {
                MasterKeySource::Command(self.take(of_command, KeyCommand::parse(&command))?)
            }
            (None, None, None) => MasterKeySource::Own(own),
        })
    }

    /// Returns the second DKIM key, if there is one.
    pub(super) fn second_dkim_key(&mut self, raw: &Raw) -> Option<SecondDkimKey> {
        let Some(selector) = &raw.dkim_second_selector else {
            if raw.dkim_second_key_file.is_some() {
                self.refuse("dkim_second_key_file", Fault::Half("dkim_second_selector"));
            }
            return None;
        };
        let selector = self.take("dkim_second_selector", Selector::parse(selector))?;
        if Selector::parse(&raw.dkim_selector).is_ok_and(|first| first == selector) {
            self.refuse("dkim_second_selector", Fault::SameSelector);
        }
        let own = raw.data.join(format!("dkim-{selector}.key"));
        let file = raw.dkim_second_key_file.clone();
        Some(SecondDkimKey {
            key: file.map_or(DkimKeySource::Own(own), |file| {
                DkimKeySource::File(credential::here(file))
            }),
            selector,
        })
    }

    /// Returns the alias that has the operator's mail, if there is one. The database tells whether it exists.
    pub(super) fn operator_alias<'d>(
        &mut self,
        text: Option<&str>,
        own: impl IntoIterator<Item = &'d String>,
    ) -> Option<EmailAddress> {
        let text = text?;
        let alias = text.parse::<EmailAddress>().map_err(|_| Fault::Address(text.into()));
        let alias = self.take("operator_alias", alias)?;
        if own.into_iter().all(|domain| domain != alias.domain()) {
            self.refuse("operator_alias", Fault::NotOwn);
        }
        Some(alias)
    }

    /// Returns how a certificate is obtained from a CA, if it is.
    pub(super) fn acme(&mut self, raw: &Raw) -> Option<AcmeSettings> {
        if raw.acme == Switch::Off {
            return None;
        }
        if raw.tls_certificate.is_some() {
            self.refuse("acme", Fault::Excludes("tls_certificate"));
        }
        if raw.acme_challenge == AcmeChallenge::TlsAlpn01 && raw.https.is_none() {
            self.refuse("acme_challenge", Fault::Half("https"));
        }
        let contact = raw.acme_contact.as_deref().map(acme::contact).transpose();
        let contact = self.take("acme_contact", contact);
        let directory = self.take("acme_directory", acme::directory(raw.acme_directory.clone()));
        Some(AcmeSettings {
            challenge: raw.acme_challenge,
            contact: contact?,
            directory: directory?,
            ca: raw.acme_ca.clone(),
        })
    }

    /// Returns the provider at which people sign in, if there is one.
    pub(super) fn oidc(&mut self, raw: &mut Raw) -> Option<OidcSettings> {
        let (secret, file) = (raw.oidc_client_secret.take(), raw.oidc_client_secret_file.take());
        let Some(text) = raw.oidc_issuer.take() else {
            for (setting, is_set) in [
                ("oidc_client_id", raw.oidc_client_id.is_some()),
                ("oidc_client_secret", secret.is_some()),
                ("oidc_client_secret_file", file.is_some()),
                ("oidc_name", raw.oidc_name.is_some()),
                ("oidc_sign_up", raw.oidc_sign_up),
            ] {
                if is_set {
                    self.refuse(setting, Fault::Half("oidc_issuer"));
                }
            }
            if raw.local_sign_in == Switch::Off {
                self.refuse("local_sign_in", Fault::NoWayIn);
            }
            return None;
        };
        let client_secret = match (secret, file) {
            (Some(_), Some(_)) => {
                self.refuse("oidc_client_secret_file", Fault::Excludes("oidc_client_secret"));
                None
            }
            (Some(secret), None) => Some(ClientSecret::Value(secret)),
            (None, Some(file)) => Some(ClientSecret::File(credential::here(file))),
            (None, None) => {
                self.refuse("oidc_issuer", Fault::Half("oidc_client_secret"));
                None
            }
        };
        let client_id = raw.oidc_client_id.take();
        if client_id.is_none() {
            self.refuse("oidc_issuer", Fault::Half("oidc_client_id"));
        }
        let issuer = self.take("oidc_issuer", oidc::issuer(&text))?;
        let name = self.take("oidc_name", oidc::name(raw.oidc_name.as_deref(), &issuer));
        Some(OidcSettings {
            issuer: text,
            client_id: client_id?,
            client_secret: client_secret?,
            name: name?,
            sign_up: raw.oidc_sign_up,
        })
    }

    pub(super) fn refuse(&mut self, setting: &str, fault: Fault) {
        let place = self.sources.place_of(setting);
        self.mistakes.push(Mistake { place, fault });
    }
}

/// Checks the beginning of the database's address. The library would say the whole of it, password included.
pub(super) fn database(url: Option<&str>) -> Result<(), Fault> {
    let is_known = |url: &str| {
        ["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|known| url.starts_with(known))
    };
    match url.is_none_or(is_known) {
        true => Ok(()),
        false => Err(Fault::Database),
    }
}

/// Parses the address of a resolver, which may lack the port.
pub(super) fn resolver(text: &str) -> Result<SocketAddr, Fault> {
    text.parse::<SocketAddr>()
        .or_else(|_| text.parse::<IpAddr>().map(|ip| SocketAddr::from((ip, 53))))
        .map_err(|_| Fault::Dns(text.into()))
}
