//! Refusals as pages: what went wrong, in words, and where to go from here.

use super::shell::Shell;
use crate::auth::Viewer;
use crate::error::{refusal_of, with_body};
use crate::urls;
use askama::Template;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

#[derive(Template)]
#[template(path = "errors/refusal.html")]
struct RefusalPage {
    shell: Shell,
    status: u16,
    title: String,
    detail: String,
    offers_login: bool,
}

/// The pages' rendering of refusals. Who asks is not looked up: the database may be the trouble.
pub async fn as_page(request: Request, next: Next) -> Response {
    // A form's own address answers to POST alone, so a login does not lead back there.
    let here = request.uri().path_and_query().filter(|_| request.method().is_safe());
    let here = here.map_or_else(|| urls::HOME.to_owned(), ToString::to_string);
    let response = next.run(request).await;
    if is_page(&response) {
        return response;
    }
    let Some(refusal) = refusal_of(&response) else { return response };
    let status = refusal.status;
    let page = RefusalPage {
        shell: Shell::new(refusal.title, Viewer::Anonymous, here),
        status: status.as_u16(),
        title: sentence_case(refusal.title),
        detail: refusal.detail,
        offers_login: matches!(
            status,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND
        ),
    };
    match page.render() {
        Ok(body) => with_body(response, "text/html; charset=utf-8", body),
        Err(_) => with_body(response, "text/plain; charset=utf-8", page.detail),
    }
}

/// A form that was refused is shown again with what was wrong: that is a page already.
fn is_page(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|it| it.as_bytes().starts_with(b"text/html"))
}

fn sentence_case(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
