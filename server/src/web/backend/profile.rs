//! Issues, activates and deletes profiles on the server's side.

use app::{
    api::{
        ApiError,
        profile::{
            CertificateView, Issuing, KeysView, MailWithout, NamedProfile, ProfileBackend, ProfileSummary, ProfileView,
        },
    },
    id::{MailboxId, ProfileId},
    pki::{
        PkiError,
        issuance::{
            Completion, UserRequest,
            server::{Pending, answer},
        },
        key::IntermediateKey,
        name::Subject,
        role::Role,
    },
    profile::{ActivationFault, ProfileKind, ProfileState},
    profile_name::{clean_name, new_name},
};
use async_trait::async_trait;
use getrandom::SysRng;
use rand_core::UnwrapErr;
use time::OffsetDateTime;
use tokio::task::spawn_blocking;

use super::{
    super::{
        fault::fault,
        limit::{ISSUANCE, TEST_CODE_TRIES},
    },
    RequestBackend, found, pgp, test_message,
};
use crate::{
    seal::AwsLc,
    store::{
        activation::TestTry,
        keys::ProfileKeys,
        profile::{NewProfile, Profile},
        profile_state::Change,
        test_code::CodeMatch,
    },
    vault::Purpose,
};

#[async_trait]
impl ProfileBackend for RequestBackend {
    async fn request_certificate(
        &self,
        mailbox: MailboxId,
        request: UserRequest,
        renews: Option<ProfileId>,
        device: &str,
    ) -> Result<Issuing, ApiError> {
        let account = self.account()?;
        let site = &self.site;
        let own = self.verified_mailbox(account, mailbox).await?;
        if let Some(renewed) = renews {
            let renewed = site.store.profile(account, renewed).await.map_err(fault)?;
            found(renewed.is_some_and(|renewed| renewed.profile.mailbox == mailbox))?;
        }
        site.admit(&ISSUANCE, &account.0.to_be_bytes()).await?;
        let subject = Subject {
            mailbox: own.address,
            relay_domain: site.domain.clone(),
        };
        let now = site.clock.now();
        // If the system has no randomness, only this thread panics.
        let signing = off_thread(move || answer(&subject, &request, now, &AwsLc, &mut UnwrapErr(SysRng)));
        let (pending, answer) = signing.await?;
        let key = pending.intermediate.to_pkcs8().map_err(ApiError::Issuance)?;
        let new = NewProfile {
            mailbox,
            relay_domain: &site.domain,
            user: &pending.user,
            name: &new_name(device, ProfileKind::Smime, now),
        };
        let wrap = |profile: ProfileId| site.vault.wrap(Purpose::Certifier { profile }, &key);
        let (profile, name) = site.store.issue_profile(new, now, wrap).await.map_err(fault)?;
        Ok(Issuing { profile, name, answer })
    }

    async fn complete_profile(&self, profile: ProfileId, completion: Completion) -> Result<(), ApiError> {
        let account = self.account()?;
        let site = &self.site;
        let now = site.clock.now();
        let stored = site.store.pending_profile(account, profile, now).await.map_err(fault)?;
        let stored = stored.ok_or(ApiError::NotFound)?;
        let purpose = Purpose::Certifier { profile };
        let key = site.vault.unwrap(purpose, &stored.intermediate).map_err(fault)?;
        let checking = off_thread(move || {
            let pending = Pending {
                intermediate: IntermediateKey::from_pkcs8(&key, &AwsLc)?,
                user: stored.user,
            };
            Ok(pending.accept(&stored.subject, &completion)?.0)
        });
        let chain = checking.await?;
        check_change(
            site.store
                .complete_profile(account, profile, &chain, now)
                .await
                .map_err(fault)?,
        )
    }

    async fn profile(&self, profile: ProfileId) -> Result<ProfileView, ApiError> {
        let account = self.account()?;
        let detail = self.site.store.profile(account, profile).await.map_err(fault)?;
        let detail = detail.ok_or(ApiError::NotFound)?;
        let own = self.site.store.profiles(account).await.map_err(fault)?;
        // There, names are apart.
        let listed = own
            .iter()
            .find(|listed| listed.id == profile)
            .ok_or(ApiError::NotFound)?;
        let mailbox = self.site.store.mailbox(account, detail.profile.mailbox).await;
        let mailbox = mailbox.map_err(fault)?.ok_or(ApiError::NotFound)?;
        let now = self.site.clock.now();
        let keys = match &detail.keys {
            ProfileKeys::Smime(chain) => KeysView::Smime(vec![
                CertificateView::of(Role::User, chain.user()),
                CertificateView::of(Role::Root, chain.root()),
                CertificateView::of(Role::Intermediate, chain.intermediate()),
            ]),
            ProfileKeys::Pgp(keys) => KeysView::Pgp(pgp::view(keys, &detail.address)?),
        };
        Ok(ProfileView {
            summary: summary(listed, now),
            not_before: detail.profile.not_before,
            keys,
            mailbox_id: detail.profile.mailbox,
            successor: successor(&detail.profile, &own, now),
            evidence: detail.profile.evidence,
            without: without(&detail.profile, &own, mailbox.kill_switch, now),
            alternative: alternative(&detail.profile, &own, now),
            mailbox: detail.address,
        })
    }

    async fn report_export(&self, profile: ProfileId) -> Result<(), ApiError> {
        let now = self.site.clock.now();
        let noted = self.site.store.note_export(self.account()?, profile, now).await;
        found(noted.map_err(fault)?)
    }

    async fn activate_with_code(&self, profile: ProfileId, code: &str) -> Result<(), ApiError> {
        let account = self.account()?;
        let site = &self.site;
        let own = site.store.profile(account, profile).await.map_err(fault)?;
        found(own.is_some())?;
        site.admit(&TEST_CODE_TRIES, &account.0.to_be_bytes()).await?;
        let hash = test_message::hash(site, profile, code);
        let tried = site
            .store
            .activate_with_code(account, profile, hash, site.clock.now())
            .await;
        match tried.map_err(fault)? {
            TestTry::Refused(change) => check_change(change),
            TestTry::Tried(CodeMatch::Right) => Ok(()),
            TestTry::Tried(CodeMatch::Wrong { tries_left }) => Err(ApiError::WrongCode { tries_left }),
            TestTry::Tried(CodeMatch::Void) => Err(ApiError::CodeExpired),
        }
    }

    async fn activate_profile(&self, profile: ProfileId, untested: bool) -> Result<(), ApiError> {
        let account = self.account()?;
        let now = self.site.clock.now();
        check_change(
            self.site
                .store
                .activate_profile(account, profile, untested, now)
                .await
                .map_err(fault)?,
        )
    }

    async fn deactivate_profile(&self, profile: ProfileId) -> Result<(), ApiError> {
        let account = self.account()?;
        let now = self.site.clock.now();
        check_change(
            self.site
                .store
                .deactivate_profile(account, profile, now)
                .await
                .map_err(fault)?,
        )
    }

    async fn delete_profile(&self, profile: ProfileId) -> Result<(), ApiError> {
        let deleted = self.site.store.delete_profile(self.account()?, profile).await;
        found(deleted.map_err(fault)?)
    }

    async fn name_profile(&self, profile: ProfileId, name: &str) -> Result<(), ApiError> {
        let account = self.account()?;
        let name = clean_name(name).ok_or(ApiError::InvalidProfileName)?;
        let named = self.site.store.name_profile(account, profile, &name).await;
        found(named.map_err(fault)?)
    }
}

/// Summarises a profile for lists.
pub fn summary(profile: &Profile, now: OffsetDateTime) -> ProfileSummary {
    let left = (profile.not_after - now).whole_seconds();
    ProfileSummary {
        id: profile.id,
        name: profile.name.clone(),
        kind: profile.kind,
        state: profile.state_at(now),
        not_after: profile.not_after,
        days_left: left.div_euclid(24 * 60 * 60),
    }
}

/// Returns a newer profile of the same mailbox that is active now.
fn successor(profile: &Profile, own: &[Profile], now: OffsetDateTime) -> Option<NamedProfile> {
    let newer = own
        .iter()
        .filter(|other| other.mailbox == profile.mailbox && other.id.0 > profile.id.0);
    let mut summaries = newer.map(|other| summary(other, now));
    summaries.find(|other| other.state == ProfileState::Active).map(named)
}

/// Returns the other profiles of the same mailbox in their current state, newest first.
fn others<'a>(
    profile: &Profile,
    own: &'a [Profile],
    now: OffsetDateTime,
) -> impl Iterator<Item = (&'a Profile, ProfileSummary)> + use<'a> {
    let (mailbox, id) = (profile.mailbox, profile.id);
    let others = own
        .iter()
        .filter(move |other| other.mailbox == mailbox && other.id != id);
    others.map(move |other| (other, summary(other, now)))
}

/// Returns what happens to the mailbox's mail while this profile is not active.
fn without(profile: &Profile, own: &[Profile], kill_switch: bool, now: OffsetDateTime) -> MailWithout {
    let active = others(profile, own, now).find(|(_, active)| active.state == ProfileState::Active);
    match (active, kill_switch) {
        (Some((_, active)), _) => MailWithout::Sealed(named(active)),
        (None, true) => MailWithout::Rejected,
        (None, false) => MailWithout::Clear,
    }
}

/// Returns another ready profile of the mailbox, if there is evidence that the person has its key.
fn alternative(profile: &Profile, own: &[Profile], now: OffsetDateTime) -> Option<NamedProfile> {
    let is_usable =
        |(other, known): &(&Profile, ProfileSummary)| known.state == ProfileState::Ready && other.evidence.holds_key();
    let usable = others(profile, own, now).find(is_usable);
    usable.map(|(_, other)| named(other))
}

/// Returns what a link to a profile needs.
pub fn named(profile: ProfileSummary) -> NamedProfile {
    NamedProfile {
        id: profile.id,
        name: profile.name,
    }
}

fn check_change(change: Change) -> Result<(), ApiError> {
    match change {
        Change::Done => Ok(()),
        Change::NotFound => Err(ApiError::NotFound),
        Change::NotAllowed => Err(ApiError::ProfileState),
        Change::Declined(ActivationFault::NotExported) => Err(ApiError::NotExported),
        Change::Declined(ActivationFault::Untested) => Err(ApiError::Untested),
    }
}

/// Runs RSA on a thread of its own, because it takes too long for a shared one.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PkiError> + Send + 'static,
) -> Result<T, ApiError> {
    spawn_blocking(work).await.map_err(fault)?.map_err(ApiError::Issuance)
}
