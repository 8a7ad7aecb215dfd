//! The URL table, by audience: pages, API, and what machines ask.

use crate::error::{AppError, AppResult, as_problem};
use crate::state::AppState;
use crate::telemetry::prometheus;
use crate::web::{alerts, assets, build, compare, home, login, new, project, settings, symbol};
use crate::{api, app, web};
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{Method, Uri};
use axum::middleware::{from_fn, map_response};
use axum::response::Redirect;
use axum::routing::{get, post};
use std::time::Duration;

/// An upload may take as long as a slow line needs; silence ends it sooner.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// Bodies other than uploads: forms and small JSON.
const BODY_LIMIT_BYTES: usize = 256 * 1024;

/// All URLs, each audience with its own rendering of refusals.
pub fn router(state: &AppState) -> Router<AppState> {
    let timeout = state.settings.request_timeout;
    let (quick, upload) = api::routers();
    let quick = quick.fallback(nothing_here).layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES));
    // The upload counts for itself, so that it can say what was too large.
    let upload = upload.layer(DefaultBodyLimit::disable());
    let api = app::timed(quick, timeout).merge(app::timed(upload, UPLOAD_TIMEOUT));
    let pages = pages().fallback(no_page).layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES));
    Router::new()
        .nest(api::ROOT, app::guarded(api, state).layer(map_response(as_problem)))
        .merge(app::guarded(app::timed(pages, timeout), state).layer(from_fn(web::as_page)))
        .merge(machines())
}

/// The pages and what they load.
fn pages() -> Router<AppState> {
    Router::new()
        .route("/", get(home::list))
        .route("/login", get(login::show).post(login::create))
        .route("/logout", post(login::delete))
        .route("/new", get(new::show).post(new::create))
        .route("/{owner}/{name}", get(project::show))
        .route("/{owner}/{name}/builds/{build_id}", get(build::show))
        .route("/{owner}/{name}/builds/{build_id}/formatting", get(build::formatting::show))
        .route("/{owner}/{name}/builds/{build_id}/stack", get(build::stack::show))
        .route("/{owner}/{name}/builds/{build_id}/symbols", get(build::symbols::show))
        .route("/{owner}/{name}/builds/{build_id}/source", get(build::source::show))
        .route("/{owner}/{name}/builds/{build_id}/duplicates", get(build::duplicates::show))
        .route("/{owner}/{name}/builds/{build_id}/advice", get(build::advice::show))
        .route("/{owner}/{name}/builds/{build_id}/why", get(build::why::show))
        .route("/{owner}/{name}/compare", get(compare::show))
        .route("/{owner}/{name}/symbols", get(symbol::show))
        .route("/{owner}/{name}/alerts", get(alerts::list))
        .route("/{owner}/{name}/settings", get(settings::show).post(settings::update))
        .route("/{owner}/{name}/settings/budgets", post(settings::budgets::update))
        .route("/{owner}/{name}/settings/tokens", post(settings::tokens::create))
        .route("/{owner}/{name}/settings/tokens/{token_id}/revoke", post(settings::tokens::revoke))
        .merge(assets::router())
}

/// Health, readiness and figures.
fn machines() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(health))
        .route("/readyz", get(readiness))
        .route("/metrics", get(prometheus::show))
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

/// An address with a slash too many leads to the one without.
async fn no_page(method: Method, uri: Uri) -> Result<Redirect, AppError> {
    let is_read = method == Method::GET || method == Method::HEAD;
    let path = uri.path();
    // Two slashes at the front would name another host.
    match path.strip_suffix('/').filter(|it| is_read && it.len() > 1 && !it.contains("//")) {
        Some(path) => Ok(Redirect::permanent(&match uri.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        })),
        None => Err(AppError::NotFound("page")),
    }
}

async fn nothing_here() -> AppError {
    AppError::NotFound("page")
}
