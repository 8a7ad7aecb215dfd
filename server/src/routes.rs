//! The URL table, by audience: pages, API, and what machines ask.

use crate::error::{AppError, AppResult, as_problem};
use crate::state::AppState;
use crate::{app, web};
use axum::Router;
use axum::extract::State;
use axum::middleware::map_response;
use axum::routing::get;

/// All URLs, each audience with its own rendering of refusals.
pub fn router(state: &AppState) -> Router<AppState> {
    let pages = web::router().fallback(nothing_here);
    let api = Router::new().fallback(nothing_here);
    Router::new()
        .nest("/api/v1", app::guarded(api, state).layer(map_response(as_problem)))
        .merge(app::guarded(pages, state).layer(map_response(web::as_page)))
        .merge(machines())
}

/// Health and readiness.
fn machines() -> Router<AppState> {
    Router::new().route("/healthz", get(health)).route("/readyz", get(readiness))
}

/// The process answers.
async fn health() -> &'static str {
    "ok\n"
}

/// The database answers too.
async fn readiness(State(state): State<AppState>) -> AppResult<&'static str> {
    sqlx::Connection::ping(&mut *state.db.acquire().await?).await?;
    Ok("ready\n")
}

async fn nothing_here() -> AppError {
    AppError::NotFound("page")
}
