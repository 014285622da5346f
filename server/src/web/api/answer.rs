//! Answers declined calls with a status and a text.
//!
//! The text has both names that the clients of addy.io and SimpleLogin look for.

use app::api::ApiError;
use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Query, rejection::JsonRejection},
    http::{
        HeaderValue, StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// The body of an error.
#[derive(Serialize, ToSchema)]
pub(super) struct Problem {
    /// The reason, for people.
    #[schema(example = "This alias is taken. Please take another.")]
    message: String,
    /// The same text.
    error: String,
}

/// Why a call is declined.
pub(super) enum Declined {
    /// A rule forbids it.
    Rule(ApiError),
    /// The request cannot be read.
    Unreadable(&'static str),
}

impl From<ApiError> for Declined {
    fn from(error: ApiError) -> Self {
        Self::Rule(error)
    }
}

impl IntoResponse for Declined {
    fn into_response(self) -> Response {
        let (status, message) = match &self {
            Self::Rule(ApiError::SignedOut) => (
                StatusCode::UNAUTHORIZED,
                "There is no such API key, or it has ended.".to_owned(),
            ),
            Self::Rule(error) => (status(error), error.to_string()),
            Self::Unreadable(what) => (StatusCode::UNPROCESSABLE_ENTITY, (*what).to_owned()),
        };
        let problem = Problem {
            error: message.clone(),
            message,
        };
        let mut response = (status, Json(problem)).into_response();
        match self {
            Self::Rule(ApiError::SignedOut) => {
                let scheme = HeaderValue::from_static("Bearer");
                response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
            }
            Self::Rule(ApiError::TooManyAttempts { minutes }) => {
                let seconds = u64::from(minutes) * 60;
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            _ => {}
        }
        response
    }
}

fn status(error: &ApiError) -> StatusCode {
    match error {
        ApiError::NotFound => StatusCode::NOT_FOUND,
        ApiError::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
        ApiError::Unavailable | ApiError::Transport => StatusCode::SERVICE_UNAVAILABLE,
        ApiError::FirstMailboxUnverified | ApiError::MailboxUnverified => StatusCode::FORBIDDEN,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// A JSON body. If it is malformed, the answer is an error in JSON.
pub(super) struct Body<T>(pub T);

impl<T, S> FromRequest<S> for Body<T>
where
    Json<T>: FromRequest<S, Rejection = JsonRejection>,
    S: Send + Sync,
{
    type Rejection = Declined;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Declined> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(_) => Err(Declined::Unreadable("The body is not the JSON that this call takes.")),
        }
    }
}

/// The parameters of the URL. If they are malformed, the answer is an error in JSON.
pub(super) struct Parameters<T>(pub T);

impl<T, S> FromRequestParts<S> for Parameters<T>
where
    Query<T>: FromRequestParts<S>,
    S: Send + Sync,
{
    type Rejection = Declined;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Declined> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(_) => Err(Declined::Unreadable(
                "A parameter of the address is not what this call takes.",
            )),
        }
    }
}
