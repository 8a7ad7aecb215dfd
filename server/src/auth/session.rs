//! Sessions of browsers: a random secret in a cookie, kept as a hash, ended with the token that opened it.

use crate::auth::Viewer;
use crate::db::{self, sessions::SessionRow};
use crate::domain::token::{Secret, SecretHash};
use crate::error::AppResult;
use crate::state::{AppState, Settings};
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use time::Duration;

const LIFETIME: Duration = Duration::days(14);

/// Opens a session for a viewer that has shown a token, and gives the cookie to set.
pub async fn open_session(state: &AppState, viewer: Viewer) -> AppResult<Cookie<'static>> {
    let secret = Secret::for_session()?;
    let now = state.clock.now();
    let row = match viewer {
        Viewer::Project { project_id, token_id } => {
            SessionRow { scope_project: Some(project_id), token_id: Some(token_id) }
        }
        Viewer::Admin => SessionRow { scope_project: None, token_id: None },
        Viewer::Anonymous => return Ok(cookie(&state.settings, String::new(), Duration::ZERO)),
    };
    db::sessions::insert(&state.db, secret.hash().as_bytes(), &row, (now, now + LIFETIME)).await?;
    db::sessions::delete_expired(&state.db, now).await?;
    Ok(cookie(&state.settings, secret.reveal().to_owned(), LIFETIME))
}

/// Ends the session of a request, and gives the cookie that makes the browser forget it.
pub async fn close_session(state: &AppState, jar: &CookieJar) -> AppResult<Cookie<'static>> {
    if let Some(sent) = jar.get(cookie_name(&state.settings)) {
        db::sessions::delete(&state.db, SecretHash::of(sent.value()).as_bytes()).await?;
    }
    Ok(cookie(&state.settings, String::new(), Duration::ZERO))
}

/// Who the session cookie of a request says that it is.
pub(super) async fn viewer_of(parts: &Parts, state: &AppState) -> AppResult<Viewer> {
    let jar = CookieJar::from_headers(&parts.headers);
    let Some(sent) = jar.get(cookie_name(&state.settings)) else { return Ok(Viewer::Anonymous) };
    let hash = SecretHash::of(sent.value());
    Ok(match db::sessions::find(&state.db, hash.as_bytes(), state.clock.now()).await? {
        None => Viewer::Anonymous,
        Some(SessionRow { scope_project: Some(project_id), token_id: Some(token_id) }) => {
            Viewer::Project { project_id, token_id }
        }
        Some(SessionRow { scope_project: None, .. }) => Viewer::Admin,
        Some(_) => Viewer::Anonymous,
    })
}

/// `__Host-` makes browsers refuse the cookie from anything but this very host over https.
fn cookie_name(settings: &Settings) -> &'static str {
    if settings.is_https() { "__Host-plimsoll" } else { "plimsoll" }
}

/// Lax rather than Strict: a link to a private project's page from a chat or a pull request must work.
fn cookie(settings: &Settings, value: String, lifetime: Duration) -> Cookie<'static> {
    Cookie::build((cookie_name(settings), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(settings.is_https())
        .max_age(lifetime)
        .build()
}
