//! Shows administrators what waits for delivery, and does what they ask with it, with the functions of the operator's commands.

use app::{
    api::{
        ApiError,
        administration::ON_ONE_PAGE,
        waiting::{MessageName, QueueBackend, QueueView, WaitingView},
    },
    id::AccountId,
};
use async_trait::async_trait;

use super::{
    super::fault::{fault, unless_gone},
    RequestBackend, found,
};
use crate::{store::queue_summary::Waiting, vault::Token};

#[async_trait]
impl QueueBackend for RequestBackend {
    async fn waiting_messages(&self, page: u32) -> Result<QueueView, ApiError> {
        self.administrator().await?;
        let (store, now) = (&self.site.store, self.site.clock.now());
        let skipped = u64::from(page.saturating_sub(1)) * u64::from(ON_ONE_PAGE);
        let waiting = store.waiting(skipped, ON_ONE_PAGE.into(), now).await.map_err(fault)?;
        Ok(QueueView {
            waiting: waiting.into_iter().map(view).collect(),
            all: store.depth().await.map_err(fault)?.waiting,
            confirmed: self.is_confirmed(),
            now,
        })
    }

    async fn retry_message(&self, message: &MessageName) -> Result<(), ApiError> {
        let act = self.act().await?;
        let due = self.site.store.make_due(token(message)?, act.at()).await;
        found(due.map_err(fault)?)
    }

    async fn retry_all_messages(&self) -> Result<(), ApiError> {
        let act = self.act().await?;
        self.site.store.make_all_due(act.at()).await.map_err(fault)
    }

    async fn drop_message(&self, message: &MessageName) -> Result<(), ApiError> {
        let act = self.act().await?;
        let dropped = self.site.store.drop_waiting(token(message)?, act).await;
        found(dropped.map_err(unless_gone(ApiError::NotFound))?)
    }

    async fn drop_messages_of(&self, account: AccountId) -> Result<(), ApiError> {
        let act = self.act_on_other(account).await?;
        let dropped = self.site.store.drop_waiting_of(account, act).await;
        dropped.map(drop).map_err(unless_gone(ApiError::NotFound))
    }
}

fn token(message: &MessageName) -> Result<Token, ApiError> {
    let mut token = [0; 16];
    hex::decode_to_slice(&message.0, &mut token).map_err(|_| ApiError::NotFound)?;
    Ok(Token(token))
}

fn view(each: Waiting) -> WaitingView {
    WaitingView {
        name: MessageName(hex::encode(each.token.0)),
        octets: each.octets,
        tries: each.attempts,
        accepted: each.accepted,
        next_try: (!each.leased).then_some(each.next_try),
        account: each.account,
    }
}
