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
    AuthError, arc,
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

/// Most signatures of a message that are checked. Each costs a look-up and a verification.
const MOST_SIGNATURES: usize = 10;

/// Checks one message.
pub async fn check(
    library: &MessageAuthenticator,
    sealers: &[String],
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
    let sealer = match dmarc.outcome {
        // Its results are about one domain.
        DmarcOutcome::Fail if agreed && judged.len() == 1 => {
            arc::vouching(library, lookup, sealers, &theirs, &dmarc).await?
        }
        _ => None,
    };
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
        sealer,
        covered,
        ambiguous,
    })
}

/// The domains whose policies decide about a message: those that From names, and that of the shown address. An
/// impossible domain is skipped, because its look-up could only fail for ever.
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

/// Returns the worst DMARC finding of all domains, so that no domain can hide behind another. RFC 9989 §5.3.1 leaves
/// several authors to the receiver. Also returns whether SPF passes in alignment with the first domain.
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
        // Without a policy, only the same domain is in alignment.
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

/// Returns what the signatures in alignment with the author's domain cover, and whether a valid one leaves open how to
/// read the body.
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

/// Whether a valid signature is in alignment with the author's domain. Without a policy, only the same domain is.
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

/// Whether mail-auth reads the same From field and the same body as our parser. If not, the person would not read what
/// was signed.
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

/// Drops signatures that must not count. RFC 6376 §5.4 requires a signed From, and RFC 8301 §3.1 forbids SHA-1. Endless
/// lists of names do not count either.
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
        // The relay sends no reports (RFC 6651) and does not support third-party signers (RFC 6541), so neither is
        // looked up.
        field.header.r = false;
        field.header.atps = None;
    }
}

/// A failed look-up is no finding. With the missing answer, the message might belong to the author's domain.
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
        // RFC 8601 §2.7.1 counts a changed body as a failure.
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
