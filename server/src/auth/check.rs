//! Calls mail-auth and converts its answers. It checks the address that a reader will see.

use app::address::OutsideAddress;
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DmarcOutput, DmarcResult, Error, MessageAuthenticator, Parameters,
    SpfOutput, SpfResult,
    common::crypto::Algorithm,
    dkim::{DkimError, Signature},
    dmarc,
};

use super::{
    AuthError,
    covered::{Covered, MOST_NAMES},
    finding::{Authentication, Author, Dkim, DkimOutcome, Dmarc, DmarcOutcome, FromFault, Policy, Spf, SpfOutcome},
    lookup::Lookup,
    policies::Policies,
    reading,
    records::Records,
    spf::{self, Question},
};

use crate::{
    envelope::{Client, ReversePath},
    mail::{
        author::{Authors, MOST_DOMAINS},
        header,
        indexed::IndexedMessage,
        message::Message,
        outside, shown,
    },
};

/// Most signatures of a message that are looked at; each costs a look-up and a verification.
const MOST_SIGNATURES: usize = 10;

/// Checks one message.
pub async fn check(
    library: &MessageAuthenticator,
    client: &Client,
    message: &IndexedMessage,
) -> Result<Authentication, AuthError> {
    let lookup = Lookup(library.resolver());
    let ours = message.message();
    let mut theirs = AuthenticatedMessage::parse(message).unwrap_or_default();
    let agreed = reads_alike(&ours, &theirs);
    let authors = Authors::read(&ours);
    let sender = shown::sender(&ours, client.reverse_path.address());
    keep_signatures(&mut theirs, agreed);
    let question = Question::new(client);
    let (outcome, keys) = tokio::join!(spf::check(lookup, &question), Records::keys(lookup, &theirs));
    let spf = SpfOutput::new(question.domain.to_owned()).with_result(spf_result(outcome));
    let dkim = library
        .verify_dkim(Parameters::new(&theirs).with_txt_cache(&keys))
        .await;
    let judged = domains_to_check(&authors, sender.as_ref());
    let policies = Policies::look_up(library, lookup, &judged, &spf, &dkim).await;
    let (dmarc, spf_aligned) = judge(&policies, &judged, &spf, &dkim).await?;
    let (covered, ambiguous) = match authors.clear().filter(|_| agreed) {
        Some(author) => find_coverage(&policies, author.domain(), &dkim, &ours, &theirs).await,
        None => (None, false),
    };
    Ok(Authentication {
        author: author(&authors, sender, agreed),
        fault: fault(&authors),
        envelope: envelope(client),
        spf: Spf {
            outcome,
            identity: question.identity,
            aligned: spf_aligned,
            domain: question.domain.to_lowercase(),
        },
        dkim: dkim.iter().filter_map(signature).collect(),
        dmarc,
        covered,
        ambiguous,
    })
}

/// The domains that answer for a message: those that From names, and that of the address which is shown. A domain that cannot
/// exist is not looked up: the answer would be a failure for ever.
fn domains_to_check<'a>(authors: &'a Authors, sender: Option<&'a OutsideAddress>) -> Vec<&'a str> {
    let mut domains = authors.domains();
    domains.truncate(MOST_DOMAINS);
    let shown = sender.filter(|sender| outside::is_domain(sender.domain()));
    if let Some(shown) = shown.map(OutsideAddress::domain)
        && !domains.contains(&shown)
    {
        domains.push(shown);
    }
    domains
}

fn author(authors: &Authors, sender: Option<OutsideAddress>, agreed: bool) -> Author {
    match (authors.clear(), authors.only_address(), authors.first()) {
        (Some(address), ..) if agreed => Author::Clear(address.clone()),
        (None, Some(address), _) if agreed => Author::Odd(address.clone()),
        (.., Some(address)) if authors.are_known() => Author::Doubtful(address.clone()),
        _ => sender.map_or(Author::Nobody, Author::Unknown),
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
    policies: &Policies<'_>,
    domains: &[&str],
    spf: &SpfOutput,
    dkim: &[DkimOutput<'_>],
) -> Result<(Dmarc, bool), AuthError> {
    let mut worst: Option<Dmarc> = None;
    let mut aligned = false;
    for (at, domain) in domains.iter().enumerate() {
        let dmarc = policies.verify(domain, spf, dkim).await;
        // Without a policy only the very same domain is in alignment.
        let by_spf = *dmarc.spf_result() == DmarcResult::Pass
            || spf.result() == SpfResult::Pass && spf.domain().eq_ignore_ascii_case(domain);
        let by_dkim = *dmarc.dkim_result() == DmarcResult::Pass || dkim.iter().any(|each| passes_for(each, domain));
        aligned |= at == 0 && by_spf;
        if !by_spf && !by_dkim {
            no_failed_look_up(spf, dkim)?;
        }
        let found = Dmarc {
            outcome: dmarc_outcome(&dmarc)?,
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

/// What the signatures in alignment with the author's domain cover, and whether one verifies that leaves the body's reading
/// open.
async fn find_coverage(
    policies: &Policies<'_>,
    domain: &str,
    dkim: &[DkimOutput<'_>],
    ours: &Message<'_>,
    theirs: &AuthenticatedMessage<'_>,
) -> (Option<Covered>, bool) {
    let mut aligned = Vec::new();
    for each in dkim.iter().filter(|each| *each.result() == DkimResult::Pass) {
        if let Some(signature) = each.signature()
            && is_aligned(policies, domain, each).await
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
async fn is_aligned(policies: &Policies<'_>, domain: &str, output: &DkimOutput<'_>) -> bool {
    if passes_for(output, domain) {
        return true;
    }
    let dmarc = policies
        .verify(domain, &SpfOutput::new(String::new()), std::slice::from_ref(output))
        .await;
    *dmarc.dkim_result() == DmarcResult::Pass
}

/// Whether a domain's own signature verifies.
fn passes_for(output: &DkimOutput<'_>, domain: &str) -> bool {
    let signature = output.signature();
    *output.result() == DkimResult::Pass && signature.is_some_and(|signature| signature.d.eq_ignore_ascii_case(domain))
}

/// Whether mail-auth sees the same From field and the same body as we do. Where it does not, what was signed is not
/// what the person would read.
fn reads_alike(ours: &Message<'_>, theirs: &AuthenticatedMessage<'_>) -> bool {
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

/// Drops what must not count: RFC 6376 §5.4 wants From signed, RFC 8301 §3.1 no SHA-1. Nor does a list of names without end.
fn keep_signatures(message: &mut AuthenticatedMessage<'_>, agreed: bool) {
    let counts = |signature: &Signature| {
        agreed
            && signature.a != Algorithm::RsaSha1
            && signature.h.len() <= MOST_NAMES
            && signature.h.iter().any(|name| name.eq_ignore_ascii_case(header::FROM))
    };
    message.errors.clear();
    message.dkim_headers.retain(|field| counts(&field.header));
    message.dkim_headers.truncate(MOST_SIGNATURES);
    for field in &mut message.dkim_headers {
        // Nobody is reported to (RFC 6651), and who may sign for others is not asked (RFC 6541): no look-ups for either.
        field.header.r = false;
        field.header.atps = None;
    }
}

/// A failed look-up is no finding: with an answer, the message might be the author's domain's own.
fn no_failed_look_up(spf: &SpfOutput, dkim: &[DkimOutput<'_>]) -> Result<(), AuthError> {
    if spf.result() == SpfResult::TempError {
        return Err(AuthError::LookUp("SPF"));
    }
    if dkim
        .iter()
        .any(|each| matches!(each.result(), DkimResult::TempError(_)))
    {
        return Err(AuthError::LookUp("DKIM"));
    }
    Ok(())
}

fn dmarc_outcome(dmarc: &DmarcOutput) -> Result<DmarcOutcome, AuthError> {
    match dmarc.result() {
        DmarcResult::Pass => Ok(DmarcOutcome::Pass),
        DmarcResult::Fail(_) => Ok(DmarcOutcome::Fail),
        DmarcResult::None => Ok(DmarcOutcome::None),
        DmarcResult::PermError(_) => Ok(DmarcOutcome::PermError),
        DmarcResult::TempError(_) => Err(AuthError::LookUp("DMARC")),
    }
}

fn envelope(client: &Client) -> Option<String> {
    match &client.reverse_path {
        ReversePath::Address(address) => address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()),
        ReversePath::Null => None,
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

fn spf_result(outcome: SpfOutcome) -> SpfResult {
    match outcome {
        SpfOutcome::Pass => SpfResult::Pass,
        SpfOutcome::Fail => SpfResult::Fail,
        SpfOutcome::SoftFail => SpfResult::SoftFail,
        SpfOutcome::Neutral => SpfResult::Neutral,
        SpfOutcome::None => SpfResult::None,
        SpfOutcome::PermError => SpfResult::PermError,
        SpfOutcome::TempError => SpfResult::TempError,
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
