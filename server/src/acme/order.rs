//! Orders one certificate (RFC 8555 §7.4): proves each name, then has a new key certified.

use std::time::Duration;

use instant_acme::{
    Account, AuthorizationHandle, AuthorizationStatus, ChallengeType, Identifier, NewOrder, Order, OrderStatus,
    RetryPolicy,
};
use zeroize::Zeroizing;

use super::{AcmeError, challenges::Challenges};
use crate::config::AcmeChallenge;

/// How the CA is asked whether it has finished: often at first, then less often, for two minutes.
const ASK: RetryPolicy = RetryPolicy::new()
    .initial_delay(Duration::from_millis(250))
    .timeout(Duration::from_secs(120));

/// What the CA issued, as PEM.
pub(super) struct Certified {
    pub chain: String,
    pub key: Zeroizing<String>,
}

/// Orders a certificate for the names. The caller clears the challenges afterwards.
pub(super) async fn order(
    account: &Account,
    names: &[String],
    by: AcmeChallenge,
    challenges: &Challenges,
) -> Result<Certified, AcmeError> {
    let identifiers: Vec<_> = names.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&identifiers)).await?;
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let authorization = authorization?;
        // A name may be proved already, by an order before.
        if authorization.status == AuthorizationStatus::Pending {
            prove(authorization, by, challenges).await?;
        }
    }
    let status = order.poll_ready(&ASK).await;
    if !matches!(status, Ok(OrderStatus::Ready)) {
        return Err(refusal(&mut order, status).await);
    }
    let key = Zeroizing::new(order.finalize().await?);
    let chain = order.poll_certificate(&ASK).await?;
    Ok(Certified { chain, key })
}

async fn prove(
    mut authorization: AuthorizationHandle<'_>,
    by: AcmeChallenge,
    challenges: &Challenges,
) -> Result<(), AcmeError> {
    let name = authorization.identifier().to_string();
    let kind = match by {
        AcmeChallenge::Http01 => ChallengeType::Http01,
        AcmeChallenge::TlsAlpn01 => ChallengeType::TlsAlpn01,
    };
    let Some(mut challenge) = authorization.challenge(kind) else {
        let challenge = by.name();
        return Err(AcmeError::NotOffered { challenge, name });
    };
    let proof = challenge.key_authorization();
    match by {
        AcmeChallenge::Http01 => challenges.put_http(&challenge.token, proof.as_str()),
        AcmeChallenge::TlsAlpn01 => challenges.put_tls(&name, proof.digest().as_ref())?,
    }
    Ok(challenge.set_ready().await?)
}

/// Why an order is not ready: what the CA says of its names if it says something, else of the order.
async fn refusal(order: &mut Order, status: Result<OrderStatus, instant_acme::Error>) -> AcmeError {
    let mut said = Vec::new();
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        if authorization.refresh().await.is_err() {
            continue;
        }
        let name = authorization.identifier().to_string();
        let problems = authorization.challenges.iter().filter_map(|one| one.error.as_ref());
        said.extend(problems.map(|problem| {
            let kind = problem.r#type.as_deref().unwrap_or("no type");
            let detail = problem.detail.as_deref().unwrap_or("no detail");
            format!("{name}: {detail} ({kind})")
        }));
    }
    match status {
        _ if !said.is_empty() => AcmeError::Refused {
            says: said.join("; "),
            kind: None,
        },
        Err(error) => error.into(),
        Ok(status) => AcmeError::Refused {
            says: format!("the order is {status:?}").to_lowercase(),
            kind: None,
        },
    }
}
