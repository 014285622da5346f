//! One finding: what was looked at, how it is, what that means for mail, and what to do.

use serde::{Deserialize, Serialize};

use crate::causes::printable;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Good,
    /// Mail goes through, but something is not as it should be.
    Warning,
    /// Mail is lost, refused, or never sent.
    Bad,
    /// It could not be checked, or there is nothing to check.
    NotChecked,
}

/// What was looked at. The word is part of the JSON output, and stays the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The resolver.
    Resolver,
    /// The clock of this machine.
    Clock,
    /// The spam filter.
    SpamFilter,
    /// The addresses of the mail host.
    MailHost,
    /// The names of these addresses.
    ReverseDns,
    /// The MX records of a domain.
    Mx,
    /// The SPF record of a domain.
    Spf,
    /// The DKIM record of a domain.
    Dkim,
    /// The DMARC record of a domain.
    Dmarc,
    /// The MTA-STS record of a domain.
    MtaSts,
    /// The MTA-STS policy itself.
    MtaStsPolicy,
    /// The record that asks for reports on TLS.
    TlsReports,
    /// A block list.
    BlockList,
    /// The address of the SMTP receiver.
    Receiver,
    /// The certificate of the SMTP receiver.
    Certificate,
    /// Port 25 of the mail host's public addresses.
    WayIn,
    /// The next hop of what leaves.
    NextHop,
    /// Port 25 of others.
    WayOut,
    /// The public address of the web interface.
    Web,
    /// The page that the public address leads to.
    WebPage,
    /// Who can sign up.
    SignUp,
    /// The mail to the operator's addresses.
    OperatorMail,
    /// The provider at which people sign in.
    SignInProvider,
    /// The data folder.
    DataFolder,
    /// The room in the data folder.
    Space,
    /// A file of a key.
    KeyFile,
    /// The database and its schema.
    Database,
    /// The master key and the database.
    MasterKey,
    /// The queue.
    Queue,
    /// The backups.
    Backup,
}

impl Check {
    /// Its name, as an operator reads it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Resolver => "Resolver",
            Self::Clock => "Clock",
            Self::SpamFilter => "Spam filter",
            Self::MailHost => "Mail host",
            Self::ReverseDns => "Reverse DNS",
            Self::Mx => "MX",
            Self::Spf => "SPF",
            Self::Dkim => "DKIM",
            Self::Dmarc => "DMARC",
            Self::MtaSts => "MTA-STS",
            Self::MtaStsPolicy => "MTA-STS policy",
            Self::TlsReports => "TLS reports",
            Self::BlockList => "Block list",
            Self::Receiver => "SMTP receiver",
            Self::Certificate => "Certificate",
            Self::WayIn => "Port 25 inwards",
            Self::NextHop => "Next hop",
            Self::WayOut => "Port 25 outwards",
            Self::Web => "Web interface",
            Self::WebPage => "Web page",
            Self::SignUp => "Sign-up",
            Self::OperatorMail => "Operator's mail",
            Self::SignInProvider => "Sign-in provider",
            Self::DataFolder => "Data folder",
            Self::Space => "Free space",
            Self::KeyFile => "Key file",
            Self::Database => "Database",
            Self::MasterKey => "Master key",
            Self::Queue => "Queue",
            Self::Backup => "Backup",
        }
    }
}

/// A finding, in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// Which one: a domain, an address, or a file. Empty if there is only one.
    pub of: String,
    /// How it is.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What it means for mail. Empty if all is good.
    pub means: String,
    /// What to do. Empty if there is nothing to do.
    pub action: String,
}

impl Finding {
    /// Something is as it should be.
    pub(super) fn good(check: Check, of: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new((check, State::Good), of, found, "", "")
    }

    /// Mail goes through, but something is not as it should be.
    pub(super) fn warning(
        check: Check,
        of: impl Into<String>,
        found: impl Into<String>,
        means: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        Self::new((check, State::Warning), of, found, means, action)
    }

    /// Mail is lost, refused, or never sent.
    pub(super) fn bad(
        check: Check,
        of: impl Into<String>,
        found: impl Into<String>,
        means: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        Self::new((check, State::Bad), of, found, means, action)
    }

    /// Something was not checked.
    pub(super) fn not_checked(
        check: Check,
        of: impl Into<String>,
        found: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        Self::new((check, State::NotChecked), of, found, "", action)
    }

    /// The same finding. Bad if it matters that much, else a warning.
    pub(super) fn bad_if(self, is_bad: bool) -> Self {
        let state = if is_bad { State::Bad } else { State::Warning };
        Self { state, ..self }
    }

    fn new(
        (check, state): (Check, State),
        of: impl Into<String>,
        found: impl Into<String>,
        means: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        Self {
            check,
            of: printable(&of.into()),
            state,
            found: printable(&found.into()),
            means: means.into(),
            action: printable(&action.into()),
        }
    }
}
