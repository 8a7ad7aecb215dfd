//! JSON for programs: the `plimsoll` command, scripts, the pages' charts. Described by an OpenAPI document
//! that is made from the handlers.

pub mod docs;
pub mod v1;

use crate::state::AppState;
use axum::Router;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// Where the routes hang.
pub const ROOT: &str = plimsoll_protocol::paths::API;

/// The quick routes and the upload, which has its own limits; both without [`ROOT`] in front.
pub fn routers() -> (Router<AppState>, Router<AppState>) {
    (v1::router().into(), v1::upload_router().into())
}

/// The document of all routes.
pub fn openapi() -> OpenApi {
    OpenApiRouter::with_openapi(docs::base())
        .nest(ROOT, v1::router().merge(v1::upload_router()))
        .into_openapi()
}
