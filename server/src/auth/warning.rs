//! Explains the findings in plain words to readers who do not look into headers.

use super::{
    finding::{Authentication, Author, DkimOutcome, DmarcOutcome, SpfOutcome},
    results::is_plain,
};

impl Authentication {
    /// Returns one line if something failed, or `None` if everything is fine or nothing was checked.
    pub fn warning(&self) -> Option<String> {
        let said = match self.dmarc.outcome {
            // The author's domain vouches for the message. Something else that forwarding broke does not matter.
            DmarcOutcome::Pass => self.unknown()?,
            // It was so before a sealer changed it that the operator trusts.
            DmarcOutcome::Fail if self.sealer.is_some() => self.unclear()?,
            DmarcOutcome::Fail => self.denial().or_else(|| self.unclear())?,
            DmarcOutcome::None | DmarcOutcome::PermError => self
                .wrong_server()
                .or_else(|| self.broken())
                .or_else(|| self.unclear())?,
        };
        Some(format!("Sealpost: {said} Somebody else may have written it."))
    }

    fn denial(&self) -> Option<String> {
        let author = self.author.shown()?;
        let domain = &self.dmarc.domain;
        Some(if self.is_rejected() {
            format!("This message claims to be from {author}, but {domain} says that it is not.")
        } else {
            format!("This message claims to be from {author}, but {domain} does not confirm that.")
        })
    }

    fn wrong_server(&self) -> Option<String> {
        let domain = &self.spf.domain;
        match self.spf.outcome {
            SpfOutcome::Fail => Some(format!(
                "This message came from a server that may not send for {domain}."
            )),
            SpfOutcome::SoftFail => Some(format!(
                "This message came from a server that probably may not send for {domain}."
            )),
            _ => None,
        }
    }

    /// A mailing list breaks the author's signature and adds its own, so one valid signature is enough.
    fn broken(&self) -> Option<String> {
        if self.dkim.iter().any(|each| each.outcome == DkimOutcome::Pass) {
            return None;
        }
        let mut failed = self.dkim.iter().filter(|each| each.outcome == DkimOutcome::Fail);
        // The sender chose the name, so a sentence in its place is not repeated.
        let broken = failed.find(|each| is_plain(&each.domain))?;
        Some(format!(
            "This message is not as {} signed it: it was changed on the way.",
            broken.domain
        ))
    }

    fn unclear(&self) -> Option<String> {
        match self.author {
            Author::Doubtful(_) => Some("This message does not say clearly who wrote it.".into()),
            _ => self.unknown(),
        }
    }

    /// No domain vouches for such an author. Only a domain that the sender chose for Sender or the envelope passed.
    fn unknown(&self) -> Option<String> {
        let unknown = matches!(self.author, Author::Unknown(_) | Author::Nobody);
        unknown.then(|| "This message does not say clearly who wrote it.".into())
    }
}
