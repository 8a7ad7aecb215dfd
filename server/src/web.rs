//! Pages for people.

use crate::error::{refusal_of, with_body};
use crate::state::AppState;
use axum::Router;
use axum::response::Response;

/// The pages.
pub fn router() -> Router<AppState> {
    Router::new()
}

/// The pages' rendering of refusals.
pub async fn as_page(response: Response) -> Response {
    let Some(refusal) = refusal_of(&response) else { return response };
    // The detail may quote what was sent; plain text needs no escaping.
    let body = format!("{} {}\n{}\n", refusal.status.as_u16(), refusal.title, refusal.detail);
    with_body(response, "text/plain; charset=utf-8", body)
}
