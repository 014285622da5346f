//! Draws an alias as a QR code that opens a new message to it.

use app::{address::EmailAddress, id::AliasId};
use axum::{
    Extension,
    extract::{Path, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use qrcode::{QrCode, render::svg, types::QrError};

use super::{Site, fault::log, visitor::Visitor};

/// Minimum side of the picture in pixels. It scales without loss.
const SIDE: u32 = 240;

/// `GET /aliases/{id}/qr.svg`. Answers 404 if the alias is not the visitor's.
pub(super) async fn alias(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Path(alias): Path<AliasId>,
) -> Response {
    let nothing = || (StatusCode::NOT_FOUND, "This does not exist.\n").into_response();
    let Some(account) = visitor.account else {
        return nothing();
    };
    let found = match site.store.alias(account, alias).await {
        Ok(found) => found,
        Err(error) => {
            log(&error);
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let address = found.and_then(|alias| site.domains.address(&alias.local, &alias.domain).ok());
    match address.map(|address| picture(&address)) {
        Some(Ok(svg)) => ([(CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        Some(Err(error)) => {
            log(&error);
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        None => nothing(),
    }
}

/// Draws a mailto URI (RFC 6068). The local part of an alias has no character that needs escaping there.
fn picture(address: &EmailAddress) -> Result<String, QrError> {
    let code = QrCode::new(format!("mailto:{address}"))?;
    Ok(code
        .render()
        .min_dimensions(SIDE, SIDE)
        // Scanners need dark on light, whatever the colours of the page.
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_an_svg_without_scripts() {
        let svg = picture(&"amber-otter@relay.example".parse().unwrap()).unwrap();
        assert!(
            svg.contains("<svg") && svg.contains("<path") && !svg.contains("<script"),
            "{svg}"
        );
    }
}
