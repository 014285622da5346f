//! Does what administrators ask for, with the functions of the operator's commands.
//!
//! Everybody who is no administrator gets [`ApiError::NotFound`], so that the pages look as if there were none. Changes need
//! a password that was entered in the last minutes, because a stolen session must not be enough.

use app::{
    api::{
        ApiError,
        account::SignUpMode,
        administration::{
            AccountDetail, AccountView, AccountsView, AdministrationBackend, InvitationName, InvitationView,
            InvitationsView, LiveSettingsView, LogEntryView, LogView, MAX_SEARCH, NewAccount, ON_ONE_PAGE,
            OverviewView, RelayLimits, TypedLimits,
        },
        operator_action::Action,
    },
    id::AccountId,
};
use async_trait::async_trait;
use zeroize::Zeroizing;

use super::{
    super::{
        checkup,
        fault::{fault, unless_gone},
        session::{Cookie, Token},
    },
    RequestBackend, found,
    mailbox::parse_address,
    recovery::{PRINTED_LIFETIME, print_reset_code},
    told::{Change, tell},
};
use crate::{
    announcement,
    config::{Allowance, Switch},
    domain_list::all_domains,
    invitation,
    store::{StoreError, account_summary::AccountSummary, operator::Act},
};

/// Comes before the code of an invitation that is shown once.
const INVITATION: &str = "invitation.";

#[async_trait]
impl AdministrationBackend for RequestBackend {
    async fn administration(&self) -> Result<OverviewView, ApiError> {
        self.administrator().await?;
        let site = &self.site;
        let counts = site.store.count_accounts().await.map_err(fault)?;
        let queue = site.store.depth().await.map_err(fault)?;
        let live = site.store.live_settings().await.map_err(fault)?;
        let provider = site.provider.as_ref();
        Ok(OverviewView {
            accounts: counts.all,
            disabled: counts.disabled,
            administrators: counts.administrators,
            waiting: queue.waiting,
            oldest: queue.oldest,
            sign_up: site.sign_up_mode_by(&live),
            provider: provider.map(|provider| (provider.name().to_owned(), site.sign_up_mode_at_provider(&live))),
            checks: site.0.checkup.checks(),
            now: site.clock.now(),
        })
    }

    async fn run_checks(&self) -> Result<(), ApiError> {
        let administrator = self.administrator().await?;
        let own = self.site.store.account_email(administrator).await.map_err(fault)?;
        checkup::start(&self.site, own);
        Ok(())
    }

    async fn accounts(&self, search: &str, page: u32) -> Result<AccountsView, ApiError> {
        self.administrator().await?;
        if search.chars().count() > MAX_SEARCH {
            return Err(ApiError::TooLong);
        }
        let searched = self.site.store.find_accounts(search, page, ON_ONE_PAGE).await;
        let searched = searched.map_err(fault)?;
        Ok(AccountsView {
            accounts: searched.accounts.into_iter().map(view).collect(),
            found: searched.found,
            confirmed: self.is_confirmed(),
            now: self.site.clock.now(),
        })
    }

    async fn create_account_of(&self, email: &str) -> Result<NewAccount, ApiError> {
        let act = self.act().await?;
        let email = parse_address(email, &self.site.domains)?;
        let password = self.site.0.passwords.hash_unknown(self.visitor.ip).await?;
        match self.site.store.create_account_for(&email, password, act).await {
            Err(StoreError::Taken) => Err(ApiError::AddressTaken),
            made => Ok(NewAccount {
                account: made.map_err(unless_gone(ApiError::NotFound))?.0,
                with_password: self.site.local_sign_in == Switch::On,
            }),
        }
    }

    async fn account_of(&self, account: AccountId) -> Result<AccountDetail, ApiError> {
        let administrator = self.administrator().await?;
        let summary = self.summary(account).await?;
        Ok(AccountDetail {
            account: view(summary),
            limits: self.site.store.account_limits(account).await.map_err(fault)?,
            relay_limits: relay_limits(self.site.allowance),
            own: account == administrator,
            confirmed: self.is_confirmed(),
            local_sign_in: self.site.local_sign_in == Switch::On,
            code: self.take_once(&reset_prefix(account)),
            code_page: format!("{}/forgot/code", self.site.public_url),
            code_hours: PRINTED_LIFETIME.whole_hours(),
            now: self.site.clock.now(),
        })
    }

    async fn set_account_enabled(&self, account: AccountId, on: bool) -> Result<(), ApiError> {
        let act = self.act_on_other(account).await?;
        let changed = self.site.store.set_account_disabled(account, !on, act).await;
        changed.map(drop).map_err(unless_gone(ApiError::NotFound))
    }

    async fn set_account_administrator(&self, account: AccountId, on: bool) -> Result<(), ApiError> {
        let act = self.act_on_other(account).await?;
        let changed = self.site.store.set_administrator(account, on, act).await;
        match changed {
            Ok(_) => Ok(()),
            Err(StoreError::Unverified) => Err(ApiError::MailboxUnverified),
            Err(error) => Err(unless_gone(ApiError::NotFound)(error)),
        }
    }

    async fn make_reset_code(&self, account: AccountId) -> Result<(), ApiError> {
        let act = self.act_on_other(account).await?;
        self.require_local_sign_in()?;
        let site = &self.site;
        let code = print_reset_code(&site.store, &site.vault, account, act).await;
        let code = code.map_err(fault)?;
        self.leave_once(&reset_prefix(account), &code);
        tell(site, account, Change::CodeMade);
        Ok(())
    }

    async fn reset_second_factor(&self, account: AccountId) -> Result<(), ApiError> {
        let act = self.act_on_other(account).await?;
        let reset = self.site.store.reset_second_factor(account, act).await;
        found(reset.map_err(unless_gone(ApiError::NotFound))?)?;
        tell(&self.site, account, Change::SecondFactorReset);
        Ok(())
    }

    async fn set_account_limits(&self, account: AccountId, limits: TypedLimits<'_>) -> Result<(), ApiError> {
        let act = self.act().await?;
        let limits = limits.parse()?;
        let set = self.site.store.change_account_limits(account, |_| limits, act).await;
        set.map(drop).map_err(unless_gone(ApiError::NotFound))
    }

    async fn delete_account_of(
        &self,
        account: AccountId,
        confirmation: &str,
        password: Zeroizing<String>,
    ) -> Result<(), ApiError> {
        let administrator = self.administrator().await?;
        if account == administrator {
            return Err(ApiError::OwnAccount);
        }
        let summary = self.summary(account).await?;
        if confirmation.trim() != summary.email {
            return Err(ApiError::NotConfirmed);
        }
        self.account_by_password(password).await?;
        let act = Act::by_administrator(administrator, self.site.clock.now());
        let deleted = self.site.store.delete_account_of(account, act).await;
        found(deleted.map_err(unless_gone(ApiError::NotFound))?)
    }

    async fn invitations(&self) -> Result<InvitationsView, ApiError> {
        self.administrator().await?;
        let (site, now) = (&self.site, self.site.clock.now());
        let open = site.store.open_invitations(now).await.map_err(fault)?;
        let open = open.into_iter().map(|open| InvitationView {
            name: open.name,
            expires: open.expires,
        });
        Ok(InvitationsView {
            open: open.collect(),
            made: self.take_once(INVITATION),
            sign_up_page: format!("{}/sign-up", site.public_url),
            days: invitation::LIFETIME.whole_days(),
            sign_up: site.sign_up_mode().await?,
            confirmed: self.is_confirmed(),
            now,
        })
    }

    async fn create_invitation(&self) -> Result<(), ApiError> {
        let act = self.act().await?;
        let made = invitation::make(&self.site.store, act).await.map_err(fault)?;
        self.leave_once(INVITATION, &made.code);
        Ok(())
    }

    async fn revoke_invitation(&self, invitation: &InvitationName) -> Result<(), ApiError> {
        let act = self.act().await?;
        let revoked = self.site.store.revoke_invitation(invitation, act).await;
        found(revoked.map_err(unless_gone(ApiError::NotFound))?)
    }

    async fn live_settings(&self) -> Result<LiveSettingsView, ApiError> {
        self.administrator().await?;
        let site = &self.site;
        let live = site.store.live_settings().await.map_err(fault)?;
        let uses = site.store.domain_uses().await.map_err(fault)?;
        Ok(LiveSettingsView {
            sign_up: live.sign_up,
            sign_up_by_settings: site.sign_up,
            announcement: live.announcement.clone(),
            domains: all_domains(&site.domains, uses),
            confirmed: self.is_confirmed(),
            now: site.clock.now(),
        })
    }

    async fn set_sign_up(&self, mode: Option<SignUpMode>) -> Result<(), ApiError> {
        let act = self.act().await?;
        let set = self.site.store.set_sign_up(mode, act).await;
        set.map(drop).map_err(unless_gone(ApiError::NotFound))
    }

    async fn set_announcement(&self, text: &str) -> Result<(), ApiError> {
        let act = self.act().await?;
        let text = announcement::parse(text).map_err(|_| ApiError::TooLong)?;
        let set = self.site.store.set_announcement(text.as_deref(), act).await;
        set.map(drop).map_err(unless_gone(ApiError::NotFound))
    }

    async fn operator_log(&self, page: u32) -> Result<LogView, ApiError> {
        self.administrator().await?;
        let store = &self.site.store;
        let skipped = u64::from(page.saturating_sub(1)) * u64::from(ON_ONE_PAGE);
        let entries = store.operator_log(skipped, ON_ONE_PAGE.into()).await.map_err(fault)?;
        let entries = entries.into_iter().map(|entry| LogEntryView {
            at: entry.at,
            action: Action::read(&entry.action),
            subject: entry.subject,
            administrator: entry.administrator,
        });
        Ok(LogView {
            entries: entries.collect(),
            all: store.operator_log_length().await.map_err(fault)?,
            now: self.site.clock.now(),
        })
    }
}

impl RequestBackend {
    /// Returns the account of the administrator who asks, or [`ApiError::NotFound`] for everybody else.
    pub(super) async fn administrator(&self) -> Result<AccountId, ApiError> {
        let account = self.visitor.account.ok_or(ApiError::NotFound)?;
        let is_one = self.site.store.is_administrator(account).await.map_err(fault)?;
        is_one.then_some(account).ok_or(ApiError::NotFound)
    }

    /// Returns who changes something, for the log. [`ApiError::ConfirmFirst`] unless the password was entered lately.
    pub(super) async fn act(&self) -> Result<Act, ApiError> {
        let administrator = self.administrator().await?;
        self.require_confirmed_account()?;
        Ok(Act::by_administrator(administrator, self.site.clock.now()))
    }

    /// Does the same for a change of somebody else's account. So an administrator is left, whatever one of them does.
    pub(super) async fn act_on_other(&self, account: AccountId) -> Result<Act, ApiError> {
        let act = self.act().await?;
        self.summary(account).await?;
        match self.visitor.account == Some(account) {
            true => Err(ApiError::OwnAccount),
            false => Ok(act),
        }
    }

    async fn summary(&self, account: AccountId) -> Result<AccountSummary, ApiError> {
        let summary = self.site.store.account_summary(account).await.map_err(fault)?;
        summary.ok_or(ApiError::NotFound)
    }

    /// Leaves a secret for the next page, which takes it with the same prefix.
    fn leave_once(&self, prefix: &str, secret: &str) {
        let token = Token::from_text(secret).with_prefix(prefix);
        self.set_cookie(token.cookie(Cookie::Once, &self.site.public_url));
    }
}

fn relay_limits(allowance: Allowance) -> RelayLimits {
    RelayLimits {
        mailboxes: allowance.mailboxes,
        aliases: allowance.aliases,
        messages_per_hour: allowance.messages_per_hour,
        replies_per_hour: allowance.replies_per_hour,
    }
}

/// Comes before a code for a new password that is shown once, on the page of its account only.
fn reset_prefix(account: AccountId) -> String {
    format!("reset.{account}.")
}

fn view(summary: AccountSummary) -> AccountView {
    let AccountSummary {
        id,
        email,
        verified,
        created,
        disabled,
        administrator,
        second_factor,
        last_seen,
        mailboxes,
        aliases,
        relayed,
        last_mail,
    } = summary;
    AccountView {
        id,
        email,
        verified,
        created,
        disabled,
        administrator,
        second_factor,
        last_seen,
        mailboxes,
        aliases,
        relayed,
        last_mail,
    }
}
