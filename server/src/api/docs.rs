//! What the OpenAPI document says beside the routes, and the words that routes share.

use plimsoll_protocol::Problem;
use serde::Deserialize;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoParams, IntoResponses, Modify, OpenApi as _};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Plimsoll",
        description = "Sizes of firmware builds: what they are made of, what changed, what was allowed. \
                       Every refusal is an `application/problem+json`."
    ),
    modifiers(&Securities)
)]
struct Base;

struct Securities;

impl Modify for Securities {
    fn modify(&self, openapi: &mut OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An upload token of the project (`plim_…`), or the administrator's (`plimadm_…`). \
                 Public projects are read without one.",
            ))
            .build();
        openapi
            .components
            .get_or_insert_default()
            .security_schemes
            .insert("token".to_owned(), SecurityScheme::Http(bearer).into());
    }
}

/// The document without routes.
pub fn base() -> OpenApi {
    Base::openapi()
}

/// The project in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ProjectPath {
    /// The part before the slash.
    pub owner: String,
    /// The part after the slash.
    pub name: String,
}

/// Refusals of every route that reads.
#[derive(IntoResponses)]
pub enum ReadRefusals {
    /// The query cannot be understood
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(Problem),
    /// The token is unknown or revoked
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(Problem),
    /// There is no such thing, or it is private
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// Something the server needs is away; try again
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}

/// Refusals of every route that writes.
#[derive(IntoResponses)]
pub enum WriteRefusals {
    /// The request cannot be understood
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(Problem),
    /// No token, or one that is unknown or revoked
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(Problem),
    /// The token is for something else
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such thing, or it is private
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The body has another content type than this route takes
    #[response(status = 415, content_type = "application/problem+json")]
    WrongType(Problem),
    /// What was sent is wrong; the detail names the place
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
    /// Something the server needs is away; try again
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}
