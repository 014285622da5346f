//! Exports all data of an account as JSON, or its aliases, all or some, as CSV.

use std::collections::HashMap;

use app::{
    api::{
        ApiError,
        activity::Outcome,
        alias::{AliasQuery, OffAnswer},
        bulk::Picked,
        done::Done,
        next,
    },
    id::{AliasId, ProfileId},
    profile::{ProfileKind, ProfileState, Settings},
};
use axum::{
    Extension, Form,
    extract::State,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Redirect, Response},
};
use leptos_axum::ResponseOptions;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    super::{Site, backend::RequestBackend, fault::fault, visitor::Visitor},
    table,
};
use crate::store::{AccountId, Store, StoreError, linked_identity};

/// The query, which chooses the file.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", tag = "form")]
pub(super) enum Wanted {
    /// Everything.
    Json,
    /// The aliases.
    Csv,
}

/// All data of an account except hashes of passwords and codes, and keys.
#[derive(Serialize)]
struct Everything {
    account: Account,
    mailboxes: Vec<Mailbox>,
    profiles: Vec<Profile>,
    aliases: Vec<Alias>,
    api_keys: Vec<ApiKey>,
    sessions: Vec<Session>,
}

#[derive(Serialize)]
struct Account {
    email: String,
    #[serde(with = "time::serde::rfc3339::option")]
    since: Option<OffsetDateTime>,
    two_factor: bool,
    recovery_codes_left: u64,
    passkeys: Vec<String>,
    sign_in_providers: Vec<LinkedIdentity>,
}

/// Who the person is at a sign-in provider.
#[derive(Serialize)]
struct LinkedIdentity {
    issuer: String,
    subject: String,
    #[serde(with = "time::serde::rfc3339")]
    linked: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    last_used: OffsetDateTime,
}

#[derive(Serialize)]
struct Mailbox {
    address: String,
    default: bool,
    verified: bool,
    kill_switch: bool,
    encrypted_replies_only: bool,
    signed_replies_only: bool,
    relayed_recipients: bool,
}

#[derive(Serialize)]
struct Profile {
    id: ProfileId,
    name: String,
    mailbox: String,
    kind: ProfileKind,
    state: ProfileState,
    settings: Option<Settings>,
    key_exported: bool,
    tested: bool,
    #[serde(with = "time::serde::rfc3339")]
    not_before: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    not_after: OffsetDateTime,
}

#[derive(Serialize)]
struct Alias {
    address: String,
    mailbox: String,
    label: String,
    note: String,
    name_in_from: String,
    enabled: bool,
    off_answer: OffAnswer,
    record_activity: bool,
    relayed: u64,
    refused: u64,
    #[serde(with = "time::serde::rfc3339")]
    created: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    last_used: Option<OffsetDateTime>,
    pinned: bool,
    contacts: Vec<Contact>,
    activity: Vec<Event>,
}

#[derive(Serialize)]
struct Contact {
    address: String,
    relay_address: String,
    blocked: bool,
    #[serde(with = "time::serde::rfc3339::option")]
    last_used: Option<OffsetDateTime>,
}

#[derive(Serialize)]
struct Event {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    outcome: Outcome,
    octets: u64,
}

#[derive(Serialize)]
struct ApiKey {
    name: String,
    #[serde(with = "time::serde::rfc3339")]
    created: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    last_used: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    expires: Option<OffsetDateTime>,
}

#[derive(Serialize)]
struct Session {
    device: String,
    #[serde(with = "time::serde::rfc3339")]
    opened: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    last_seen: OffsetDateTime,
}

/// `POST /account/export` returns a file if the person signed in a moment ago. Otherwise it redirects to where they can
/// do so.
pub(super) async fn export(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(wanted): Form<Wanted>,
) -> Response {
    let backend = RequestBackend::new(site.clone(), visitor, ResponseOptions::default());
    let file = match backend.require_confirmed_account() {
        Ok(account) => match wanted {
            Wanted::Json => json(&site, account).await,
            Wanted::Csv => csv(&site, account).await,
        },
        Err(error) => Err(error),
    };
    answer(file, "/account/data")
}

/// `POST /aliases/export` returns the picked aliases as a file, under the same condition. The form is the one around the
/// list of aliases.
pub(super) async fn export_picked(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let backend = RequestBackend::new(site.clone(), visitor, ResponseOptions::default());
    let picked = match backend.require_confirmed_account() {
        Ok(_) => backend.picked(&read_picked(&fields)).await,
        Err(error) => Err(error),
    };
    answer(picked.and_then(|aliases| table(&site, &aliases)), "/aliases")
}

fn read_picked(fields: &[(String, String)]) -> Picked {
    let field = |name: &str| {
        fields
            .iter()
            .find(|(each, _)| each == name)
            .map(|(_, value)| value.clone())
    };
    let ids = fields.iter().filter(|(name, _)| name == "aliases[]");
    Picked {
        aliases: ids.filter_map(|(_, id)| id.parse().ok()).collect(),
        all: field("all").is_some_and(|all| all == "true"),
        query: AliasQuery::read(field),
    }
}

/// Returns the file, or redirects: to signing in before `page`, or to the page that says what is missing.
fn answer(file: Result<File, ApiError>, page: &str) -> Response {
    let (name, kind, body) = match file {
        Ok(file) => file,
        Err(ApiError::SignedOut) => return Redirect::to(&next::step("/sign-in", page)).into_response(),
        Err(ApiError::NonePicked | ApiError::TooManyPicked { .. }) => {
            let none = Done::NothingExported.key();
            return Redirect::to(&format!("/aliases?done={none}")).into_response();
        }
        Err(ApiError::ConfirmFirst) => return Redirect::to("/account/data?problem=confirm").into_response(),
        Err(_) => return Redirect::to("/account/data?problem=failed").into_response(),
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    (
        [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)],
        body,
    )
        .into_response()
}

type File = (&'static str, &'static str, Vec<u8>);

async fn json(site: &Site, account: AccountId) -> Result<File, ApiError> {
    let everything = everything(site, account).await.map_err(fault)?;
    let json = serde_json::to_vec_pretty(&everything).map_err(fault)?;
    Ok(("sealpost.json", "application/json", json))
}

async fn csv(site: &Site, account: AccountId) -> Result<File, ApiError> {
    table(site, &site.store.aliases(account).await.map_err(fault)?)
}

fn table(site: &Site, aliases: &[crate::store::alias::Alias]) -> Result<File, ApiError> {
    let addresses: Vec<String> = aliases.iter().map(|alias| address(site, alias)).collect();
    let rows = aliases.iter().zip(&addresses).map(|(alias, address)| table::Row {
        alias: address,
        label: &alias.label,
        note: &alias.note,
        enabled: alias.enabled,
        mailbox: alias.mailbox.as_str(),
    });
    let table = table::write(rows).map_err(fault)?;
    Ok(("aliases.csv", "text/csv; charset=utf-8", table))
}

fn address(site: &Site, alias: &crate::store::alias::Alias) -> String {
    format!("{}@{}", alias.local, site.domains.written(&alias.domain))
}

async fn everything(site: &Site, account: AccountId) -> Result<Everything, StoreError> {
    let store = &site.store;
    let now = site.clock.now();
    let email = store.account_email(account).await?;
    let mailboxes = store.mailboxes(account).await?;
    let mut profiles = Vec::new();
    for profile in store.profiles(account).await? {
        let mailbox = mailboxes.iter().find(|mailbox| mailbox.id == profile.mailbox);
        profiles.push(Profile {
            id: profile.id,
            name: profile.name,
            mailbox: mailbox.map(|own| own.address.to_string()).unwrap_or_default(),
            kind: profile.kind,
            state: profile.state.at(profile.not_after < now),
            settings: store.profile_settings(account, profile.id).await?,
            key_exported: profile.evidence.exported,
            tested: profile.evidence.tested,
            not_before: profile.not_before,
            not_after: profile.not_after,
        });
    }
    let default = store.default_mailbox(account).await?;
    Ok(Everything {
        account: Account {
            email: email.map(|email| email.to_string()).unwrap_or_default(),
            since: store.account_since(account).await?,
            two_factor: store
                .one_time_password(account)
                .await?
                .is_some_and(|known| known.confirmed),
            recovery_codes_left: store.count_recovery_codes(account).await?,
            passkeys: store
                .passkeys(account)
                .await?
                .into_iter()
                .map(|passkey| passkey.name)
                .collect(),
            sign_in_providers: identities(store, account).await?,
        },
        profiles,
        aliases: aliases(site, account).await?,
        api_keys: api_keys(site, account).await?,
        sessions: sessions(site, account).await?,
        mailboxes: mailboxes
            .into_iter()
            .map(|mailbox| Mailbox {
                address: mailbox.address.to_string(),
                default: default == Some(mailbox.id),
                verified: mailbox.verified,
                kill_switch: mailbox.kill_switch,
                encrypted_replies_only: mailbox.encrypted_replies_only,
                signed_replies_only: mailbox.signed_replies_only,
                relayed_recipients: mailbox.relayed_recipients,
            })
            .collect(),
    })
}

async fn identities(store: &Store, account: AccountId) -> Result<Vec<LinkedIdentity>, StoreError> {
    let linked = store.identities(account).await?.into_iter();
    let own = |linked: linked_identity::LinkedIdentity| LinkedIdentity {
        issuer: linked.identity.issuer,
        subject: linked.identity.subject,
        linked: linked.linked,
        last_used: linked.last_used,
    };
    Ok(linked.map(own).collect())
}

async fn aliases(site: &Site, account: AccountId) -> Result<Vec<Alias>, StoreError> {
    let store = &site.store;
    let mut contacts: HashMap<AliasId, Vec<Contact>> = HashMap::new();
    for (alias, contact) in store.all_contacts(account).await? {
        contacts.entry(alias).or_default().push(Contact {
            address: contact.address.to_string(),
            relay_address: contact.relay_address.to_string(),
            blocked: contact.blocked,
            last_used: contact.last_used,
        });
    }
    let mut activity: HashMap<AliasId, Vec<Event>> = HashMap::new();
    for (alias, event) in store.all_activity(account).await? {
        activity.entry(alias).or_default().push(Event {
            at: event.at,
            outcome: event.outcome,
            octets: event.octets,
        });
    }
    let aliases = store.aliases(account).await?.into_iter().map(|alias| Alias {
        address: address(site, &alias),
        contacts: contacts.remove(&alias.id).unwrap_or_default(),
        activity: activity.remove(&alias.id).unwrap_or_default(),
        mailbox: alias.mailbox.to_string(),
        label: alias.label,
        note: alias.note,
        name_in_from: alias.name,
        enabled: alias.enabled,
        off_answer: alias.off_answer,
        record_activity: alias.record_activity,
        relayed: alias.relayed,
        refused: alias.refused,
        created: alias.created,
        last_used: alias.last_used,
        pinned: alias.pinned,
    });
    Ok(aliases.collect())
}

async fn api_keys(site: &Site, account: AccountId) -> Result<Vec<ApiKey>, StoreError> {
    let keys = site.store.api_keys(account).await?.into_iter().map(|key| ApiKey {
        name: key.name,
        created: key.created_at,
        last_used: key.last_used_at,
        expires: key.expires_at,
    });
    Ok(keys.collect())
}

async fn sessions(site: &Site, account: AccountId) -> Result<Vec<Session>, StoreError> {
    let sessions = site.store.sessions(account, site.clock.now()).await?;
    let sessions = sessions.into_iter().map(|session| Session {
        device: session.device,
        opened: session.opened,
        last_seen: session.last_seen,
    });
    Ok(sessions.collect())
}
