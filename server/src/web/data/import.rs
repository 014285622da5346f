//! Aliases from elsewhere: a table that SimpleLogin or addy.io exported, or our own. The local part is kept, the domain is
//! ours. The answer is the page itself, which says for every line what became of it.

use app::api::{ApiError, account::MailboxId, data::Import};
use axum::{
    RequestExt,
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

/// `POST /account/import`, multipart/form-data (RFC 7578): `mailbox`, and the table as `file` or pasted as `text`.
pub(super) async fn import(State(site): State<Site>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let form = Request::from_parts(parts.clone(), body).extract::<Multipart, _>().await;
    let import = match form {
        Ok(form) => imported(&site, &parts, form).await,
        Err(_) => Err(ApiError::Transport),
    };
    let page = Request::from_parts(parts, axum::body::Body::empty());
    let imported = Imported(import);
    pages::with(&site, page, move || provide_context(imported.clone())).await
}

async fn imported(site: &Site, parts: &Parts, mut form: Multipart) -> Import {
    let visitor: Visitor = *parts.extensions.get().ok_or(ApiError::Unavailable)?;
    let mut mailbox = None;
    let mut table = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| ApiError::TooLong)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|_| ApiError::TooLong)?;
        match name.as_str() {
            "mailbox" => {
                mailbox = std::str::from_utf8(&bytes)
                    .ok()
                    .and_then(|text| text.trim().parse().ok())
            }
            // Of file and text, the one that has something.
            "file" | "text" if table.is_empty() => table = bytes.to_vec(),
            _ => {}
        }
    }
    let mailbox: MailboxId = mailbox.ok_or(ApiError::NotFound)?;
    let backend = RequestBackend::new(site.clone(), visitor, ResponseOptions::default());
    backend.import(table::read(&table), mailbox).await
}
