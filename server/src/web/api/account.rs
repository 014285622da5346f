//! Answers addy.io's calls for the account, its mailboxes and the key. Clients use them to check that a key is valid.

use app::api::{
    ApiError,
    mailbox::{MailboxBackend, Protection},
};
use axum::{Json, extract::State, http::HeaderMap};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{Site, fault::fault},
    aliases::{FORMAT, One, format_time},
    answer::{Declined, Problem},
    caller::{Caller, key},
};

/// The key of this call.
#[derive(Serialize, ToSchema)]
pub(super) struct Key {
    /// The person's name for it.
    name: String,
    /// When it was created, in UTC.
    created_at: Option<String>,
    /// When it expires, in UTC, or null if it does not.
    expires_at: Option<String>,
}

/// The account.
#[derive(Serialize, ToSchema)]
pub(super) struct Account {
    /// Its id.
    id: String,
    /// The address that the person signs in with.
    username: String,
    /// The mailbox for new aliases, or null before a mailbox is verified.
    default_recipient_id: Option<String>,
    /// The domain of a new alias if the call names none.
    default_alias_domain: String,
    /// The format of a new alias if the call names none.
    default_alias_format: &'static str,
    /// How many mailboxes it has.
    recipient_count: usize,
    /// Messages relayed to all aliases.
    total_emails_forwarded: u64,
    /// Messages refused or dropped.
    total_emails_blocked: u64,
    /// When it was created, in UTC.
    created_at: Option<String>,
}

/// A mailbox.
#[derive(Serialize, ToSchema)]
pub(super) struct Recipient {
    /// Its id.
    #[schema(example = "1")]
    id: String,
    /// Its address.
    email: String,
    /// Whether answers from it are relayed.
    can_reply_send: bool,
    /// Whether mail to it is encrypted now.
    should_encrypt: bool,
    /// When it was verified, in UTC, or null if it was not.
    email_verified_at: Option<String>,
    /// How many aliases deliver to it.
    aliases_count: u64,
    /// When it was added, in UTC.
    created_at: Option<String>,
}

/// Describes the key of this call.
#[utoipa::path(get, path = "/api/v1/api-token-details", tag = "addy.io", security(("key" = [])),
    responses((status = 200, body = Key), (status = 401, body = Problem)))]
pub(super) async fn key_details(
    _: Caller,
    State(site): State<Site>,
    headers: HeaderMap,
) -> Result<Json<Key>, Declined> {
    let key = key(&headers).ok_or(ApiError::SignedOut)?;
    let found = site.store.api_key(key.hash()).await.map_err(fault)?;
    let found = found.ok_or(ApiError::SignedOut)?;
    Ok(Json(Key {
        name: found.name,
        created_at: format_time(found.created_at),
        expires_at: found.expires_at.and_then(format_time),
    }))
}

/// Describes the account.
#[utoipa::path(get, path = "/api/v1/account-details", tag = "addy.io", security(("key" = [])),
    responses((status = 200, body = One<Account>), (status = 401, body = Problem)))]
pub(super) async fn details(Caller(backend): Caller, State(site): State<Site>) -> Result<Json<One<Account>>, Declined> {
    let (account, store) = (backend.account()?, &site.store);
    let email = store.account_email(account).await.map_err(fault)?;
    let aliases = store.aliases(account).await.map_err(fault)?;
    let data = Account {
        id: account.0.to_string(),
        username: email.ok_or(ApiError::NotFound)?.to_string(),
        default_recipient_id: backend.default_mailbox().await?.map(|mailbox| mailbox.to_string()),
        default_alias_domain: site.domain.clone(),
        default_alias_format: FORMAT,
        recipient_count: store.mailboxes(account).await.map_err(fault)?.len(),
        total_emails_forwarded: aliases.iter().map(|alias| alias.relayed).sum(),
        total_emails_blocked: aliases.iter().map(|alias| alias.refused).sum(),
        created_at: store.account_since(account).await.map_err(fault)?.and_then(format_time),
    };
    Ok(Json(One { data }))
}

/// Lists the account's mailboxes.
#[utoipa::path(get, path = "/api/v1/recipients", tag = "addy.io", security(("key" = [])),
    responses((status = 200, body = One<Vec<Recipient>>), (status = 401, body = Problem)))]
pub(super) async fn recipients(
    Caller(backend): Caller,
    State(site): State<Site>,
) -> Result<Json<One<Vec<Recipient>>>, Declined> {
    let (account, store) = (backend.account()?, &site.store);
    let views = backend.mailboxes().await?;
    let mut data = Vec::with_capacity(views.len());
    for mailbox in store.mailboxes(account).await.map_err(fault)? {
        let view = views.iter().find(|view| view.id == mailbox.id);
        data.push(Recipient {
            id: mailbox.id.to_string(),
            email: mailbox.address.to_string(),
            can_reply_send: mailbox.verified,
            should_encrypt: view.is_some_and(|view| matches!(view.protection, Protection::Sealed { .. })),
            email_verified_at: mailbox.verified_at.and_then(format_time),
            aliases_count: store.count_aliases(account, mailbox.id).await.map_err(fault)?,
            created_at: format_time(mailbox.created),
        });
    }
    Ok(Json(One { data }))
}
