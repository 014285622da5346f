//! Answers SimpleLogin's call for a random alias, which password managers use.

use axum::{Json, body::Bytes, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    aliases::take,
    answer::{Declined, Parameters, Problem},
    caller::Caller,
};

/// The site that the alias is for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Site {
    /// The site's host name. It is the alias's label if there is no note.
    hostname: Option<String>,
}

/// The person's name for the alias.
#[derive(Default, Deserialize, ToSchema)]
pub(super) struct Note {
    /// The label.
    note: Option<String>,
}

/// The new alias.
#[derive(Serialize, ToSchema)]
pub(super) struct Made {
    /// Its address.
    alias: String,
    /// Its address.
    email: String,
    /// Whether it accepts mail.
    enabled: bool,
}

/// Creates a random alias. The key may stand in the header field `Authentication`.
#[utoipa::path(post, path = "/api/alias/random/new", params(Site), request_body = Note, tag = "SimpleLogin",
    security(("key" = []), ("authentication" = [])),
    responses((status = 201, body = Made), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn random(
    Caller(backend): Caller,
    Parameters(site): Parameters<Site>,
    body: Bytes,
) -> Result<(StatusCode, Json<Made>), Declined> {
    // Some clients send no body, and some send no content type.
    let note = match body.is_empty() {
        true => Note::default(),
        false => serde_json::from_slice(&body)
            .map_err(|_| Declined::Unreadable("The body is not the JSON that this call takes."))?,
    };
    let label = note.note.filter(|note| !note.trim().is_empty()).or(site.hostname);
    let made = take(&backend, None, label.as_deref(), "", None).await?;
    let body = Made {
        alias: made.address().to_owned(),
        email: made.address().to_owned(),
        enabled: true,
    };
    Ok((StatusCode::CREATED, Json(body)))
}
