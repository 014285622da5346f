//! Limits how many new contacts outside senders create within an hour. Each costs a key, which takes longer than the rest
//! of sealing and stays in the database.

use std::{net::IpAddr, sync::Arc};

use app::id::{AliasId, MailboxId};
use time::{Duration, OffsetDateTime};

use crate::{
    config::NewContactLimits,
    limits::attempts::Limit,
    network,
    refusal::{Reason, Refusal},
    store::{AccountId, Store, attempt::Budget},
    vault::Vault,
};

const WINDOW: Duration = Duration::hours(1);

/// The limits, with what is needed to count.
pub struct NewContacts {
    store: Store,
    vault: Arc<Vault>,
    client: Limit,
    alias: Limit,
    account: Limit,
    /// The same three limits for contacts that messages name. They count apart, so that long lists of recipients hold no
    /// sender up.
    named: [Limit; 3],
}

impl NewContacts {
    /// Creates the limits from the settings.
    pub fn new(store: Store, vault: Arc<Vault>, most: NewContactLimits) -> Self {
        Self {
            store,
            vault,
            client: Limit::new("new contact client", most.per_client, WINDOW),
            alias: Limit::new("new contact alias", most.per_alias, WINDOW),
            account: Limit::new("new contact account", most.per_account, WINDOW),
            named: [
                Limit::new("named contact client", most.per_client, WINDOW),
                Limit::new("named contact alias", most.per_alias, WINDOW),
                Limit::new("named contact account", most.per_account, WINDOW),
            ],
        }
    }

    /// The limits that the transaction which makes a contact counts it towards. Refuses as [`Self::admit`] does if a limit is reached already.
    pub async fn budgets(
        &self,
        client: IpAddr,
        alias: AliasId,
        mailbox: MailboxId,
        now: OffsetDateTime,
    ) -> Result<[Budget; 3], Refusal> {
        let account = self.account(mailbox).await?;
        let budgets = [
            self.client.budget(&self.vault, &network::client_key(client)),
            self.alias.budget(&self.vault, &alias.0.to_be_bytes()),
            self.account.budget(&self.vault, &account.0.to_be_bytes()),
        ];
        for budget in &budgets {
            let had = self.store.attempts(&budget.key, budget.window, now).await?;
            if had.is_some_and(|had| had.count >= budget.most) {
                return Err(too_many());
            }
        }
        Ok(budgets)
    }

    /// Counts one contact. Refuses with [`smtp_reply::TOO_MANY_NEW_SENDERS`] if the client, the alias or its account is
    /// over its limit. A refused contact does not count for the limits after it, so one client cannot use up an alias's.
    pub async fn admit(
        &self,
        client: IpAddr,
        alias: AliasId,
        mailbox: MailboxId,
        now: OffsetDateTime,
    ) -> Result<(), Refusal> {
        let account = self.account(mailbox).await?;
        for (limit, who) in [
            (&self.client, network::client_key(client)),
            (&self.alias, alias.0.to_be_bytes().to_vec()),
            (&self.account, account.0.to_be_bytes().to_vec()),
        ] {
            let exceeded = limit.count(&self.store, &self.vault, &who, now).await;
            if exceeded?.is_some() {
                return Err(too_many());
            }
        }
        Ok(())
    }

    /// Counts contacts for other recipients of a message. Returns how many may be created.
    pub async fn admit_named(
        &self,
        (client, alias, mailbox): (IpAddr, AliasId, MailboxId),
        wanted: usize,
        now: OffsetDateTime,
    ) -> Result<usize, Refusal> {
        if wanted == 0 {
            return Ok(0);
        }
        let account = self.account(mailbox).await?;
        let mut room = u32::try_from(wanted).unwrap_or(u32::MAX);
        let whose = [
            network::client_key(client),
            alias.0.to_be_bytes().to_vec(),
            account.0.to_be_bytes().to_vec(),
        ];
        for (limit, who) in self.named.iter().zip(whose) {
            let left = limit.take(&self.store, &self.vault, &who, room, now).await;
            room = left?;
        }
        Ok(usize::try_from(room).unwrap_or(usize::MAX))
    }

    async fn account(&self, mailbox: MailboxId) -> Result<AccountId, Refusal> {
        let account = self.store.account_of(mailbox).await?;
        account.ok_or_else(|| Refusal::new(Reason::NoSuchAlias))
    }
}

/// The refusal of a contact over a limit.
pub fn too_many() -> Refusal {
    Refusal::new(Reason::NewContacts)
}
