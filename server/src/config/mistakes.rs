//! Collects the mistakes in the settings, so that all of them are reported at once, each with its place.

use std::{fmt, path::PathBuf};

use super::{
    CollectorUrlError, DestinationError, NetworksError, PublicUrlError, RecipientsError, SelectorError, TimeServerError,
};
use crate::vault::KeyCommandError;

/// Why a setting cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The file is no TOML there.
    #[error("{0}")]
    Syntax(String),
    /// There is no such setting.
    #[error("there is no such setting{}", did_you_mean(.nearest.as_deref()))]
    Unknown {
        /// The known setting that it looks like.
        nearest: Option<String>,
    },
    /// The value has the wrong type, or is none of the possible ones.
    #[error("{0}")]
    Form(String),
    /// The same of a secret, whose value is not shown.
    #[error("must be a text. A text of digits only needs quotes")]
    Secret,
    /// It is not a host name.
    #[error("is not a domain name: {0:?}")]
    Domain(String),
    /// The same where the name of a mail host or of a person is written, or the address of a page.
    #[error("must be a name only, such as relay.example.org: {0:?}")]
    NotNameOnly(String),
    /// The same with letters that are not in ASCII.
    #[error("must be written in its ASCII form, xn--…: {0:?}")]
    NotAscii(String),
    /// It is an address, or a name that no mail can be sent to.
    #[error("is not a name in the public DNS, such as relay.example.org: {0:?}")]
    NotPublic(String),
    /// Messages go to the filter as they are.
    #[error("must be an address of this machine or of a private network: messages go there unencrypted")]
    TooFar,
    /// Neither SQLite nor PostgreSQL. The value may hold a password.
    #[error("must begin with sqlite:// or postgres://")]
    Database,
    /// The DKIM selector is invalid.
    #[error(transparent)]
    Selector(#[from] SelectorError),
    /// The second DKIM key has the name of the first.
    #[error("must be another one than dkim_selector")]
    SameSelector,
    /// The command that prints the master key is no command line. It may hold a password.
    #[error(transparent)]
    KeyCommand(#[from] KeyCommandError),
    /// The public URL is invalid.
    #[error(transparent)]
    PublicUrl(#[from] PublicUrlError),
    /// A list of addresses and networks is invalid.
    #[error(transparent)]
    Networks(#[from] NetworksError),
    /// The list of recipients of backups is invalid.
    #[error(transparent)]
    Recipients(#[from] RecipientsError),
    /// The URL of the collector is invalid.
    #[error(transparent)]
    Collector(#[from] CollectorUrlError),
    /// The time server is invalid.
    #[error(transparent)]
    TimeServer(#[from] TimeServerError),
    /// The destination is invalid.
    #[error(transparent)]
    Delivery(#[from] DestinationError),
    /// One of two settings that only work together.
    #[error("works only together with {0}")]
    Half(&'static str),
    /// One of two settings that exclude each other.
    #[error("works only without {0}")]
    Excludes(&'static str),
    /// The address must be one of TLS.
    #[error("must begin with https://")]
    NotHttps,
    /// The web interface has a TLS listener, but its address is not one of TLS.
    #[error("must be set and begin with https:// if https is set")]
    PublicUrlNotHttps,
    /// The address of the sign-in provider is not one.
    #[error("must be the provider's issuer: https:// with a host, and neither a query nor a fragment")]
    Issuer,
    /// The name of the sign-in provider is empty, or does not fit on a button.
    #[error("must be a name of one line, of at most {0} characters")]
    ProviderName(usize),
    /// Nobody could sign in.
    #[error("off needs a provider at which people sign in: set oidc_issuer")]
    NoWayIn,
    /// It is not a mail address.
    #[error("is not a mail address: {0:?}")]
    Address(String),
    /// It is not under a domain of the relay.
    #[error("must be an alias under a domain of this relay")]
    NotOwn,
    /// The largest message would always be refused for want of memory.
    #[error("must be at least eight times max_message_mib")]
    Buffer,
    /// The resolver is neither `IP` nor `IP:PORT`.
    #[error("is neither IP nor IP:PORT: {0:?}")]
    Dns(String),
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"))
}

/// Where a setting is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a line of the file, counted from 1.
    Line {
        /// The file.
        file: PathBuf,
        /// The line.
        line: usize,
        /// The setting, or nothing where a line is no TOML.
        setting: String,
    },
    /// In a variable of the environment.
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { file, line, setting } if setting.is_empty() => write!(f, "{}:{line}", file.display()),
            Self::Line { file, line, setting } => write!(f, "{}:{line}: {setting}", file.display()),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// A mistake in the settings.
#[derive(Debug)]
pub struct Mistake {
    /// Where it is.
    pub place: Place,
    /// What is wrong there.
    pub fault: Fault,
}

/// All mistakes in the settings; at least one.
#[derive(Debug)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("a mistake in the settings:")?,
            count => write!(f, "{count} mistakes in the settings:")?,
        }
        for Mistake { place, fault } in &self.0 {
            write!(f, "\n  {place}: {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mistake_has_a_line_of_its_own() {
        let mistakes = Mistakes(vec![
            Mistake {
                place: Place::Variable("SEALPOST_DNS".into()),
                fault: Fault::Dns("nine".into()),
            },
            Mistake {
                place: Place::Variable("SEALPOST_TLS_KEY".into()),
                fault: Fault::Half("tls_certificate"),
            },
        ]);
        assert_eq!(
            mistakes.to_string(),
            "2 mistakes in the settings:\n  SEALPOST_DNS: is neither IP nor IP:PORT: \"nine\"\n  \
             SEALPOST_TLS_KEY: works only together with tls_certificate"
        );
    }
}
