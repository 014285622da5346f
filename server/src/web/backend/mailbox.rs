//! Adds, verifies, configures and deletes mailboxes.

use std::collections::HashMap;

use app::{
    address::EmailAddress,
    api::{
        ApiError,
        account::{Exposure, Mend, UnsealedMailbox},
        mailbox::{Deletion, FirstCode, MailboxBackend, MailboxView, Protection},
    },
    id::{AliasId, MailboxId},
    profile::ProfileState,
};
use async_trait::async_trait;
use time::OffsetDateTime;

use super::{
    super::{
        fault::{fault, unless_taken},
        limit::{CODE_TRIES, NEW_MAILBOX},
    },
    RequestBackend, code, found,
    interface::language,
    profile::{named, summary},
};
use crate::{
    deliver,
    domains::Domains,
    store::{StoreError, code::CodeTry, mailbox::Mailbox, profile::Profile},
};

#[async_trait]
impl MailboxBackend for RequestBackend {
    async fn mailboxes(&self) -> Result<Vec<MailboxView>, ApiError> {
        let account = self.account()?;
        let now = self.site.clock.now();
        let profiles = self.site.store.profiles(account).await.map_err(fault)?;
        let mailboxes = self.site.store.mailboxes(account).await.map_err(fault)?;
        let default = self.site.store.default_mailbox(account).await.map_err(fault)?;
        // Only a mailbox that is not verified has a code.
        let codes = match mailboxes.iter().all(|mailbox| mailbox.verified) {
            true => HashMap::new(),
            false => self.site.store.code_mails(account, now).await.map_err(fault)?,
        };
        let views = mailboxes.into_iter().map(|mailbox| {
            let own = profiles.iter().filter(|profile| profile.mailbox == mailbox.id);
            let profiles: Vec<_> = own.map(|profile| summary(profile, now)).collect();
            let active = profiles.iter().find(|profile| profile.state == ProfileState::Active);
            MailboxView {
                id: mailbox.id,
                kill_switch: mailbox.kill_switch,
                encrypted_replies_only: mailbox.encrypted_replies_only,
                signed_replies_only: mailbox.signed_replies_only,
                relayed_recipients: mailbox.relayed_recipients,
                protection: protection(&mailbox, active.map(|profile| profile.days_left)),
                default: Some(mailbox.id) == default,
                address: mailbox.address,
                profiles,
                code: codes.get(&mailbox.id).copied(),
            }
        });
        let mut views: Vec<_> = views.collect();
        views.sort_by_key(|view| !view.default);
        Ok(views)
    }

    async fn add_mailbox(&self, address: &str) -> Result<FirstCode, ApiError> {
        let account = self.account()?;
        let site = &self.site;
        let mailboxes = site.store.mailboxes(account).await.map_err(fault)?;
        // Otherwise a second mailbox would keep an account alive that was created with somebody else's address.
        if mailboxes.first().is_none_or(|first| !first.verified) {
            return Err(ApiError::FirstMailboxUnverified);
        }
        let address = parse_address(address, &site.domains)?;
        let is_own = |own: &Mailbox| own.address.folded() == address.folded();
        if mailboxes.iter().any(is_own) {
            return Err(ApiError::AddressUnavailable);
        }
        site.admit_mailbox(account).await?;
        site.admit(&NEW_MAILBOX, &account.0.to_be_bytes()).await?;
        let added = site.store.add_mailbox(account, &address, site.clock.now()).await;
        let mailbox = added.map_err(unless_taken(ApiError::AddressUnavailable))?;
        Ok(code::first(site, mailbox, &address, (self.visitor.ip, language())).await)
    }

    async fn verify_mailbox(&self, mailbox: MailboxId, text: &str) -> Result<(), ApiError> {
        let account = self.account()?;
        let site = &self.site;
        let own = site.store.mailbox(account, mailbox).await.map_err(fault)?;
        if own.ok_or(ApiError::NotFound)?.verified {
            return Ok(());
        }
        site.admit(&CODE_TRIES, &account.0.to_be_bytes()).await?;
        let hash = code::hash(site, mailbox, text);
        match site.store.try_code(account, mailbox, hash, site.clock.now()).await {
            Ok(CodeTry::Verified) => Ok(()),
            Ok(CodeTry::Wrong { tries_left }) => Err(ApiError::WrongCode { tries_left }),
            // Taken means that somebody else has verified the address at this very moment.
            Ok(CodeTry::Void) | Err(StoreError::Taken) => Err(ApiError::CodeExpired),
            Err(error) => Err(fault(error)),
        }
    }

    async fn resend_code(&self, mailbox: MailboxId) -> Result<(), ApiError> {
        let account = self.account()?;
        let own = self.site.store.mailbox(account, mailbox).await.map_err(fault)?;
        let own = own.ok_or(ApiError::NotFound)?;
        match own.verified {
            true => Ok(()),
            false => code::send(&self.site, mailbox, &own.address, (self.visitor.ip, language())).await,
        }
    }

    async fn correct_mailbox(&self, mailbox: MailboxId, address: &str) -> Result<FirstCode, ApiError> {
        let account = self.account()?;
        let site = &self.site;
        let mailboxes = site.store.mailboxes(account).await.map_err(fault)?;
        let own = mailboxes.iter().find(|own| own.id == mailbox);
        if own.ok_or(ApiError::NotFound)?.verified {
            return Err(ApiError::MailboxVerified);
        }
        let address = parse_address(address, &site.domains)?;
        if mailboxes.iter().any(|own| own.address.folded() == address.folded()) {
            return Err(ApiError::AddressUnavailable);
        }
        // Each typed address is mailed a code, as for a new mailbox.
        site.admit(&NEW_MAILBOX, &account.0.to_be_bytes()).await?;
        let now = site.clock.now();
        let corrected = site.store.correct_mailbox(account, mailbox, &address, now).await;
        let corrected = corrected.map_err(unless_taken(ApiError::AddressUnavailable))?;
        let corrected = corrected.ok_or(ApiError::MailboxVerified)?;
        Ok(code::first(site, corrected, &address, (self.visitor.ip, language())).await)
    }

    async fn set_kill_switch(&self, mailbox: MailboxId, on: bool) -> Result<(), ApiError> {
        let account = self.account()?;
        let set = self.site.store.set_kill_switch(account, mailbox, on).await;
        found(set.map_err(fault)?)
    }

    async fn set_encrypted_replies_only(&self, mailbox: MailboxId, on: bool) -> Result<(), ApiError> {
        let account = self.account()?;
        let set = self.site.store.set_encrypted_replies_only(account, mailbox, on).await;
        found(set.map_err(fault)?)
    }

    async fn set_signed_replies_only(&self, mailbox: MailboxId, on: bool) -> Result<(), ApiError> {
        let account = self.account()?;
        let set = self.site.store.set_signed_replies_only(account, mailbox, on).await;
        found(set.map_err(fault)?)
    }

    async fn set_relayed_recipients(&self, mailbox: MailboxId, on: bool) -> Result<(), ApiError> {
        let account = self.account()?;
        let set = self.site.store.set_relayed_recipients(account, mailbox, on).await;
        found(set.map_err(fault)?)
    }

    async fn mailbox_deletion(&self, mailbox: MailboxId) -> Result<Deletion, ApiError> {
        let account = self.account()?;
        let (own, others): (Vec<_>, Vec<_>) = self.mailboxes().await?.into_iter().partition(|own| own.id == mailbox);
        let own = own.into_iter().next().ok_or(ApiError::NotFound)?;
        let email = self.site.store.account_email(account).await.map_err(fault)?;
        let aliases = self.site.store.count_aliases(account, mailbox).await;
        Ok(Deletion {
            signs_in: email.is_some_and(|email| email.folded() == own.address.folded()),
            mailbox: own,
            aliases: aliases.map_err(fault)?,
            others: others.into_iter().filter(is_verified).collect(),
        })
    }

    async fn delete_mailbox(&self, mailbox: MailboxId, confirmation: &str) -> Result<(), ApiError> {
        let deletion = self.mailbox_deletion(mailbox).await?;
        if deletion.signs_in {
            return Err(ApiError::SignInMailbox);
        }
        let typed: Result<EmailAddress, _> = confirmation.trim().parse();
        if typed.is_ok_and(|typed| typed.folded() == deletion.mailbox.address.folded()) {
            let deleted = self.site.store.delete_mailbox(self.account()?, mailbox).await;
            found(deleted.map_err(fault)?)
        } else {
            Err(ApiError::NotConfirmed)
        }
    }

    async fn set_default_mailbox(&self, mailbox: MailboxId) -> Result<(), ApiError> {
        let account = self.account()?;
        let own = self.site.store.mailbox(account, mailbox).await.map_err(fault)?;
        if !own.ok_or(ApiError::NotFound)?.verified {
            return Err(ApiError::MailboxUnverified);
        }
        let set = self.site.store.set_default_mailbox(account, mailbox).await;
        found(set.map_err(fault)?)
    }

    async fn move_alias(&self, alias: AliasId, mailbox: MailboxId, unsealed: bool) -> Result<(), ApiError> {
        let account = self.account()?;
        let from = self.site.store.mailbox_of(account, alias).await.map_err(fault)?;
        self.may_move(from.ok_or(ApiError::NotFound)?, mailbox, unsealed)
            .await?;
        let moved = self.site.store.move_alias(account, alias, mailbox).await;
        found(moved.map_err(fault)?)
    }

    async fn move_aliases(&self, from: MailboxId, mailbox: MailboxId, unsealed: bool) -> Result<(), ApiError> {
        let account = self.account()?;
        self.may_move(from, mailbox, unsealed).await?;
        let moved = self.site.store.move_aliases(account, from, mailbox).await;
        moved.map(drop).map_err(fault)
    }
}

impl RequestBackend {
    /// Checks whether aliases may move from one of the account's mailboxes to another, which must be verified. If that
    /// mailbox gets mail unencrypted and the old one does not, the person must agree.
    pub(super) async fn may_move(&self, from: MailboxId, to: MailboxId, unsealed: bool) -> Result<(), ApiError> {
        let own = self.mailboxes().await?;
        let protection = |id| {
            let mailbox = own.iter().find(|mailbox| mailbox.id == id);
            mailbox.map(|mailbox| &mailbox.protection).ok_or(ApiError::NotFound)
        };
        match (protection(from)?, protection(to)?) {
            (_, Protection::Unverified) => Err(ApiError::MailboxUnverified),
            (Protection::Clear, Protection::Clear) => Ok(()),
            (_, Protection::Clear) if !unsealed => Err(ApiError::UnsealedMailbox),
            _ => Ok(()),
        }
    }
}

fn is_verified(mailbox: &MailboxView) -> bool {
    mailbox.protection != Protection::Unverified
}

/// Makes the same decision as the relay for each message.
fn protection(mailbox: &Mailbox, active_for_days: Option<i64>) -> Protection {
    match (mailbox.verified, active_for_days, mailbox.kill_switch) {
        (false, _, _) => Protection::Unverified,
        (true, Some(days_left), _) => Protection::Sealed { days_left },
        (true, None, true) => Protection::Refused,
        (true, None, false) => Protection::Clear,
    }
}

/// Returns the banner about a mailbox, or `None` if its mail is encrypted or none is relayed.
pub fn unsealed(mailbox: &Mailbox, profiles: &[Profile], now: OffsetDateTime) -> Option<UnsealedMailbox> {
    let own = profiles.iter().filter(|profile| profile.mailbox == mailbox.id);
    let own: Vec<_> = own.map(|profile| summary(profile, now)).collect();
    let of_state = |state| own.iter().find(|profile| profile.state == state).cloned();
    let active = of_state(ProfileState::Active);
    let exposure = match protection(mailbox, active.map(|profile| profile.days_left)) {
        Protection::Unverified | Protection::Sealed { .. } => return None,
        Protection::Refused => Exposure::Rejected,
        Protection::Clear => Exposure::Clear,
    };
    let mend = match (of_state(ProfileState::Ready), of_state(ProfileState::Expired)) {
        (Some(ready), _) => Mend::Activate(named(ready)),
        (None, Some(expired)) => {
            let kind = expired.kind;
            Mend::Replace(named(expired), kind)
        }
        (None, None) => Mend::SetUp,
    };
    Some(UnsealedMailbox {
        mailbox: mailbox.id,
        address: mailbox.address.clone(),
        exposure,
        mend,
    })
}

/// Checks an address that mail can be relayed to. It must be ASCII, because certificates hold no other (RFC 5280
/// §4.2.1.6). It must not be under one of the relay's own domains, because mail would go in circles.
pub fn parse_address(text: &str, domains: &Domains) -> Result<EmailAddress, ApiError> {
    let address: EmailAddress = text.parse().map_err(|_| ApiError::InvalidAddress)?;
    if !deliver::can_be_mailbox(&address) {
        return Err(ApiError::InvalidAddress);
    }
    match domains.are_own(address.domain()) {
        true => Err(ApiError::AddressUnavailable),
        false => Ok(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_cannot_be_relayed_to_are_refused() {
        let domains = Domains::new("relay.example".into(), vec!["other.example".into()]);
        let accept = |text| parse_address(text, &domains).map(String::from);
        assert_eq!(accept(" Ann@Example.org "), Ok("Ann@example.org".to_owned()));
        assert_eq!(accept("ann@notrelay.example"), Ok("ann@notrelay.example".to_owned()));
        for loops in [
            "ann@relay.example",
            "ann@RELAY.example",
            "ann@mail.relay.example",
            "a@other.example",
        ] {
            assert_eq!(accept(loops), Err(ApiError::AddressUnavailable), "{loops}");
        }
        for text in [
            "ann",
            "ann@example",
            "änn@example.org",
            "ann@exämple.org",
            "Ann <ann@example.org>",
        ] {
            assert_eq!(accept(text), Err(ApiError::InvalidAddress), "{text}");
        }
    }

    #[test]
    fn only_an_active_profile_seals() {
        let mailbox = |verified, kill_switch| Mailbox {
            id: MailboxId(1),
            address: "ann@example.org".parse().unwrap(),
            verified,
            verified_at: None,
            created: time::OffsetDateTime::UNIX_EPOCH,
            kill_switch,
            encrypted_replies_only: false,
            signed_replies_only: false,
            relayed_recipients: true,
        };
        assert_eq!(protection(&mailbox(false, true), Some(3)), Protection::Unverified);
        assert_eq!(
            protection(&mailbox(true, true), Some(3)),
            Protection::Sealed { days_left: 3 }
        );
        assert_eq!(protection(&mailbox(true, true), None), Protection::Refused);
        assert_eq!(protection(&mailbox(true, false), None), Protection::Clear);
    }
}
