//! Imports aliases from a table that SimpleLogin, addy.io or this relay exported.
//!
//! The local part stays, and the domain becomes ours. The answer is the page, with the outcome of every line.

use std::{future::poll_fn, pin::Pin};

use app::{
    api::{ApiError, data::Import},
    id::MailboxId,
};
use axum::{
    RequestExt,
    body::{Body, HttpBody},
    extract::{Multipart, Request, State},
    http::request::Parts,
    response::Response,
};
use leptos::prelude::provide_context;
use leptos_axum::ResponseOptions;

use super::{
    super::{
        Site,
        backend::{Imported, RequestBackend},
        pages,
        visitor::Visitor,
    },
    table,
};

/// Most octets of a request with a table. addy.io exports some twenty columns, and [`table::MOST_LINES`] of them must
/// fit.
const MOST_OCTETS: usize = 8 * 1024 * 1024;

/// Most octets of a longer request that are read and dropped. A browser that is still sending does not read the answer.
const MOST_THROWN_AWAY: usize = 8 * MOST_OCTETS;

/// `POST /account/import`, multipart/form-data (RFC 7578): `mailbox`, and the table as `file` or pasted as `text`.
pub(super) async fn import(State(site): State<Site>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let import = read(&site, &parts, body).await;
    let page = Request::from_parts(parts, Body::empty());
    let imported = Imported(import);
    pages::with(&site, page, move || provide_context(imported.clone())).await
}

async fn read(site: &Site, parts: &Parts, body: Body) -> Import {
    let visitor: Visitor = *parts.extensions.get().ok_or(ApiError::Unavailable)?;
    visitor.account.ok_or(ApiError::SignedOut)?;
    let body = whole(body).await?;
    let form = Request::from_parts(parts.clone(), Body::from(body)).extract::<Multipart, _>();
    import_form(site, visitor, form.await.map_err(|_| ApiError::Transport)?).await
}

/// Reads the whole body. Returns [`ApiError::TooLong`] if it is too long.
async fn whole(mut body: Body) -> Result<Vec<u8>, ApiError> {
    let mut read = Vec::new();
    let mut octets = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| ApiError::Transport)?;
        let data = frame.data_ref().map(|data| &**data).unwrap_or_default();
        octets += data.len();
        match octets {
            0..=MOST_OCTETS => read.extend_from_slice(data),
            _ if octets <= MOST_THROWN_AWAY => read = Vec::new(),
            _ => break,
        }
    }
    match octets <= MOST_OCTETS {
        true => Ok(read),
        false => Err(ApiError::TooLong),
    }
}

async fn import_form(site: &Site, visitor: Visitor, mut form: Multipart) -> Import {
    let mut mailbox = None;
    let mut table = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| ApiError::Transport)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|_| ApiError::Transport)?;
        match name.as_str() {
            "mailbox" => {
                mailbox = std::str::from_utf8(&bytes)
                    .ok()
                    .and_then(|text| text.trim().parse().ok())
            }
            // Of file and text, uses the one that is not empty.
            "file" | "text" if table.is_empty() => table = bytes.to_vec(),
            _ => {}
        }
    }
    let mailbox: MailboxId = mailbox.ok_or(ApiError::NotFound)?;
    let backend = RequestBackend::new(site.clone(), visitor, ResponseOptions::default());
    backend.import(table::read(&table), mailbox).await
}
