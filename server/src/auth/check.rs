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
    finding::{
        Authentication, Author, Dkim, DkimOutcome, Dmarc, DmarcOutcome, FromFault, Identity, Policy, Spf, SpfOutcome,
    },
    reading,
};
use crate::{
    inbound::{
        identify,
        received::{Client, ReversePath},
    },
    mail::{
        author::{Authors, MOST_DOMAINS},
        header,
        message::Message,
    },
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
    let authors = Authors::read(&ours);
    let sender = identify::sender(&ours, &client.reverse_path);
    keep_signatures(&mut theirs, agreed);
    let (spf, dkim) = tokio::join!(spf(library, relay, client), library.verify_dkim(&theirs));
    let (dmarc, spf_aligned) = judge(library, &judged(&authors, sender.as_ref()), &spf, &dkim).await?;
    let (covered, ambiguous) = match authors.clear().filter(|_| agreed) {
        Some(author) => coverage(library, author.domain(), &dkim, &ours, &theirs).await,
        None => (None, false),
    };
    Ok(Authentication {
        author: author(&authors, sender, agreed),
        fault: fault(&authors),
        envelope: envelope(client),
        spf: Spf {
            outcome: spf_outcome(spf.result()),
            identity: identity(client),
            aligned: spf_aligned,
            domain: spf.domain().to_lowercase(),
        },
        dkim: dkim.iter().filter_map(signature).collect(),
        dmarc,
        covered,
        ambiguous,
    })
}

/// The domains that answer for a message. Where From names none, that of the address which is shown instead.
fn judged<'a>(authors: &'a Authors, sender: Option<&'a EmailAddress>) -> Vec<&'a str> {
    let mut domains = authors.domains();
    domains.truncate(MOST_DOMAINS);
    if domains.is_empty() {
        domains.extend(sender.map(EmailAddress::domain));
    }
    domains
}

fn author(authors: &Authors, sender: Option<EmailAddress>, agreed: bool) -> Author {
    match (authors.clear(), authors.only_address(), authors.first()) {
        (Some(address), ..) if agreed => Author::Clear(address.clone()),
        (None, Some(address), _) if agreed => Author::Odd(address.clone()),
        (.., Some(address)) if authors.are_known() => Author::Doubtful(address.clone()),
        (.., Some(address)) => Author::Unknown(address.clone()),
        (.., None) => sender.map_or(Author::Nobody, Author::Unknown),
    }
}

fn fault(authors: &Authors) -> Option<FromFault> {
    if authors.fields > 1 {
        Some(FromFault::SeveralFields)
    } else if authors.domains().len() > MOST_DOMAINS {
        Some(FromFault::TooManyDomains)
    } else {
        None
    }
}

/// What DMARC says of each domain; the worst finding stands for all, so that no domain can hide behind another (RFC 9989
/// §5.3.1 leaves several authors to the receiver). Also whether SPF passes in alignment with the first.
async fn judge(
    library: &MessageAuthenticator,
    domains: &[&str],
    spf: &SpfOutput,
    dkim: &[DkimOutput<'_>],
) -> Result<(Dmarc, bool), AuthError> {
    let mut worst: Option<Dmarc> = None;
    let mut aligned = false;
    for (at, domain) in domains.iter().enumerate() {
        let author = author_at(domain);
        let dmarc = library
            .verify_dmarc(DmarcParameters::new(&author, dkim, spf.domain(), spf))
            .await;
        // Without a policy only the very same domain is in alignment.
        aligned |= at == 0
            && (*dmarc.spf_result() == DmarcResult::Pass
                || spf.result() == SpfResult::Pass && spf.domain().eq_ignore_ascii_case(domain));
        let found = Dmarc {
            outcome: no_failed_look_up(spf, dkim, &dmarc)?,
            domain: (*domain).to_owned(),
            policy: policy(dmarc.policy()),
        };
        if worst.as_ref().is_none_or(|worst| severity(worst) < severity(&found)) {
            worst = Some(found);
        }
    }
    let nothing = Dmarc {
        outcome: DmarcOutcome::None,
        domain: String::new(),
        policy: Policy::None,
    };
    Ok((worst.unwrap_or(nothing), aligned))
}

fn severity(dmarc: &Dmarc) -> u8 {
    match (dmarc.outcome, dmarc.policy) {
        (DmarcOutcome::Pass, _) => 0,
        (DmarcOutcome::None, _) => 1,
        (DmarcOutcome::PermError, _) => 2,
        (DmarcOutcome::Fail, Policy::None) => 3,
        (DmarcOutcome::Fail, Policy::Quarantine) => 4,
        (DmarcOutcome::Fail, Policy::Reject) => 5,
    }
}

/// A message by somebody at a domain, as mail-auth wants it: it asks for nothing but the domain.
fn author_at<'a>(domain: &str) -> AuthenticatedMessage<'a> {
    AuthenticatedMessage {
        from: vec![format!("author@{domain}")],
        ..AuthenticatedMessage::default()
    }
}

/// What the signatures in alignment with the author's domain cover, and whether one verifies that leaves the body's reading
/// open.
async fn coverage(
    library: &MessageAuthenticator,
    domain: &str,
    dkim: &[DkimOutput<'_>],
    ours: &Message<'_>,
    theirs: &AuthenticatedMessage<'_>,
) -> (Option<Covered>, bool) {
    let mut aligned = Vec::new();
    for each in dkim.iter().filter(|each| *each.result() == DkimResult::Pass) {
        if let Some(signature) = each.signature()
            && is_aligned(library, domain, each).await
        {
            aligned.push(Covered::new(ours, theirs, signature));
        }
    }
    let signed = !aligned.is_empty();
    let clear = aligned.into_iter().filter(|covered| reading::is_clear(ours, covered));
    let covered = clear.max_by_key(Covered::len);
    let ambiguous = signed && covered.is_none();
    (covered, ambiguous)
}

/// Whether a signature that verifies is of a domain in alignment with the author's. Without a policy only the very same
/// domain is.
async fn is_aligned(library: &MessageAuthenticator, domain: &str, output: &DkimOutput<'_>) -> bool {
    if output
        .signature()
        .is_some_and(|signature| signature.d.eq_ignore_ascii_case(domain))
    {
        return true;
    }
    let (author, nobody) = (author_at(domain), SpfOutput::new(String::new()));
    let parameters = DmarcParameters::new(&author, std::slice::from_ref(output), "", &nobody);
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
