//! Version 1 of the API: one file per kind of thing.

mod alerts;
pub mod answer;
mod budgets;
mod builds;
mod compare;
mod download;
mod fmt;
mod projects;
mod series;
mod symbols;
mod tokens;
mod uploads;
mod why;

use crate::api;
use crate::cache::CachePolicy;
use crate::extract::Json;
use crate::state::AppState;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Everything that is quick.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(document))
        .routes(routes!(projects::list))
        .routes(routes!(projects::show, projects::put))
        .routes(routes!(builds::list))
        .routes(routes!(builds::show))
        .routes(routes!(builds::report))
        .routes(routes!(download::elf))
        .routes(routes!(download::map))
        .routes(routes!(why::show))
        .routes(routes!(fmt::show))
        .routes(routes!(compare::show))
        .routes(routes!(series::show))
        .routes(routes!(projects::targets))
        .routes(routes!(budgets::list, budgets::put, budgets::delete))
        .routes(routes!(alerts::list))
        .routes(routes!(symbols::history))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::delete))
}

/// The upload, which takes as long as the client's line needs.
pub fn upload_router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(uploads::create))
}

/// This document
#[utoipa::path(get, path = "/openapi.json", tag = "about", operation_id = "show_document", responses((status = 200, description = "The OpenAPI document", body = Object)))]
async fn document() -> (CachePolicy, Json<OpenApi>) {
    (CachePolicy::Private, Json(api::openapi()))
}
