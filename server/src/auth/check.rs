//! Asks mail-auth, and puts its answers into our own words. What is judged is the address that a reader will be shown.

use app::address::EmailAddress;
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DmarcOutput, DmarcResult, Error, MessageAuthenticator, SpfOutput,
    SpfResult,
    common::crypto::Algorithm,
    dkim::{DkimError, Signature},
    dmarc::{self, verify::DmarcParameters},
    spf::verify::SpfParameters,
};

use super::{
    AuthError,
    covered::Covered,
    finding::{Authentication, Author, Dkim, DkimOutcome, Dmarc, DmarcOutcome, Identity, Policy, Spf, SpfOutcome},
    reading,
};
use crate::{
    inbound::{
        identify,
        received::{Client, ReversePath},
    },
    mail::{header, message::Message, value},
};

/// Most signatures of a message that are looked at; each costs a look-up and a verification.
const MOST_SIGNATURES: usize = 10;

/// Checks one message.
pub async fn check(
    library: &MessageAuthenticator,
    relay: &str,
    client: &Client,
    message: &[u8],
) -> Result<Authentication, AuthError> {
    let ours = Message::parse(message);
    let mut theirs = AuthenticatedMessage::parse(message).unwrap_or_default();
    let agreed = agreed(&ours, &theirs);
    let sender = identify::sender(&ours, &client.reverse_path);
    keep_signatures(&mut theirs, agreed);
    let (spf, dkim) = tokio::join!(spf(library, relay, client), library.verify_dkim(&theirs));
    let author = AuthenticatedMessage {
        from: sender.iter().map(|address| address.folded()).collect(),
        ..AuthenticatedMessage::default()
    };
    let dmarc = library
        .verify_dmarc(DmarcParameters::new(&author, &dkim, spf.domain(), &spf))
        .await;
    let outcome = no_failed_look_up(&spf, &dkim, &dmarc)?;
    let domain = sender.as_ref().map_or("", EmailAddress::domain);
    let mut aligned = Vec::new();
    for each in dkim.iter().filter(|each| *each.result() == DkimResult::Pass) {
        if let Some(signature) = each.signature()
            && is_aligned(library, &author, domain, each).await
        {
            aligned.push(Covered::new(&ours, &theirs, signature));
        }
    }
    let signed = !aligned.is_empty();
    let covered = aligned
        .into_iter()
        .filter(|covered| reading::is_clear(&ours, covered))
        .max_by_key(Covered::len);
    Ok(Authentication {
        spf: Spf {
            outcome: spf_outcome(spf.result()),
            identity: identity(client),
            // Without a policy only the very same domain is in alignment.
            aligned: *dmarc.spf_result() == DmarcResult::Pass
                || spf.result() == SpfResult::Pass && spf.domain().eq_ignore_ascii_case(domain),
            domain: spf.domain().to_lowercase(),
        },
        dmarc: Dmarc {
            outcome,
            domain: domain.to_owned(),
            policy: policy(dmarc.policy()),
        },
        ambiguous: signed && covered.is_none(),
        covered,
        dkim: dkim.iter().filter_map(signature).collect(),
        envelope: envelope(client),
        author: clear_or_doubtful(sender, &ours, agreed),
    })
}

/// Whether a signature that verifies is of a domain in alignment with the author's. Without a policy only the very same
/// domain is.
async fn is_aligned(
    library: &MessageAuthenticator,
    author: &AuthenticatedMessage<'_>,
    domain: &str,
    output: &DkimOutput<'_>,
) -> bool {
    if output
        .signature()
        .is_some_and(|signature| signature.d.eq_ignore_ascii_case(domain))
    {
        return true;
    }
    let nobody = SpfOutput::new(String::new());
    let parameters = DmarcParameters::new(author, std::slice::from_ref(output), "", &nobody);
    *library.verify_dmarc(parameters).await.dkim_result() == DmarcResult::Pass
}

/// Whether mail-auth sees the same From field and the same body as we do. Where it does not, what was signed is not
/// what the person would read.
fn agreed(ours: &Message<'_>, theirs: &AuthenticatedMessage<'_>) -> bool {
    let mut seen = theirs
        .headers
        .iter()
        .filter(|(name, _)| name.trim_ascii().eq_ignore_ascii_case(header::FROM.as_bytes()));
    let mut fields = ours.all(header::FROM);
    let same_from = match (fields.next(), fields.next(), seen.next(), seen.next()) {
        (Some(field), None, Some((_, value)), None) => field.raw_value().trim_ascii() == value.trim_ascii(),
        _ => false,
    };
    let body = usize::try_from(theirs.body_offset)
        .ok()
        .and_then(|at| theirs.raw_message.get(at..));
    same_from && body.is_some_and(|body| body.len() == ours.body().len())
}

/// Drops what must not count: RFC 6376 §5.4 wants From signed, RFC 8301 §3.1 no SHA-1.
fn keep_signatures(message: &mut AuthenticatedMessage<'_>, agreed: bool) {
    let counts = |signature: &Signature| {
        agreed
            && signature.a != Algorithm::RsaSha1
            && signature.h.iter().any(|name| name.eq_ignore_ascii_case(header::FROM))
    };
    message.errors.clear();
    message.dkim_headers.retain(|field| counts(&field.header));
    message.dkim_headers.truncate(MOST_SIGNATURES);
}

async fn spf(library: &MessageAuthenticator, relay: &str, client: &Client) -> SpfOutput {
    match &client.reverse_path {
        ReversePath::Address(address) => {
            let parameters = SpfParameters::verify_mail_from(client.ip, &client.helo, relay, address);
            library.verify_spf(parameters).await
        }
        // RFC 7208 §2.4. An address literal is no domain that could say anything.
        ReversePath::Null if client.helo.starts_with('[') => SpfOutput::new(String::new()),
        ReversePath::Null => {
            let parameters = SpfParameters::verify_ehlo(client.ip, &client.helo, relay);
            library.verify_spf(parameters).await
        }
    }
}

/// A failed look-up is no finding, unless the author's domain vouches for the message without it.
fn no_failed_look_up(spf: &SpfOutput, dkim: &[DkimOutput<'_>], dmarc: &DmarcOutput) -> Result<DmarcOutcome, AuthError> {
    let outcome = match dmarc.result() {
        DmarcResult::Pass => return Ok(DmarcOutcome::Pass),
        DmarcResult::TempError(_) => return Err(AuthError::LookUp("DMARC")),
        DmarcResult::Fail(_) => DmarcOutcome::Fail,
        DmarcResult::None => DmarcOutcome::None,
        DmarcResult::PermError(_) => DmarcOutcome::PermError,
    };
    if spf.result() == SpfResult::TempError {
        return Err(AuthError::LookUp("SPF"));
    }
    if dkim
        .iter()
        .any(|each| matches!(each.result(), DkimResult::TempError(_)))
    {
        return Err(AuthError::LookUp("DKIM"));
    }
    Ok(outcome)
}

fn clear_or_doubtful(sender: Option<EmailAddress>, message: &Message<'_>, agreed: bool) -> Author {
    let addresses = message.first(header::FROM).map(value::addresses).unwrap_or_default();
    match sender {
        Some(address) if agreed && addresses.len() == 1 => Author::Clear(address),
        Some(address) => Author::Doubtful(address),
        None => Author::Nobody,
    }
}

fn envelope(client: &Client) -> Option<String> {
    match &client.reverse_path {
        ReversePath::Address(address) => address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()),
        ReversePath::Null => None,
    }
}

fn identity(client: &Client) -> Identity {
    match &client.reverse_path {
        ReversePath::Address(_) => Identity::MailFrom,
        ReversePath::Null => Identity::Helo,
    }
}

fn signature(output: &DkimOutput<'_>) -> Option<Dkim> {
    let signature = output.signature()?;
    Some(Dkim {
        outcome: dkim_outcome(output.result()),
        domain: signature.d.to_lowercase(),
        selector: signature.s.clone(),
    })
}

fn spf_outcome(result: SpfResult) -> SpfOutcome {
    match result {
        SpfResult::Pass => SpfOutcome::Pass,
        SpfResult::Fail => SpfOutcome::Fail,
        SpfResult::SoftFail => SpfOutcome::SoftFail,
        SpfResult::Neutral => SpfOutcome::Neutral,
        SpfResult::None => SpfOutcome::None,
        SpfResult::PermError => SpfOutcome::PermError,
        SpfResult::TempError => SpfOutcome::TempError,
    }
}

fn dkim_outcome(result: &DkimResult) -> DkimOutcome {
    match result {
        DkimResult::Pass => DkimOutcome::Pass,
        // RFC 8601 §2.7.1 counts a changed body among the failures.
        DkimResult::Fail(_) | DkimResult::Neutral(Error::Dkim(DkimError::FailedBodyHashMatch)) => DkimOutcome::Fail,
        DkimResult::Neutral(_) | DkimResult::None => DkimOutcome::Neutral,
        DkimResult::PermError(_) => DkimOutcome::PermError,
        DkimResult::TempError(_) => DkimOutcome::TempError,
    }
}

fn policy(policy: dmarc::Policy) -> Policy {
    match policy {
        dmarc::Policy::Reject => Policy::Reject,
        dmarc::Policy::Quarantine => Policy::Quarantine,
        dmarc::Policy::None | dmarc::Policy::Unspecified => Policy::None,
    }
}
