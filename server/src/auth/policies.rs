//! Looks up the DMARC policies of a message's domains (RFC 9989).

use mail_auth::{
    AuthenticatedMessage, DkimOutput, DmarcOutput, MessageAuthenticator, Parameters, SpfOutput,
    dmarc::verify::DmarcParameters,
};

use super::{lookup::Lookup, records::Records};

/// The policies that a message needs, looked up once.
pub(super) struct Policies<'a> {
    library: &'a MessageAuthenticator,
    records: Records,
}

impl<'a> Policies<'a> {
    /// Looks up the policies of the authors' domains, and of the domains that may vouch for them.
    pub async fn look_up(
        library: &'a MessageAuthenticator,
        lookup: Lookup<'_>,
        authors: &[&str],
        spf: &SpfOutput,
        dkim: &[DkimOutput<'_>],
    ) -> Self {
        let signers = dkim.iter().filter_map(DkimOutput::signature);
        let mut others: Vec<&str> = signers.map(|signature| signature.d.as_str()).collect();
        others.push(spf.domain());
        Self {
            library,
            records: Records::policies(lookup, authors, &others).await,
        }
    }

    /// Whether a message by somebody at a domain belongs to that domain.
    pub async fn verify(&self, domain: &str, spf: &SpfOutput, dkim: &[DkimOutput<'_>]) -> DmarcOutput {
        // mail-auth uses nothing but the domain.
        let author = AuthenticatedMessage {
            from: vec![format!("author@{domain}")],
            ..AuthenticatedMessage::default()
        };
        let parameters = DmarcParameters::new(&author, dkim, spf.domain(), spf);
        let parameters = Parameters::new(parameters).with_txt_cache(&self.records);
        self.library.verify_dmarc(parameters).await
    }
}
