//! `/login`, `/logout`: a token opens a session, a button ends it.

use super::shell::Shell;
use super::{Page, PageResult};
use crate::auth::{self, Client, Viewer};
use crate::cache::CachePolicy;
use crate::error::{AppError, AppResult};
use crate::extract::{Form, Query};
use crate::state::AppState;
use crate::urls;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

/// The page.
#[derive(Template)]
#[template(path = "pages/login.html")]
pub struct LoginPage {
    shell: Shell,
    next: String,
    problem: Option<String>,
}

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct LoginQuery {
    next: Option<String>,
}

/// What is typed. Without `Debug`: it holds a secret.
#[derive(Deserialize)]
pub struct LoginForm {
    token: String,
    #[serde(default)]
    next: String,
}

/// Shows the form.
pub async fn show(viewer: Viewer, Query(query): Query<LoginQuery>) -> PageResult<LoginPage> {
    Ok(Page(page(viewer, query.next.unwrap_or_default(), None)))
}

/// Opens a session for a valid token.
pub async fn create(
    State(state): State<AppState>,
    Client(client): Client,
    jar: CookieJar,
    Form(form): Form<LoginForm>,
) -> AppResult<Response> {
    state.login_limit.check(client)?;
    let viewer = match auth::identify(&state, &form.token).await {
        Ok(viewer) => viewer,
        Err(AppError::Unauthorized(problem)) => {
            let page = page(Viewer::Anonymous, form.next, Some(problem));
            return Ok((StatusCode::UNAUTHORIZED, CachePolicy::Never, Page(page)).into_response());
        }
        Err(it) => return Err(it),
    };
    let cookie = auth::open_session(&state, viewer).await?;
    Ok((jar.add(cookie), Redirect::to(own_path(&form.next))).into_response())
}

/// Ends the session.
pub async fn delete(State(state): State<AppState>, jar: CookieJar) -> AppResult<Response> {
    let cookie = auth::close_session(&state, &jar).await?;
    Ok((jar.add(cookie), Redirect::to(urls::HOME)).into_response())
}

fn page(viewer: Viewer, next: String, problem: Option<String>) -> LoginPage {
    LoginPage { shell: Shell::new("Log in", viewer, urls::LOGIN), next, problem }
}

/// A path of this server, or else its first page: `next` comes from the address and may be anything.
/// Browsers read `//host` and `/\host` as another site, and drop tabs and newlines before they look.
fn own_path(next: &str) -> &str {
    let is_own = next.starts_with('/') && !next[1..].starts_with(['/', '\\']);
    let is_plain = next.bytes().all(|it| it.is_ascii_graphic());
    if is_own && is_plain { next } else { urls::HOME }
}

#[cfg(test)]
mod tests;
