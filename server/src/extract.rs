//! axum's extractors with our errors: what cannot be read is refused like everything else.
#![expect(clippy::disallowed_types, reason = "these are what ours are made of")]

use crate::error::{AppError, Refusal};
use axum::extract::rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

/// Parts of the path.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Rejected))]
pub struct Path<T>(pub T);

/// The query. Postgres keeps no NUL in a text and complains about one, so none gets through.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Rejected;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejected> {
        if parts.uri.query().is_some_and(|it| it.contains("%00")) {
            return Err(Rejected(StatusCode::BAD_REQUEST, "The query contains a NUL character.".into()));
        }
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Query(query)),
            Err(rejection) => Err(Rejected(rejection.status(), in_words(parts, &rejection))),
        }
    }
}

/// What is wrong with a query: the parser's words are for programmers.
fn in_words(parts: &Parts, rejection: &QueryRejection) -> String {
    let text = rejection.body_text();
    let cause = text.rsplit_once("query string: ").map_or(&*text, |it| it.1);
    if let Some(missing) = cause.strip_prefix("missing field ") {
        return format!("The query lacks {missing}.");
    }
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
    let pairs = pairs.map(|it| it.0).unwrap_or_default();
    match cause.split_once(": ") {
        Some((name, why)) if is_about_number(why) => {
            let value = pairs.into_iter().find(|it| it.0 == name).map(|it| it.1).unwrap_or_default();
            format!("{name} must be a {}whole number, not {:?}", size_of(why), excerpt(&value))
        }
        _ => format!("The query cannot be read: {cause}"),
    }
}

/// The words of `core::num::ParseIntError`.
fn is_about_number(why: &str) -> bool {
    ["invalid digit", "parse integer", "number too large", "number too small"]
        .iter()
        .any(|it| why.contains(it))
}

/// What else is asked of a number.
fn size_of(why: &str) -> &'static str {
    if why.contains("too large") { "smaller " } else { "" }
}

fn excerpt(value: &str) -> String {
    value.chars().take(40).collect()
}

/// A JSON body.
#[derive(Debug, FromRequest)]
#[from_request(via(axum::extract::Json), rejection(Rejected))]
pub struct Json<T>(pub T);

/// A form.
#[derive(Debug, FromRequest)]
#[from_request(via(axum::extract::Form), rejection(Rejected))]
pub struct Form<T>(pub T);

impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::extract::Json(self.0).into_response()
    }
}

/// What could not be read, and why.
#[derive(Debug)]
pub struct Rejected(StatusCode, String);

impl IntoResponse for Rejected {
    fn into_response(self) -> Response {
        let Rejected(status, why) = self;
        if status == StatusCode::NOT_FOUND {
            return AppError::NotFound("page").into_response();
        }
        let mut response = status.into_response();
        if let Some(mut refusal) = crate::error::refusal_of(&response) {
            refusal.detail = why;
            response.extensions_mut().insert::<Refusal>(refusal);
        }
        response
    }
}

/// A part of the path that does not parse names nothing.
impl From<PathRejection> for Rejected {
    fn from(it: PathRejection) -> Self {
        Rejected(StatusCode::NOT_FOUND, it.body_text())
    }
}

impl From<JsonRejection> for Rejected {
    fn from(it: JsonRejection) -> Self {
        Rejected(it.status(), it.body_text())
    }
}

impl From<FormRejection> for Rejected {
    fn from(it: FormRejection) -> Self {
        Rejected(it.status(), it.body_text())
    }
}
