//! Sends browsers to the operator's sign-in provider, and takes them back.
//!
//! The way there is a page that leads on by itself, and not a redirect: the policy of the pages lets forms lead to this site only, and
//! browsers hold redirects to it, also those of the provider. The way back is a redirect at once, so that the code
//! stays neither in the address bar nor in a Referer.

use app::{
    api::{done::Done, next, provider::Leaving},
    id::AccountId,
};
use axum::{
    Extension, Form,
    body::Body,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{LOCATION, SET_COOKIE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use leptos::prelude::provide_context;
use leptos_axum::ResponseOptions;
use serde::Deserialize;

use super::{
    Site,
    backend::{Arrival, RequestBackend, provider_destination},
    language, pages,
    session::{Cookie, Token},
    visitor::Visitor,
};
use crate::{oidc::Secrets, store::round_trip::TripPurpose};

/// No page learns of the address that a browser comes from.
const NO_REFERRER: (HeaderName, HeaderValue) = (
    HeaderName::from_static("referrer-policy"),
    HeaderValue::from_static("no-referrer"),
);

/// Most octets of the provider's word for an error that are logged.
const MAX_ERROR: usize = 64;

/// The request of a form.
#[derive(Deserialize)]
pub(super) struct Wish {
    purpose: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    invitation: String,
}

/// The parameters that the provider sends a browser back with (RFC 6749 §4.1.2, RFC 9207 §2).
#[derive(Deserialize)]
pub(super) struct Answer {
    code: Option<String>,
    #[serde(default)]
    state: String,
    error: Option<String>,
    iss: Option<String>,
}

/// `POST /sign-in/provider` sends the browser to the provider. Forms of other sites are refused before.
pub(super) async fn leave(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    parts: Parts,
    Form(wish): Form<Wish>,
) -> Response {
    let backend = RequestBackend::new(site.clone(), visitor, ResponseOptions::default());
    let Some((purpose, provider)) = TripPurpose::read(&wish.purpose).zip(site.provider.as_ref()) else {
        return redirect("/sign-in", Vec::new());
    };
    let departure = match backend.depart(purpose, &wish.next, &wish.invitation).await {
        Ok(departure) => departure,
        Err(done) => {
            return redirect(
                &done.reported_at(&page_of(purpose, visitor.account, &wish.next)),
                Vec::new(),
            );
        }
    };
    let leaving = Leaving {
        name: provider.name().to_owned(),
        url: departure.url,
    };
    let page = Request::from_parts(parts, Body::empty());
    let mut response = pages::with(&site, page, move || provide_context(leaving.clone())).await;
    let headers = response.headers_mut();
    headers.insert(NO_REFERRER.0, NO_REFERRER.1);
    if let Some(cookie) = departure.cookie {
        headers.append(SET_COOKIE, cookie);
    }
    response
}

/// `GET /sign-in/provider/return` takes the browser back, and leads to a page.
pub(super) async fn come_back(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Response {
    let token = Token::of(&headers, Cookie::Trip, &site.public_url);
    let (Some(token), Ok(Query(answer))) = (token, answer) else {
        return nobody_left(&visitor);
    };
    let secrets = Secrets::of(token.text());
    // Before the trip ends: whoever sends a browser here with a state of their own changes nothing.
    if !secrets.has_state(&answer.state) {
        return nobody_left(&visitor);
    }
    let backend = RequestBackend::new(site.clone(), visitor, ResponseOptions::default());
    let mut cookies: Vec<_> = Cookie::Trip.removal(&site.public_url).into_iter().collect();
    let trip = match backend.end_trip(&token).await {
        Ok(trip) => trip,
        Err(done) => return redirect(&done.reported_at(home(&visitor)), cookies),
    };
    let arrived = match code(&site, answer) {
        Ok(code) => {
            let language = language::of(&headers);
            let arrival = Arrival {
                code,
                secrets,
                language,
            };
            backend.arrive(&trip, arrival).await
        }
        Err(done) => Err(done),
    };
    cookies.extend(backend.cookies());
    match arrived {
        Ok(None) => redirect(provider_destination(&trip), cookies),
        Ok(Some(done)) => redirect(&done.reported_at(provider_destination(&trip)), cookies),
        Err(done) => {
            let page = match done {
                Done::ProviderWrongInvitation | Done::ProviderNeedsInvitation => "/sign-up".to_owned(),
                _ => page_of(trip.purpose, visitor.account, &trip.next),
            };
            redirect(&done.reported_at(&page), cookies)
        }
    }
}

/// Returns the code of an answer of this provider.
fn code(site: &Site, answer: Answer) -> Result<String, Done> {
    // Without it there is only one provider that it can be from.
    let issuer = site.provider.as_ref().map(|provider| provider.issuer().to_owned());
    if answer.iss.is_some() && answer.iss != issuer {
        tracing::warn!("an answer names another issuer than the sign-in provider's");
        return Err(Done::ProviderRefused);
    }
    if let Some(error) = answer.error {
        let word: String = error.chars().filter(char::is_ascii_graphic).take(MAX_ERROR).collect();
        tracing::info!(error = word, "the sign-in provider signed nobody in");
        return Err(Done::ProviderCancelled);
    }
    answer.code.ok_or(Done::ProviderRefused)
}

/// The page on which the wish was, where it can be tried again.
fn page_of(purpose: TripPurpose, account: Option<AccountId>, next: &str) -> String {
    match (purpose, account) {
        (TripPurpose::SignIn, _) | (_, None) => next::step("/sign-in", next),
        (TripPurpose::Confirm, Some(_)) => next::own_page(next).unwrap_or("/account").to_owned(),
        (TripPurpose::Link, Some(_)) => "/account#provider-section".to_owned(),
    }
}

fn home(visitor: &Visitor) -> &'static str {
    match visitor.account {
        Some(_) => "/account",
        None => "/sign-in",
    }
}

/// For an answer that this browser did not ask for, or too long ago.
fn nobody_left(visitor: &Visitor) -> Response {
    redirect(&Done::ProviderExpired.reported_at(home(visitor)), Vec::new())
}

fn redirect(to: &str, cookies: Vec<HeaderValue>) -> Response {
    let Ok(location) = HeaderValue::try_from(to) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, location);
    headers.insert(NO_REFERRER.0, NO_REFERRER.1);
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    response
}
