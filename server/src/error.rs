//! What visitors are told when something goes wrong, and what only the log is told.
//!
//! A handler returns [`AppError`]. It becomes a bare response with a [`Refusal`] beside it, which the
//! router renders for its audience: a page or `application/problem+json`. The cause of a 5xx travels
//! as a [`Cause`], is logged once by [`log_failures`] and never shown.

use crate::db::{self, Fault};
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use plimsoll_protocol::Problem;
use std::borrow::Cow;
use std::sync::Arc;

/// What a handler answers when it cannot do what was asked.
pub type AppResult<T> = Result<T, AppError>;

/// What a visitor can understand.
#[derive(Debug)]
pub enum AppError {
    /// There is no such thing, or the visitor may not know that there is: `project`, `build`.
    NotFound(&'static str),
    /// What was sent is wrong: the field and why, a clause.
    Invalid(Cow<'static, str>, String),
    /// What was sent contradicts what is there; a sentence.
    Conflict(String),
    /// Nobody knows who asks; a sentence.
    Unauthorized(String),
    /// Whoever asks may not; a sentence.
    Forbidden(String),
    /// Too much was sent; a sentence.
    TooLarge(String),
    /// The body did not arrive in time.
    TooSlow,
    /// Too often; how many seconds to wait.
    TooMany(u64),
    /// The disk is full.
    StorageFull(anyhow::Error),
    /// Something the server needs is away at the moment.
    Unavailable(anyhow::Error),
    /// A mistake of ours.
    Internal(anyhow::Error),
}

/// What the visitor is told, before it is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// The sort of problem, the same words each time.
    pub title: &'static str,
    /// What exactly, a sentence.
    pub detail: String,
}

/// Why a request failed, for the log only.
#[derive(Debug, Clone)]
pub struct Cause(pub Arc<anyhow::Error>);

impl AppError {
    /// `field` is wrong because `why`.
    pub fn invalid(field: impl Into<Cow<'static, str>>, why: impl ToString) -> Self {
        AppError::Invalid(field.into(), why.to_string())
    }

    fn refusal(&self) -> Refusal {
        let (status, detail) = match self {
            AppError::NotFound(what) => (StatusCode::NOT_FOUND, format!("There is no such {what} here.")),
            AppError::Invalid(field, why) => (StatusCode::UNPROCESSABLE_ENTITY, format!("{field}: {why}")),
            AppError::Conflict(why) => (StatusCode::CONFLICT, why.clone()),
            AppError::Unauthorized(why) => (StatusCode::UNAUTHORIZED, why.clone()),
            AppError::Forbidden(why) => (StatusCode::FORBIDDEN, why.clone()),
            AppError::TooLarge(why) => (StatusCode::PAYLOAD_TOO_LARGE, why.clone()),
            AppError::TooSlow => (StatusCode::REQUEST_TIMEOUT, sentence_for(408)),
            AppError::TooMany(seconds) => {
                (StatusCode::TOO_MANY_REQUESTS, format!("Too many attempts; try again in {seconds} s."))
            }
            AppError::StorageFull(_) => (StatusCode::INSUFFICIENT_STORAGE, sentence_for(507)),
            AppError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, sentence_for(503)),
            AppError::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, sentence_for(500)),
        };
        Refusal { status, title: title_of(status), detail }
    }

    fn into_cause(self) -> Option<Cause> {
        match self {
            AppError::StorageFull(it) | AppError::Unavailable(it) | AppError::Internal(it) => {
                Some(Cause(Arc::new(it)))
            }
            _ => None,
        }
    }

    fn extra_header(&self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            AppError::Unauthorized(_) => Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            AppError::TooMany(seconds) => Some((header::RETRY_AFTER, HeaderValue::from(*seconds))),
            AppError::Unavailable(_) => Some((header::RETRY_AFTER, HeaderValue::from_static("2"))),
            _ => None,
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let refusal = self.refusal();
        let mut response = refusal.status.into_response();
        if let Some((name, value)) = self.extra_header() {
            response.headers_mut().insert(name, value);
        }
        response.extensions_mut().insert(refusal);
        if let Some(cause) = self.into_cause() {
            response.extensions_mut().insert(cause);
        }
        response
    }
}

impl From<sqlx::Error> for AppError {
    fn from(it: sqlx::Error) -> Self {
        anyhow::Error::new(it).into()
    }
}

impl From<std::io::Error> for AppError {
    fn from(it: std::io::Error) -> Self {
        anyhow::Error::new(it).into()
    }
}

impl From<anyhow::Error> for AppError {
    fn from(it: anyhow::Error) -> Self {
        match fault_in(&it) {
            Fault::Away => AppError::Unavailable(it),
            Fault::Full => AppError::StorageFull(it),
            Fault::Ours => AppError::Internal(it),
        }
    }
}

/// What lies at the bottom of a chain of causes.
fn fault_in(error: &anyhow::Error) -> Fault {
    let full = [std::io::ErrorKind::StorageFull, std::io::ErrorKind::QuotaExceeded];
    let of_cause = |it: &(dyn std::error::Error + 'static)| {
        if let Some(it) = it.downcast_ref::<sqlx::Error>() {
            return Some(db::fault_of(it));
        }
        it.downcast_ref::<std::io::Error>().filter(|it| full.contains(&it.kind())).map(|_| Fault::Full)
    };
    error.chain().find_map(of_cause).unwrap_or(Fault::Ours)
}

/// What a response refuses, if it does and is not rendered yet; also bare statuses of routers and layers.
pub fn refusal_of(response: &Response) -> Option<Refusal> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    if let Some(refusal) = response.extensions().get::<Refusal>() {
        return Some(refusal.clone());
    }
    Some(Refusal { status, title: title_of(status), detail: sentence_for(status.as_u16()) })
}

/// Replaces the body and its headers, keeping status, other headers and extensions.
pub fn with_body(response: Response, content_type: &'static str, body: String) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Response::from_parts(parts, Body::from(body))
}

/// The API's rendering of refusals: `application/problem+json`.
pub async fn as_problem(response: Response) -> Response {
    let Some(refusal) = refusal_of(&response) else { return response };
    let problem =
        Problem { status: refusal.status.as_u16(), title: refusal.title.to_owned(), detail: refusal.detail };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    with_body(response, "application/problem+json", body)
}

/// Logs the cause of every failed request, once, at the border.
pub async fn log_failures(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|it| it.as_str().to_owned());
    let response = next.run(request).await;
    if let Some(Cause(cause)) = response.extensions().get::<Cause>() {
        let (status, route) = (response.status().as_u16(), route.unwrap_or_default());
        tracing::error!(%method, route, status, cause = format!("{cause:#}"), "request failed");
    }
    response
}

/// The sort of problem behind a status.
fn title_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "bad request",
        401 => "not logged in",
        403 => "not allowed",
        404 => "not found",
        405 => "method not allowed",
        408 => "too slow",
        409 => "conflict",
        413 => "too large",
        415 => "wrong content type",
        422 => "invalid",
        429 => "too many requests",
        503 => "not available",
        507 => "disk full",
        _ => status.canonical_reason().unwrap_or("refused"),
    }
}

/// What to say where only the status is known.
fn sentence_for(status: u16) -> String {
    match status {
        400 => "The request cannot be understood.",
        403 => "The request comes from another site, so it was not carried out.",
        404 => "There is nothing at this address.",
        405 => "This address does not answer to this method.",
        408 => "The request took too long to arrive.",
        413 => "The request is larger than this address accepts.",
        415 => "The content type is not one that this address accepts.",
        503 => "The server cannot reach what it needs at the moment. Please try again soon.",
        504 => "The server did not finish in time. Please try again.",
        507 => "The server's disk is full, so nothing was stored. Tell its operator and try again.",
        500 => "Something went wrong on the server. It has been logged; please try again later.",
        _ => "The request was refused.",
    }
    .to_owned()
}
