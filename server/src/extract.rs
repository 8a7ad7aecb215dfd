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
        let axum::extract::Query(query) = axum::extract::Query::from_request_parts(parts, state).await?;
        Ok(Query(query))
    }
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

impl From<QueryRejection> for Rejected {
    fn from(it: QueryRejection) -> Self {
        Rejected(it.status(), it.body_text())
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
