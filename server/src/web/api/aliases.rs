//! Answers addy.io's calls for aliases.

use app::{
    api::{
        ApiError,
        alias::{AliasBackend, AliasDetail, AliasQuery, AliasView, CorrespondenceBackend, ON_ONE_PAGE, Show},
    },
    id::{AliasId, MailboxId},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};
use utoipa::{IntoParams, ToSchema};

use super::{
    super::{Site, backend::RequestBackend, fault::fault},
    answer::{Body, Declined, Parameters, Problem},
    caller::Caller,
};

/// The time format of addy.io, in UTC.
const TIME: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// Most aliases on a page.
const MOST_ON_ONE_PAGE: u32 = 100;

/// addy.io's word for the default format: two words and a number.
pub(super) const FORMAT: &str = "random_words";

/// An alias.
#[derive(Serialize, ToSchema)]
pub(super) struct Alias {
    /// Its id.
    #[schema(example = "7")]
    id: String,
    /// Its address.
    #[schema(example = "amber-otter-river-48213@relay.example")]
    email: String,
    /// The part before the @.
    local_part: String,
    /// The part after the @.
    domain: String,
    /// The person's name for it.
    description: Option<String>,
    /// Whether mail to it is accepted.
    active: bool,
    /// Messages relayed.
    emails_forwarded: u64,
    /// Messages refused or dropped.
    emails_blocked: u64,
    /// The mailbox it delivers to.
    recipients: Vec<AliasRecipient>,
    /// When a message last went through it, in UTC.
    last_used_at: Option<String>,
    /// When it was created, in UTC; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
}

/// A mailbox.
#[derive(Serialize, ToSchema)]
pub(super) struct AliasRecipient {
    /// Its address.
    email: String,
}

/// A single object.
#[derive(Serialize, ToSchema)]
pub(super) struct One<T: ToSchema> {
    /// The object.
    pub(super) data: T,
}

/// A page of aliases.
#[derive(Serialize, ToSchema)]
pub(super) struct Many {
    /// The aliases on this page.
    data: Vec<Alias>,
    /// The position of this page.
    meta: Meta,
}

/// The position of a page.
#[derive(Serialize, ToSchema)]
pub(super) struct Meta {
    /// The number of this page, from 1.
    current_page: u64,
    /// The number of the last page.
    last_page: u64,
    /// Aliases on a page.
    per_page: u64,
    /// Aliases on all pages.
    total: u64,
}

/// A query for aliases.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The number of the page, from 1.
    #[serde(rename = "page[number]", default)]
    page: u32,
    /// Aliases on a page: 50 by default, at most 100.
    #[serde(rename = "page[size]")]
    size: Option<u32>,
    /// Text to search in address, description and note.
    #[serde(rename = "filter[search]", default)]
    search: String,
    /// `true` for aliases that accept mail only, any other word for those that do not.
    #[serde(rename = "filter[active]", default)]
    active: String,
}

/// An alias to create.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewAlias {
    /// One of the relay's domains, by default the main one.
    #[serde(default)]
    domain: Option<String>,
    /// The person's name for it. A longer one is shortened.
    #[serde(default)]
    description: Option<String>,
    /// `custom` uses `local_part`. With any other word, or none, the relay makes two words and a number.
    #[serde(default)]
    format: Option<String>,
    /// The part before the @, with the format `custom`.
    #[serde(default)]
    local_part: Option<String>,
    /// The id of the verified mailbox that it delivers to, by default the default mailbox. Only one is allowed.
    #[serde(default)]
    recipient_ids: Vec<String>,
}

/// The changes.
#[derive(Deserialize, ToSchema)]
pub(super) struct Change {
    /// The person's name for it. It is cleared if missing, null or empty.
    description: Option<String>,
}

/// The alias to turn on.
#[derive(Deserialize, ToSchema)]
pub(super) struct Activate {
    /// Its id.
    id: String,
}

/// The domains for aliases.
#[derive(Serialize, ToSchema)]
pub(super) struct Domains {
    /// All of them, the main one first.
    data: Vec<String>,
    /// The domain of a new alias if the call names none.
    #[serde(rename = "defaultAliasDomain")]
    default_domain: String,
    /// The format of a new alias if the call names none.
    #[serde(rename = "defaultAliasFormat")]
    default_format: &'static str,
}

/// Lists the account's aliases, newest first.
#[utoipa::path(get, path = "/api/v1/aliases", params(Wanted), tag = "addy.io", security(("key" = [])),
    responses((status = 200, body = Many), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn list(
    Caller(backend): Caller,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Many>, Declined> {
    let query = AliasQuery {
        search: wanted.search,
        show: match wanted.active.as_str() {
            "" => Show::All,
            "true" => Show::Active,
            _ => Show::Off,
        },
        page: wanted.page,
        ..AliasQuery::default()
    };
    let size = wanted.size.unwrap_or(ON_ONE_PAGE).clamp(1, MOST_ON_ONE_PAGE);
    let page = backend.page_of_aliases(&query, size).await?;
    let per_page = u64::from(size);
    Ok(Json(Many {
        data: page.aliases.into_iter().map(|alias| Alias::of(alias, None)).collect(),
        meta: Meta {
            current_page: u64::from(query.page.max(1)),
            last_page: page.found.div_ceil(per_page).max(1),
            per_page,
            total: page.found,
        },
    }))
}

/// Creates an alias that delivers to the named mailbox, or to the account's default one.
#[utoipa::path(post, path = "/api/v1/aliases", request_body = NewAlias, tag = "addy.io", security(("key" = [])),
    responses((status = 201, body = One<Alias>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn create(
    Caller(backend): Caller,
    Body(new): Body<NewAlias>,
) -> Result<(StatusCode, Json<One<Alias>>), Declined> {
    let custom = new.format.as_deref() == Some("custom");
    let local = new.local_part.as_deref().filter(|_| custom);
    let domain = new.domain.as_deref().unwrap_or_default();
    let mailbox = match &new.recipient_ids[..] {
        [] => None,
        [one] => Some(one.parse().map_err(|_| ApiError::NotFound)?),
        _ => return Err(Declined::Unreadable("An alias delivers to one recipient here.")),
    };
    let taken = take(&backend, local, new.description.as_deref(), domain, mailbox).await?;
    Ok((StatusCode::CREATED, Json(One { data: taken })))
}

/// Shows an alias.
#[utoipa::path(get, path = "/api/v1/aliases/{id}", tag = "addy.io", security(("key" = [])),
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, body = One<Alias>), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn read(Caller(backend): Caller, Path(id): Path<String>) -> Result<Json<One<Alias>>, Declined> {
    show(&backend, number(&id)?).await
}

/// Changes an alias's description.
#[utoipa::path(patch, path = "/api/v1/aliases/{id}", request_body = Change, tag = "addy.io", security(("key" = [])),
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, body = One<Alias>), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn change(
    Caller(backend): Caller,
    Path(id): Path<String>,
    Body(change): Body<Change>,
) -> Result<Json<One<Alias>>, Declined> {
    let id = number(&id)?;
    let detail = backend.alias(id).await?;
    let label = change.description.unwrap_or_default();
    backend.set_alias_details(id, &label, &detail.note).await?;
    show(&backend, id).await
}

/// Deletes an alias for good. Nobody can create it again.
#[utoipa::path(delete, path = "/api/v1/aliases/{id}", tag = "addy.io", security(("key" = [])),
    params(("id" = String, Path, description = "Its id")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn remove(Caller(backend): Caller, Path(id): Path<String>) -> Result<StatusCode, Declined> {
    backend.delete_alias(number(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Turns an alias on.
#[utoipa::path(post, path = "/api/v1/active-aliases", request_body = Activate, tag = "addy.io", security(("key" = [])),
    responses((status = 200, body = One<Alias>), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn activate(
    Caller(backend): Caller,
    Body(activate): Body<Activate>,
) -> Result<Json<One<Alias>>, Declined> {
    let id = number(&activate.id)?;
    backend.set_alias_enabled(id, true, None).await?;
    show(&backend, id).await
}

/// Turns an alias off.
#[utoipa::path(delete, path = "/api/v1/active-aliases/{id}", tag = "addy.io", security(("key" = [])),
    params(("id" = String, Path, description = "Its id")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn deactivate(Caller(backend): Caller, Path(id): Path<String>) -> Result<StatusCode, Declined> {
    backend.set_alias_enabled(number(&id)?, false, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the domains for aliases.
#[utoipa::path(get, path = "/api/v1/domain-options", tag = "addy.io", security(("key" = [])),
    responses((status = 200, body = Domains), (status = 401, body = Problem)))]
pub(super) async fn domain_options(_: Caller, State(site): State<Site>) -> Json<Domains> {
    Json(Domains {
        data: site.domains.all().map(str::to_owned).collect(),
        default_domain: site.domain.clone(),
        default_format: FORMAT,
    })
}

/// Creates an alias from `local` or a random local part, for a mailbox or the default one.
pub(super) async fn take(
    backend: &RequestBackend,
    local: Option<&str>,
    label: Option<&str>,
    domain: &str,
    mailbox: Option<MailboxId>,
) -> Result<Alias, ApiError> {
    // Generators put whole sentences here. The beginning of one is better than an error.
    let label: String = label
        .unwrap_or_default()
        .chars()
        .take(app::api::limits::MAX_LABEL)
        .collect();
    let id = backend.create_alias(local, &label, mailbox, domain).await?;
    Ok(Alias::from_detail(backend.alias(id).await?))
}

async fn show(backend: &RequestBackend, id: AliasId) -> Result<Json<One<Alias>>, Declined> {
    let data = Alias::from_detail(backend.alias(id).await?);
    Ok(Json(One { data }))
}

/// Parses the id of an alias. An id that is no number does not exist.
fn number(id: &str) -> Result<AliasId, ApiError> {
    id.parse().map_err(|_| ApiError::NotFound)
}

impl Alias {
    fn from_detail(detail: AliasDetail) -> Self {
        Self::of(detail.alias, Some(detail.created))
    }

    fn of(alias: AliasView, created: Option<OffsetDateTime>) -> Self {
        Self {
            id: alias.id.to_string(),
            local_part: alias.address.local().to_owned(),
            domain: alias.address.domain().to_owned(),
            email: alias.address.to_string(),
            description: Some(alias.label).filter(|label| !label.is_empty()),
            active: alias.enabled,
            emails_forwarded: alias.relayed,
            emails_blocked: alias.refused,
            recipients: vec![AliasRecipient {
                email: alias.mailbox.to_string(),
            }],
            last_used_at: alias.last_used.and_then(format_time),
            created_at: created.and_then(format_time),
        }
    }

    /// Its address.
    pub(super) fn address(&self) -> &str {
        &self.email
    }
}

/// Formats a time as addy.io does.
pub(super) fn format_time(time: OffsetDateTime) -> Option<String> {
    time.format(TIME).map_err(fault).ok()
}
