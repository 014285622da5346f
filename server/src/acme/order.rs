//! Orders one certificate (RFC 8555 §7.4): proves each name, then has a key certified. An order that is not finished is
//! continued by the next attempt.

use std::{collections::BTreeMap, time::Duration};

use instant_acme::{
    Account, AuthorizationHandle, AuthorizationStatus, ChallengeStatus, ChallengeType, Identifier, NewOrder, Order,
    OrderStatus, RetryPolicy,
};
use time::OffsetDateTime;
use tokio::time::{Instant, sleep};

use super::{
    AcmeError,
    challenges::Challenges,
    pending::{PendingFile, PendingOrder},
};
use crate::{causes::chain, config::AcmeChallenge};

/// How long the CA is asked whether it has finished a step.
const ASK_FOR: Duration = Duration::from_secs(120);
/// The first pause between two questions. Pauses double.
const ASK_AGAIN: Duration = Duration::from_millis(250);
/// The longest pause between two questions.
const ASK_SELDOM: Duration = Duration::from_secs(5);
/// How the end of an order is waited for.
const ASK: RetryPolicy = RetryPolicy::new().initial_delay(ASK_AGAIN).timeout(ASK_FOR);
/// After this time an order is given up if the CA says nothing of it that can be read.
const UNREADABLE: time::Duration = time::Duration::DAY;

/// The chain that the CA issued, as PEM, and its key.
pub(super) struct Certified {
    pub chain: String,
    pub order: PendingOrder,
}

/// The parts that orders need.
pub(super) struct Orders<'a> {
    pub account: &'a Account,
    pub by: AcmeChallenge,
    pub challenges: &'a Challenges,
    pub pending: &'a PendingFile,
    pub now: OffsetDateTime,
}

/// The names that were not proved, and why.
type Problems = BTreeMap<String, String>;

impl Orders<'_> {
    /// Continues the order that an attempt before began, if there is one.
    pub(super) async fn resume(&self) -> Result<Option<Certified>, AcmeError> {
        let Some(kept) = self.pending.read(self.now)? else {
            return Ok(None);
        };
        let mut order = match self.account.order(kept.url.clone()).await {
            Ok(order) => order,
            Err(error) if self.is_lost(&kept, &error) => {
                self.pending.remove()?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        if order.state().status == OrderStatus::Invalid {
            self.pending.remove()?;
            return Ok(None);
        }
        tracing::info!(
            names = kept.names.join(" "),
            "an order of an earlier attempt is continued"
        );
        self.finish(order, kept).await.map(Some)
    }

    /// Orders a certificate for the names.
    pub(super) async fn order(&self, names: &[String]) -> Result<Certified, AcmeError> {
        let identifiers: Vec<_> = names.iter().cloned().map(Identifier::Dns).collect();
        let order = self.account.new_order(&NewOrder::new(&identifiers)).await?;
        let kept = self.pending.begin(order.url(), names, self.now)?;
        self.finish(order, kept).await
    }

    /// Whether the CA does not have the order any more. An account that it does not know is a matter of the account.
    fn is_lost(&self, kept: &PendingOrder, error: &instant_acme::Error) -> bool {
        match error {
            instant_acme::Error::Api(problem) => {
                let error = AcmeError::from(problem.clone());
                error.ends_order() && !error.is_unknown_account()
            }
            // Some CAs say nothing but "not found", and some proxies say nothing but "later".
            instant_acme::Error::Json(_) => kept.age(self.now) > UNREADABLE,
            _ => false,
        }
    }

    async fn finish(&self, order: Order, kept: PendingOrder) -> Result<Certified, AcmeError> {
        match self.certify(order, &kept).await {
            Ok(chain) => Ok(Certified { chain, order: kept }),
            Err(error) => {
                if error.ends_order() {
                    self.pending.remove()?;
                }
                Err(error)
            }
        }
    }

    async fn certify(&self, mut order: Order, kept: &PendingOrder) -> Result<String, AcmeError> {
        if order.state().status == OrderStatus::Pending {
            let mut problems = self.prove_all(&mut order).await?;
            settle(&mut order, &mut problems).await?;
            if !problems.is_empty() {
                return Err(refusal(problems));
            }
            match order.poll_ready(&ASK).await? {
                OrderStatus::Ready => {}
                status => return Err(not_ready(status)),
            }
        }
        if order.state().status == OrderStatus::Ready {
            order.finalize_csr(&kept.request()?).await?;
        }
        // A certificate that is there already is fetched without another question.
        match order.state().status {
            OrderStatus::Valid => order.certificate().await?.ok_or(not_ready(OrderStatus::Processing)),
            OrderStatus::Invalid => Err(not_ready(OrderStatus::Invalid)),
            _ => Ok(order.poll_certificate(&ASK).await?),
        }
    }

    /// Answers all challenges. A name that cannot be proved does not keep the others from it.
    async fn prove_all(&self, order: &mut Order) -> Result<Problems, AcmeError> {
        let mut problems = Problems::new();
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let authorization = authorization?;
            // A name may be proved already, by an order before.
            if authorization.status != AuthorizationStatus::Pending {
                continue;
            }
            let name = authorization.identifier().to_string();
            match self.prove(authorization, &name).await {
                Err(error) if error.ends_order() => {
                    problems.insert(name, chain(&error));
                }
                proved => proved?,
            }
        }
        Ok(problems)
    }

    async fn prove(&self, mut authorization: AuthorizationHandle<'_>, name: &str) -> Result<(), AcmeError> {
        let kind = match self.by {
            AcmeChallenge::Http01 => ChallengeType::Http01,
            AcmeChallenge::TlsAlpn01 => ChallengeType::TlsAlpn01,
        };
        let Some(mut challenge) = authorization.challenge(kind) else {
            return Err(AcmeError::Refused {
                says: format!("it offers no {}", self.by.name()),
                kind: None,
                names: vec![name.to_owned()],
            });
        };
        let proof = challenge.key_authorization();
        match self.by {
            AcmeChallenge::Http01 => self.challenges.put_http(&challenge.token, proof.as_str()),
            AcmeChallenge::TlsAlpn01 => self.challenges.put_tls(name, proof.digest().as_ref())?,
        }
        // An attempt before may have said so, and the CA not have come yet.
        match challenge.status {
            ChallengeStatus::Pending => Ok(challenge.set_ready().await?),
            _ => Ok(()),
        }
    }
}

/// Waits until the CA has tried all names. One refusal makes the whole order invalid, so the others would not be known
/// before the next order.
async fn settle(order: &mut Order, problems: &mut Problems) -> Result<(), AcmeError> {
    let (end, mut pause) = (Instant::now() + ASK_FOR, ASK_AGAIN);
    loop {
        let mut waits = false;
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            let name = authorization.identifier().to_string();
            if problems.contains_key(&name) || authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            match authorization.refresh().await?.status {
                AuthorizationStatus::Valid => {}
                AuthorizationStatus::Pending => waits = true,
                _ => {
                    problems.insert(name, problem(&authorization));
                }
            }
        }
        if !waits {
            return Ok(());
        }
        if Instant::now() + pause > end {
            // The refusals are known, so the rest need not be.
            return match problems.is_empty() {
                true => Err(AcmeError::TooSlow(ASK_FOR)),
                false => Ok(()),
            };
        }
        sleep(pause).await;
        pause = (pause * 2).min(ASK_SELDOM);
    }
}

/// Why a name was not proved, in the CA's words.
fn problem(authorization: &AuthorizationHandle<'_>) -> String {
    let problems = authorization.challenges.iter().filter_map(|one| one.error.as_ref());
    let said: Vec<_> = problems
        .map(|problem| {
            let kind = problem.r#type.as_deref().unwrap_or("no type");
            let detail = problem.detail.as_deref().unwrap_or("no detail");
            format!("{detail} ({kind})")
        })
        .collect();
    match said.is_empty() {
        true => format!("the proof is {:?}", authorization.status).to_lowercase(),
        false => said.join(", "),
    }
}

fn refusal(problems: Problems) -> AcmeError {
    let said: Vec<_> = problems
        .iter()
        .map(|(name, problem)| format!("{name}: {problem}"))
        .collect();
    AcmeError::Refused {
        says: said.join("; "),
        kind: None,
        names: problems.into_keys().collect(),
    }
}

fn not_ready(status: OrderStatus) -> AcmeError {
    AcmeError::Refused {
        says: format!("the order is {status:?}").to_lowercase(),
        kind: None,
        names: Vec::new(),
    }
}
