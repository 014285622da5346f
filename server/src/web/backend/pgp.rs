//! Creates OpenPGP profiles: checks the public key, generates the trust key, and stores both. A private key is refused here.

use app::{
    address::EmailAddress,
    api::{
        ApiError,
        pgp::{PgpBackend, PgpKeyView},
    },
    id::{MailboxId, ProfileId},
    pgp::{KeyFault, Weakness},
    profile::{NO_END, ProfileKind},
    profile_name::new_name,
};
use async_trait::async_trait;
use time::{Duration, OffsetDateTime};
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use super::{
    super::{fault::fault, limit::ISSUANCE},
    RequestBackend,
};
use crate::{
    seal::pgp::{KeyError, PersonKey, PersonKeyError, TrustKey},
    store::{keys::PgpKeys, profile::NewPgpProfile},
    vault::Purpose,
};

#[async_trait]
impl PgpBackend for RequestBackend {
    async fn submit_pgp_key(
        &self,
        mailbox: MailboxId,
        key: Zeroizing<String>,
        device: &str,
    ) -> Result<ProfileId, ApiError> {
        let account = self.account()?;
        let site = &self.site;
        let own = self.verified_mailbox(account, mailbox).await?;
        site.admit(&ISSUANCE, &account.0.to_be_bytes()).await?;
        let (domain, now) = (site.domain.clone(), site.clock.now());
        let made = spawn_blocking(move || Made::of(&key, &domain, &own.address, now)).await;
        let made = made.map_err(fault)?.map_err(to_api_error)?;
        let new = NewPgpProfile {
            mailbox,
            relay_domain: &site.domain,
            person: made.person,
            trust: made.trust,
            not_before: made.not_before,
            not_after: made.not_after,
            name: &new_name(device, ProfileKind::Pgp, now),
        };
        let wrap = |profile: ProfileId| site.vault.wrap(Purpose::Certifier { profile }, &made.trust_secret);
        site.store.add_pgp_profile(new, now, wrap).await.map_err(fault)
    }
}

struct Made {
    person: Vec<u8>,
    trust: String,
    trust_secret: Zeroizing<Vec<u8>>,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

#[derive(Debug, thiserror::Error)]
enum NotMade {
    #[error("the submitted key was refused")]
    Refused(#[from] PersonKeyError),
    #[error("a key was not made or written")]
    Key(#[from] KeyError),
}

impl Made {
    fn of(submitted: &str, domain: &str, mailbox: &EmailAddress, now: OffsetDateTime) -> Result<Self, NotMade> {
        let person = PersonKey::read(submitted.as_bytes(), now)?;
        let trust = TrustKey::generate(domain, mailbox, now)?;
        // At its expiration second, a key is already expired (RFC 9580 §5.2.3.13). A profile is valid in its last
        // second.
        let last = person.expires_at().map(|end| end - Duration::SECOND);
        Ok(Self {
            person: person.to_bytes()?,
            trust: trust.public_armored()?,
            trust_secret: trust.to_secret()?,
            not_before: person.created_at(),
            not_after: last.unwrap_or(NO_END).min(NO_END),
        })
    }
}

/// Returns the error that the person reads.
fn to_api_error(error: NotMade) -> ApiError {
    match error {
        NotMade::Key(error) => fault(error),
        NotMade::Refused(error) => ApiError::PgpKey(words(error)),
    }
}

fn words(error: PersonKeyError) -> KeyFault {
    use PersonKeyError::*;
    match error {
        Secret => KeyFault::Secret,
        Several => KeyFault::Several,
        Revoked | EncryptionKeyRevoked => KeyFault::Revoked,
        Expired | EncryptionKeyExpired => KeyFault::Expired,
        NotYetValid => KeyFault::NotYet,
        NoEncryptionKey => KeyFault::NoEncryption,
        WeakRsa(bits) => KeyFault::Weak(Weakness::Rsa {
            bits: u32::try_from(bits).unwrap_or(u32::MAX),
        }),
        Obsolete(_) => KeyFault::Weak(Weakness::Obsolete),
        WeakHash(_) => KeyFault::Weak(Weakness::Hash),
        Unbound => KeyFault::Weak(Weakness::Unbound),
        Unsupported(_) => KeyFault::Unsupported,
        _ => KeyFault::NoKey,
    }
}

/// Describes the keys of a profile for its page.
pub fn view(keys: &PgpKeys, mailbox: &EmailAddress) -> Result<PgpKeyView, ApiError> {
    let user_ids = keys.person.user_ids();
    Ok(PgpKeyView {
        fingerprint: groups(&keys.person.fingerprint()),
        names_mailbox: user_ids.iter().any(|id| names(id, mailbox)),
        user_ids,
        algorithm: keys.person.algorithm(),
        created_at: keys.person.created_at(),
        trust_fingerprint: groups(&keys.trust_fingerprint),
    })
}

/// Whether a user id is this address, or ends in it in angle brackets (RFC 9580 §5.11).
fn names(user_id: &str, mailbox: &EmailAddress) -> bool {
    let bracketed = user_id.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    let address = bracketed.unwrap_or(user_id).trim().parse::<EmailAddress>();
    address.is_ok_and(|address| address.folded() == mailbox.folded())
}

/// Groups the digits of a fingerprint for comparison.
fn groups(hex: &str) -> String {
    let groups = hex.as_bytes().chunks(4).map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(" ").to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_names_a_mailbox_whatever_the_case_and_the_name() {
        let mailbox: EmailAddress = "ann@example.org".parse().unwrap();
        for (user_id, expected) in [
            ("Ann Lee <Ann@Example.org>", true),
            ("ann@example.org", true),
            ("Ann (work) <ann@example.org>", true),
            ("Ann <ann@example.org.evil.example>", false),
            ("ann@example.org <other@example.org>", false),
            ("Ann", false),
            ("", false),
        ] {
            assert_eq!(names(user_id, &mailbox), expected, "{user_id}");
        }
    }

    #[test]
    fn fingerprints_are_grouped() {
        assert_eq!(groups("0123456789abcdef01"), "0123 4567 89AB CDEF 01");
    }
}
